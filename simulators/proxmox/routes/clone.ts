import { joinPool } from '../allocation-rights';
import { nodeOf, vmidOf, type Call, type Routes } from '../call';
import { newMac } from '../config-values';
import { isCdrom, replaceIn, sizeOf, volumeKeys, volumeOf } from '../drives';
import { die, PermissionError } from '../errors';
import { DISK_KEY, parseConfigString } from '../figures';
import { checkLock, demandQuorum } from '../guest-lock';
import { label, newGuest } from '../new-guest';
import type { Guest, GuestKind } from '../state';
import { allocate, allocateCloudInit, keepsFiles, storageOf } from '../volumes';

/** `VM.Clone` on the source, and the right to make the new id. */
function permission(call: Call): void {
  const { access } = call.sim;
  access.check(call.identity, `/vms/${call.params.required('vmid')}`, 'VM.Clone');
  const newid = call.params.text('newid');
  const pool = call.params.text('pool');
  if (newid === undefined || access.has(call.identity, `/vms/${newid}`, 'VM.Allocate')) return;
  if (pool === undefined || !access.has(call.identity, `/pool/${pool}`, 'VM.Allocate')) throw new PermissionError();
}

function source(call: Call, kind: GuestKind): Guest {
  const { cluster } = call.sim;
  const [node, vmid] = [nodeOf(call), vmidOf(call)];
  if (kind === 'qemu' && cluster.find(node, kind, vmid) === undefined)
    die(`unable to find configuration file for VM ${vmid} on node '${node}'`);
  return cluster.load(node, kind, vmid);
}

function clone(kind: GuestKind) {
  return (call: Call): string => {
    const { sim, params, identity } = call;
    const { cluster } = sim;
    const from = source(call, kind);
    const newid = Number(params.required('newid'));
    const isTemplate = from.config['template'] === 1;
    const full = params.has('full') ? params.flag('full') : !isTemplate;
    demandQuorum(sim);
    if (!full && params.has('storage')) die(`parameter 'storage' not allowed for linked clones`);
    checkLock(from);
    const taken = cluster.guests.get(newid);
    if (kind === 'lxc' && taken !== undefined) die(`${label(taken.kind)} ${newid} already exists on node '${taken.node}'`);
    if (!full) demandLinkable(call, from);
    if (taken?.kind === 'qemu') die(`unable to create VM ${newid}: config file already exists`);
    const spec = { node: from.node, type: kind === 'qemu' ? 'qmclone' : 'vzclone', id: from.vmid, identity };
    if (taken !== undefined) {
      const path = `/etc/pve/nodes/${from.node}/qemu-server/${newid}.conf`;
      return sim.tasks.start({ ...spec, work: () => die(`close (rename) atomic file '${path}' failed: File exists`) });
    }
    const target = newGuest(newid, kind, params.text('target') ?? from.node, { lock: 'clone' });
    cluster.guests.set(newid, target);
    return sim.tasks.start({
      ...spec,
      undo: () => void cluster.guests.delete(newid),
      work: log => {
        log(
          kind === 'qemu'
            ? `creating a clone of VM ${from.vmid} with ID ${newid}`
            : `creating a clone of container ${from.vmid} with ID ${newid}`,
        );
        fill(call, from, target, full);
        joinPool(call, newid, params.text('pool'));
      },
    });
  };
}

/** Only a template's volumes can be shared, and not raw files. @throws ApiError 500 */
function demandLinkable(call: Call, from: Guest): void {
  const { cluster } = call.sim;
  for (const key of volumeKeys(from).filter(item => !item.startsWith('unused'))) {
    const parsed = parseConfigString(from, key, String(from.config[key]));
    const volid = volumeOf(parsed);
    const volume = cluster.volume(volid, from.node);
    if (isCdrom(parsed) || volume === undefined) continue;
    const raw = keepsFiles(storageOf(cluster, volume.storage)) && volume.format !== 'qcow2';
    if (from.config['template'] === 1 && !raw) continue;
    if (from.kind === 'lxc') die(`Linked clone feature for '${volid}' is not available`);
    die(`Linked clone feature is not supported for '${volid}' (${key})`);
  }
}

/** Copies everything but what makes a guest itself: addresses, uuid, generation id, snapshots, template flag. */
function fill(call: Call, from: Guest, target: Guest, full: boolean): void {
  const { sim, params } = call;
  const { template: _template, parent: _parent, lock: _lock, ...config } = from.config;
  for (const key of Object.keys(config).filter(item => item.startsWith('unused'))) delete config[key];
  target.config = config;
  target.osInfo = from.osInfo;
  target.agent = from.agent;
  for (const key of volumeKeys(target)) copyVolume(call, target, key, full);
  for (const key of Object.keys(config).filter(item => /^net\d+$/.test(item))) {
    const address = target.kind === 'qemu' ? 'macaddr' : 'hwaddr';
    const before = parseConfigString(target, key, String(config[key])).get(address);
    if (before !== undefined) config[key] = String(config[key]).replace(before, newMac(sim));
  }
  const description = params.text('description');
  if (description !== undefined) config['description'] = description;
  if (target.kind === 'qemu') {
    config['smbios1'] = `uuid=${sim.fresh.uuid()}`;
    if (config['vmgenid'] !== undefined) config['vmgenid'] = sim.fresh.uuid();
    config['name'] = params.text('name') ?? `Copy-of-VM-${from.config['name'] ?? from.vmid}`;
  } else {
    config['hostname'] = params.text('hostname') ?? String(from.config['hostname'] ?? `CT${target.vmid}`);
  }
  target.hostName = String(config['name'] ?? config['hostname']);
  sim.cluster.touched(target);
}

function copyVolume(call: Call, target: Guest, key: string, full: boolean): void {
  const { cluster, clock } = call.sim;
  const parsed = parseConfigString(target, key, String(target.config[key]));
  const volid = volumeOf(parsed);
  const volume = cluster.volume(volid, target.node) ?? [...cluster.volumes.values()].find(item => item.volid === volid);
  const storage = storageOf(cluster, (full ? call.params.text('storage') : undefined) ?? volid.slice(0, volid.indexOf(':')));
  const format = call.params.text('format') ?? volume?.format;
  if (DISK_KEY.test(key) && /cloudinit/.test(volid)) {
    target.config[key] =
      `${allocateCloudInit(cluster, storage, target, keepsFiles(storage) ? format : undefined, clock.seconds())},media=cdrom,size=4M`;
    return;
  }
  if (isCdrom(parsed) || volume === undefined) return;
  const bytes = volume.size === 0 ? sizeOf(target, key) : volume.size;
  const parent = full ? undefined : volume;
  const made = allocate(cluster, storage, target, { bytes, format, parent }, clock.seconds());
  replaceIn(target, key, { [parsed.has('file') ? 'file' : 'volume']: made });
}

export const cloneRoutes: Routes = {
  'POST /nodes/{node}/qemu/{vmid}/clone': { permission, handle: clone('qemu') },
  'POST /nodes/{node}/lxc/{vmid}/clone': { permission, handle: clone('lxc') },
};
