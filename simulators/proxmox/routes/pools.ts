import { unordered, type Call, type Routes } from '../call';
import { die } from '../errors';
import { resourceRow } from '../guest-rows';
import { listOf } from '../request-body';
import type { Pool } from '../state';
import { storageResource } from '../storage-rows';
import { lockUserConfig } from './access';

/** Members: guests that exist, without what only `/cluster/resources` shows, and storages. */
function members(call: Call, pool: Pool): Record<string, unknown>[] {
  const { sim } = call;
  const guests = [...pool.guests].flatMap(vmid => {
    const guest = sim.cluster.guests.get(vmid);
    if (guest === undefined) return [];
    const { tags: _tags, lock: _lock, pool: _pool, hastate: _hastate, ...row } = resourceRow(sim, guest, undefined);
    return [row];
  });
  const storages = [...pool.storages].flatMap(name => {
    const storage = sim.cluster.storages.get(name);
    const node = sim.cluster.nodes.get(sim.cluster.entryNode);
    return storage === undefined || node === undefined ? [] : [storageResource(sim, storage, node)];
  });
  return unordered(call, [...guests, ...storages]);
}

function described(id: string, pool: Pool): Record<string, unknown> {
  return { poolid: id, ...(pool.comment === '' ? {} : { comment: pool.comment }) };
}

function find(call: Call, id: string): Pool {
  const pool = call.sim.cluster.pools.get(id) ?? die(`pool '${id}' does not exist`);
  call.sim.access.check(call.identity, `/pool/${id}`, 'Pool.Audit');
  return pool;
}

function list(call: Call): unknown {
  const id = call.params.text('poolid');
  if (id !== undefined) {
    const pool = find(call, id);
    return [{ ...described(id, pool), members: members(call, pool) }];
  }
  const visible = [...call.sim.cluster.pools].filter(([name]) =>
    call.sim.access.has(call.identity, `/pool/${name}`, 'Pool.Audit'),
  );
  return unordered(
    call,
    visible.map(([name, pool]) => described(name, pool)),
  );
}

function create(call: Call): null {
  const { sim, params } = call;
  const id = params.required('poolid');
  sim.access.check(call.identity, `/pool/${id}`, 'Pool.Allocate');
  lockUserConfig(call, 'create pool');
  if (sim.cluster.pools.has(id)) die(`create pool failed: pool '${id}' already exists`);
  sim.cluster.pools.set(id, { comment: params.text('comment') ?? '', guests: new Set(), storages: new Set() });
  sim.access.changed();
  return null;
}

function update(call: Call): null {
  const { sim, params } = call;
  const { cluster, access } = sim;
  const id = params.required('poolid');
  access.check(call.identity, `/pool/${id}`, 'Pool.Allocate');
  const vmids = listOf(params.text('vms')).map(Number);
  const storages = listOf(params.text('storage'));
  for (const vmid of vmids) access.checkAny(call.identity, `/vms/${vmid}`, ['VM.Allocate', 'Permissions.Modify']);
  for (const storage of storages)
    access.checkAny(call.identity, `/storage/${storage}`, ['Datastore.Allocate', 'Permissions.Modify']);
  lockUserConfig(call, 'update pools');
  const pool = cluster.pools.get(id) ?? die(`update pools failed: pool '${id}' does not exist`);
  const comment = params.text('comment');
  if (params.flag('delete')) {
    for (const vmid of vmids) if (!pool.guests.has(vmid)) die(`update pools failed: VM ${vmid} is not a pool member`);
    for (const vmid of vmids) pool.guests.delete(vmid);
    for (const storage of storages) pool.storages.delete(storage);
  } else {
    for (const vmid of vmids) joinable(call, pool, vmid);
    for (const vmid of vmids) {
      for (const other of cluster.pools.values()) other.guests.delete(vmid);
      pool.guests.add(vmid);
    }
    for (const storage of storages) pool.storages.add(storage);
  }
  if (comment !== undefined) pool.comment = comment;
  access.changed();
  return null;
}

/** A pool takes ids of guests that do not exist yet (Proxmox VE 9.2, measured). */
function joinable(call: Call, pool: Pool, vmid: number): void {
  if (pool.guests.has(vmid)) die(`update pools failed: VM ${vmid} is already a pool member`);
  const other = call.sim.cluster.poolOf(vmid);
  if (other !== undefined && !call.params.flag('allow-move')) {
    die(`update pools failed: VM ${vmid} belongs already to pool '${other}' and 'allow-move' is not set`);
  }
}

function remove(call: Call): null {
  const { cluster, access } = call.sim;
  const id = call.params.required('poolid');
  access.check(call.identity, `/pool/${id}`, 'Pool.Allocate');
  lockUserConfig(call, 'delete pool');
  const pool = cluster.pools.get(id) ?? die(`delete pool failed: pool '${id}' does not exist`);
  const [guest] = pool.guests;
  const [storage] = pool.storages;
  if (guest !== undefined) die(`delete pool failed: pool '${id}' is not empty (contains VM ${guest})`);
  if (storage !== undefined) die(`delete pool failed: pool '${id}' is not empty (contains storage '${storage}')`);
  cluster.pools.delete(id);
  access.changed();
  return null;
}

export const poolRoutes: Routes = {
  'GET /pools': { handle: list },
  'POST /pools': { handle: create },
  'PUT /pools': { handle: update },
  'DELETE /pools': { handle: remove },
  'GET /pools/{poolid}': {
    handle: call => {
      const id = call.params.required('poolid');
      const pool = find(call, id);
      return { ...described(id, pool), members: members(call, pool) };
    },
  },
};
