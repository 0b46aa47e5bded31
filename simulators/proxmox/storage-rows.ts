import type { Simulation } from './simulation';
import type { Node, Storage, Volume } from './state';

/** The content types of a storage are an unsorted set, joined anew for every answer. */
export function contentOf(sim: Simulation, storage: Storage): string {
  return sim.order.shuffle([...storage.content]).join(',');
}

/** A storage of a node in `/cluster/resources`. */
export function storageResource(sim: Simulation, storage: Storage, node: Node): Record<string, unknown> {
  const row = {
    id: `storage/${node.name}/${storage.name}`,
    type: 'storage',
    storage: storage.name,
    node: node.name,
    plugintype: storage.type,
    content: contentOf(sim, storage),
    shared: storage.shared ? 1 : 0,
  };
  if (sim.broadcast.expired(node.name)) return { ...row, status: 'unknown' };
  return { ...row, status: 'available', maxdisk: storage.total, disk: storage.used };
}

/** `/nodes/{node}/storage/{storage}/status`, and with its name a row of `/nodes/{node}/storage`. */
export function storageStatus(sim: Simulation, storage: Storage): Record<string, unknown> {
  return {
    type: storage.type,
    content: contentOf(sim, storage),
    shared: storage.shared ? 1 : 0,
    enabled: storage.disabled === true ? 0 : 1,
    active: storage.disabled === true ? 0 : 1,
    ...roomOf(storage),
  };
}

const roomOf = ({ disabled, total, used }: Storage): Record<string, number> =>
  disabled === true ? { total: 0, used: 0, avail: 0 } : { total, used, avail: total - used };

/** A row of a storage's content. */
export function contentRow(volume: Volume): Record<string, unknown> {
  const guestDisk = volume.content === 'images' || volume.content === 'rootdir';
  return {
    volid: volume.volid,
    content: volume.content,
    format: volume.format,
    size: volume.size,
    ctime: volume.ctime,
    vmid: volume.vmid,
    ...(guestDisk ? { parent: volume.parent ?? null, used: Math.floor(volume.size / 4) } : {}),
    ...(volume.content === 'backup' ? backupFields(volume) : {}),
  };
}

function backupFields(volume: Volume): Record<string, unknown> {
  return {
    subtype: volume.volid.includes('vzdump-lxc') ? 'lxc' : 'qemu',
    notes: volume.notes,
    protected: volume.protected === true ? 1 : undefined,
  };
}
