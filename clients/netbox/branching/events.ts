import type { NetBoxClient } from '../client';
import type { NetBoxObject } from '../object';
import { choiceIn, type NetBoxPerson, numberIn, personIn, recordIn, textIn } from './values';

const eventsPath = 'plugins/branching/branch-events';

/** Something that became of a branch, as NetBox keeps it. */
export interface BranchEvent {
  /** Rises; two events that happen at once may become visible in either order. */
  readonly id: number;
  /** ISO 8601, UTC. A merge's event comes a moment after the branch's `mergedTime`. */
  readonly time: string;
  /** `provisioned`, `synced`, `migrated`, `merged`, `reverted` or `archived`. */
  readonly type: string;
  readonly branchId: number;
  readonly branchName: string;
  /** Who asked for it. */
  readonly user: NetBoxPerson | undefined;
}

export interface EventRange {
  /** Only events with a higher id. */
  readonly afterId?: number;
  /** Only events of this time or later. */
  readonly since?: Date;
  readonly types?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Events of all branches by rising id; NetBox has no filter by branch. They go with their branch when it is deleted, so they are
 * no proof that nothing happened.
 */
export async function listBranchEvents(
  netbox: NetBoxClient,
  { afterId = 0, since, types, signal }: EventRange = {},
): Promise<BranchEvent[]> {
  const rows = await netbox.listAll(eventsPath, {
    filters: { time__gte: since?.toISOString(), type: types },
    afterId,
    expect: row => types?.includes(choiceIn(row, 'type')) ?? true,
    ...(signal !== undefined && { signal }),
  });
  return rows.flatMap(row => eventOf(row) ?? []);
}

/** An event whose branch cannot be seen any more is left out. */
function eventOf(row: NetBoxObject): BranchEvent | undefined {
  const branch = recordIn(row, 'branch');
  const branchId = branch && numberIn(branch, 'id');
  if (!branch || branchId === undefined) return undefined;
  return {
    id: row.id,
    time: textIn(row, 'time'),
    type: choiceIn(row, 'type'),
    branchId,
    branchName: textIn(branch, 'name'),
    user: personIn(row, 'user'),
  };
}
