import type { Call } from './call';
import { PermissionError } from './errors';

/** Who may make a guest with this id: `VM.Allocate` on the id or on the pool that it joins. @throws PermissionError */
export function checkAllocation(call: Call, vmid: number, pool: string | undefined): void {
  const { access, cluster } = call.sim;
  if (pool !== undefined && !cluster.pools.has(pool)) throw new PermissionError(`pool '${pool}' does not exist`);
  if (access.has(call.identity, `/vms/${vmid}`, 'VM.Allocate')) return;
  if (pool !== undefined && access.has(call.identity, `/pool/${pool}`, 'VM.Allocate')) return;
  throw new PermissionError();
}

/** A new guest joins its pool at the end of its task. */
export function joinPool(call: Call, vmid: number, pool: string | undefined): void {
  if (pool === undefined) return;
  const { cluster, access } = call.sim;
  for (const other of cluster.pools.values()) other.guests.delete(vmid);
  cluster.pools.get(pool)?.guests.add(vmid);
  access.changed();
}
