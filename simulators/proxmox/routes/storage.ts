import { createHash } from 'node:crypto';
import { nodeOf, unordered, type Call, type Routes } from '../call';
import { die } from '../errors';
import { contentOf, contentRow, storageStatus } from '../storage-rows';
import type { Storage, Volume } from '../state';

const VISIBLE = ['Datastore.Audit', 'Datastore.AllocateSpace'];

const onStorage = (call: Call): void => {
  call.sim.access.checkAny(call.identity, `/storage/${call.params.required('storage')}`, VISIBLE);
};

function visibleStorages(call: Call, storages: Iterable<Storage>): Storage[] {
  return [...storages].filter(storage => call.sim.access.hasAny(call.identity, `/storage/${storage.name}`, VISIBLE));
}

function configured(call: Call): unknown {
  const { cluster } = call.sim;
  const names = [...cluster.storages.keys()].join();
  const digest = createHash('sha1').update(names).digest('hex');
  const type = call.params.text('type');
  const rows = visibleStorages(call, cluster.storages.values())
    .filter(storage => type === undefined || storage.type === type)
    .map(storage => ({
      storage: storage.name,
      type: storage.type,
      content: contentOf(call.sim, storage),
      path: storage.path,
      nodes: storage.nodes?.join(','),
      shared: storage.shared ? 1 : undefined,
      digest,
    }));
  return unordered(call, rows);
}

function ofNode(call: Call): unknown {
  const { sim, params } = call;
  const wanted = params.text('content')?.split(',');
  const rows = visibleStorages(call, sim.cluster.storagesOf(nodeOf(call)))
    .filter(storage => params.text('storage') === undefined || storage.name === params.text('storage'))
    .filter(storage => wanted === undefined || wanted.some(type => storage.content.includes(type)))
    .map(storage => ({ storage: storage.name, ...storageStatus(sim, storage), used_fraction: storage.used / storage.total }));
  return unordered(call, rows);
}

function storageOf(call: Call): Storage {
  const name = call.params.required('storage');
  const { cluster } = call.sim;
  const storage = cluster.storages.get(name) ?? die(`storage '${name}' does not exist`);
  if (storage.nodes?.includes(nodeOf(call)) === false) die(`storage '${name}' is not available on node '${nodeOf(call)}'`);
  return storage;
}

/** Disk images and backups are left out for a caller who could not use them (Proxmox VE 9.2, measured). */
function mayRead(call: Call, volume: Volume): boolean {
  const { access } = call.sim;
  if (volume.vmid === undefined) return true;
  if (!access.has(call.identity, `/storage/${volume.storage}`, 'Datastore.AllocateSpace')) return false;
  if (access.has(call.identity, `/storage/${volume.storage}`, 'Datastore.Allocate')) return true;
  const privilege = volume.content === 'backup' ? 'VM.Backup' : 'VM.Config.Disk';
  return access.has(call.identity, `/vms/${volume.vmid}`, privilege);
}

function content(call: Call): unknown {
  const storage = storageOf(call);
  const node = nodeOf(call);
  const type = call.params.text('content');
  const vmid = call.params.integer('vmid');
  const rows = [...call.sim.cluster.volumes.values()]
    .filter(volume => volume.storage === storage.name && (storage.shared || volume.node === node))
    .filter(volume => (type === undefined || volume.content === type) && (vmid === undefined || volume.vmid === vmid))
    .filter(volume => mayRead(call, volume))
    .map(contentRow);
  return unordered(call, rows);
}

export const storageRoutes: Routes = {
  'GET /storage': { handle: configured },
  'GET /nodes/{node}/storage': { handle: ofNode },
  'GET /nodes/{node}/storage/{storage}/status': {
    permission: onStorage,
    handle: call => storageStatus(call.sim, storageOf(call)),
  },
  'GET /nodes/{node}/storage/{storage}/content': { permission: onStorage, handle: content },
};
