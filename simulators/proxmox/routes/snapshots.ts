import { nodeOf, onGuest, vmidOf, type Call, type Routes } from '../call';
import { isCdrom, volumeKeys, volumeOf } from '../drives';
import { die } from '../errors';
import { parseConfigString } from '../figures';
import { checkLock, demandFlock, demandWritable } from '../guest-lock';
import type { Simulation } from '../simulation';
import type { Guest, GuestKind, Snapshot } from '../state';
import { canSnapshot, storageOf } from '../volumes';

const RESERVED = new Set(['current', 'pending']);

function start(call: Call, kind: GuestKind, type: string, work: (guest: Guest) => void): string {
  const { sim, identity } = call;
  const [node, vmid] = [nodeOf(call), vmidOf(call)];
  return sim.tasks.start({
    node,
    type: `${kind === 'qemu' ? 'qm' : 'vz'}${type}`,
    id: vmid,
    identity,
    work: () => {
      const guest = sim.cluster.load(node, kind, vmid);
      demandFlock(sim, guest);
      checkLock(guest);
      demandWritable(sim, guest);
      work(guest);
      sim.cluster.touched(guest);
    },
  });
}

function find(guest: Guest, name: string): Snapshot {
  return guest.snapshots.find(snapshot => snapshot.name === name) ?? die(`snapshot '${name}' does not exist`);
}

function demandFeature(sim: Simulation, guest: Guest): void {
  for (const key of volumeKeys(guest).filter(item => !item.startsWith('unused'))) {
    const parsed = parseConfigString(guest, key, String(guest.config[key]));
    const volume = sim.cluster.volume(volumeOf(parsed), guest.node);
    if (isCdrom(parsed) || volume === undefined) continue;
    if (!canSnapshot(storageOf(sim.cluster, volume.storage), volume)) die('snapshot feature is not available');
  }
}

function take(kind: GuestKind) {
  return (call: Call): string => {
    const { sim, params } = call;
    const name = params.required('snapname');
    if (RESERVED.has(name)) die(`unable to use snapshot name '${name}' (reserved name)`);
    if (kind === 'qemu') sim.cluster.load(nodeOf(call), kind, vmidOf(call));
    return start(call, kind, 'snapshot', guest => {
      if (guest.snapshots.some(snapshot => snapshot.name === name)) die(`snapshot name '${name}' already used`);
      demandFeature(sim, guest);
      const { parent, description: _description, ...config } = guest.config;
      guest.snapshots.push({
        name,
        description: params.text('description') ?? '',
        snaptime: sim.clock.seconds(),
        config,
        ...(parent === undefined ? {} : { parent: String(parent) }),
      });
      guest.config['parent'] = name;
    });
  };
}

function remove(kind: GuestKind) {
  return (call: Call): string =>
    start(call, kind, 'delsnapshot', guest => {
      const snapshot = find(guest, call.params.required('snapname'));
      guest.snapshots = guest.snapshots.filter(item => item !== snapshot);
      for (const child of guest.snapshots.filter(item => item.parent === snapshot.name)) {
        if (snapshot.parent === undefined) delete child.parent;
        else child.parent = snapshot.parent;
      }
      if (guest.config['parent'] !== snapshot.name) return;
      if (snapshot.parent === undefined) delete guest.config['parent'];
      else guest.config['parent'] = snapshot.parent;
    });
}

/** The configuration goes back, too; a virtual machine gets a new generation id and is stopped. */
function rollback(kind: GuestKind) {
  return (call: Call): string =>
    start(call, kind, 'rollback', guest => {
      const snapshot = find(guest, call.params.required('snapname'));
      const { description } = guest.config;
      guest.config = { ...snapshot.config, parent: snapshot.name, ...(description === undefined ? {} : { description }) };
      if (kind === 'qemu') guest.config['vmgenid'] = call.sim.fresh.uuid();
      guest.pending = {};
      guest.pendingDelete.clear();
      guest.power = 'stopped';
    });
}

function describe(call: Call): null {
  const guest = call.sim.cluster.load(nodeOf(call), 'qemu', vmidOf(call));
  checkLock(guest);
  const snapshot = find(guest, call.params.required('snapname'));
  const description = call.params.text('description');
  if (description !== undefined) snapshot.description = description;
  call.sim.cluster.touched(guest);
  return null;
}

const allowed = onGuest('VM.Snapshot');
const mayRollBack = onGuest('VM.Snapshot', 'VM.Snapshot.Rollback');

export const snapshotRoutes: Routes = {
  'POST /nodes/{node}/qemu/{vmid}/snapshot': { permission: allowed, handle: take('qemu') },
  'POST /nodes/{node}/lxc/{vmid}/snapshot': { permission: allowed, handle: take('lxc') },
  'DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}': { permission: allowed, handle: remove('qemu') },
  'DELETE /nodes/{node}/lxc/{vmid}/snapshot/{snapname}': { permission: allowed, handle: remove('lxc') },
  'POST /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback': { permission: mayRollBack, handle: rollback('qemu') },
  'POST /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback': { permission: mayRollBack, handle: rollback('lxc') },
  'PUT /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config': { permission: allowed, handle: describe },
};
