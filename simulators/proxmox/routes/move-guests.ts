import { nodeOf, onGuest, vmidOf, type Call, type Routes } from '../call';
import { isCdrom, replaceIn, volumeKeys, volumeOf } from '../drives';
import { die, ParameterError } from '../errors';
import { parseConfigString } from '../figures';
import { checkLock, demandFlock, demandWritable } from '../guest-lock';
import { haSid } from '../guest-rows';
import { label } from '../new-guest';
import type { Simulation } from '../simulation';
import type { Guest, GuestKind } from '../state';

/** The volume files go with the guest when the storage is not shared. */
function changeNode(sim: Simulation, guest: Guest, target: string): void {
  const { cluster } = sim;
  const moved = [...cluster.volumes].filter(
    ([, volume]) => volume.vmid === guest.vmid && volume.content !== 'backup' && volume.node === guest.node,
  );
  for (const [key, volume] of moved) {
    cluster.volumes.delete(key);
    cluster.addVolume({ ...volume, node: target }, target);
  }
  guest.node = target;
}

function migrate(kind: GuestKind) {
  return (call: Call): string => {
    const { sim, params, identity } = call;
    const { cluster, tasks } = sim;
    const [node, vmid, target] = [nodeOf(call), vmidOf(call), params.required('target')];
    if (target === node) throw new ParameterError({ target: 'target is local node.' });
    const destination = cluster.nodes.get(target) ?? die(`no such cluster node '${target}'`);
    const guest = cluster.load(node, kind, vmid);
    checkLock(guest);
    const resource = cluster.haResources.get(haSid(guest));
    if (resource !== undefined) return tasks.start({ node, type: 'hamigrate', id: vmid, identity, work: () => undefined });
    if (guest.power !== 'stopped' && !params.flag('online') && !params.flag('restart')) {
      die(
        kind === 'qemu'
          ? `can't migrate running VM without --online`
          : `can't migrate running container without --online or --restart`,
      );
    }
    demandWritable(sim, guest);
    guest.config['lock'] = 'migrate';
    cluster.touched(guest);
    const unlock = (): void => {
      delete guest.config['lock'];
      cluster.touched(guest);
    };
    const work = (log: (line: string) => void): void => {
      log(`starting migration of ${label(kind)} ${vmid} to node '${target}' (${destination.ip})`);
      if (destination.lostAt !== undefined) {
        unlock();
        die('migration aborted');
      }
      changeNode(sim, guest, target);
      unlock();
    };
    return tasks.start({ node, type: kind === 'qemu' ? 'qmigrate' : 'vzmigrate', id: vmid, identity, work, undo: unlock });
  };
}

function migrationPreview(call: Call): unknown {
  const { sim } = call;
  const { cluster } = sim;
  const guest = cluster.load(nodeOf(call), 'qemu', vmidOf(call));
  const others = [...cluster.nodes.keys()].filter(name => name !== guest.node);
  const disks = volumeKeys(guest).flatMap(key => {
    const parsed = parseConfigString(guest, key, String(guest.config[key]));
    const volume = cluster.volume(volumeOf(parsed), guest.node);
    if (volume === undefined || volume.node === undefined || cluster.storages.get(volume.storage)?.shared === true) return [];
    const unused = key.startsWith('unused');
    return [
      {
        volid: volume.volid,
        ...(unused ? {} : { drivename: key, size: volume.size }),
        cdrom: isCdrom(parsed) ? 1 : 0,
        shared: 0,
        replicate: 1,
        is_unused: unused ? 1 : 0,
        is_attached: unused ? 0 : 1,
        is_cloudinit: /cloudinit/.test(volume.volid) ? 1 : 0,
        is_tpmstate: key === 'tpmstate0' ? 1 : 0,
        is_vmstate: 0,
      },
    ];
  });
  return {
    running: guest.power === 'stopped' ? 0 : 1,
    allowed_nodes: others,
    not_allowed_nodes: Object.fromEntries(others.map(name => [name, {}])),
    local_disks: disks,
    local_resources: [],
    'mapped-resources': [],
    'mapped-resource-info': {},
    'has-dbus-vmstate': 1,
  };
}

/** A template's volumes become base volumes under another name. */
function toTemplate(sim: Simulation, guest: Guest): void {
  const { cluster } = sim;
  demandFlock(sim, guest);
  for (const key of volumeKeys(guest).filter(item => !item.startsWith('unused'))) {
    const parsed = parseConfigString(guest, key, String(guest.config[key]));
    const volume = cluster.volume(volumeOf(parsed), guest.node);
    if (volume === undefined || isCdrom(parsed)) continue;
    const base = volume.volid.replace(/(^|[:/])(?:vm|subvol)-(\d+-disk-)/, '$1base-$2');
    cluster.volumes.delete(cluster.volumeKey(volume.volid, guest.node));
    cluster.addVolume({ ...volume, volid: base }, guest.node);
    replaceIn(guest, key, { [parsed.has('file') ? 'file' : 'volume']: base });
  }
  guest.config['template'] = 1;
  cluster.touched(guest);
}

function template(kind: GuestKind) {
  return (call: Call): string | null => {
    const { sim, identity } = call;
    const guest = sim.cluster.load(nodeOf(call), kind, vmidOf(call));
    checkLock(guest);
    if (guest.snapshots.length > 0) die(`unable to create template, because ${label(kind)} contains snapshots`);
    if (guest.config['template'] === 1) die(`you can't convert a template to a template`);
    if (guest.power !== 'stopped') die(`you can't convert a ${kind === 'qemu' ? 'VM' : 'CT'} to template if VM is running`);
    const type = kind === 'qemu' ? 'qmtemplate' : 'vztemplate';
    const upid = sim.tasks.start({ node: guest.node, type, id: guest.vmid, identity, work: () => toTemplate(sim, guest) });
    // Containers hide their task (Proxmox VE 9.2, measured).
    return kind === 'qemu' ? upid : null;
  };
}

const mayMigrate = onGuest('VM.Migrate');
const mayAllocate = onGuest('VM.Allocate');

export const moveGuestRoutes: Routes = {
  'GET /nodes/{node}/qemu/{vmid}/migrate': { permission: mayMigrate, handle: migrationPreview },
  'POST /nodes/{node}/qemu/{vmid}/migrate': { permission: mayMigrate, handle: migrate('qemu') },
  'POST /nodes/{node}/lxc/{vmid}/migrate': { permission: mayMigrate, handle: migrate('lxc') },
  'POST /nodes/{node}/qemu/{vmid}/template': { permission: mayAllocate, handle: template('qemu') },
  'POST /nodes/{node}/lxc/{vmid}/template': { permission: mayAllocate, handle: template('lxc') },
};
