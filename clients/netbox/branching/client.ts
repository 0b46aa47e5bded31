import type { NetBoxClient } from '../client';
import {
  awaitReady,
  type Branch,
  branchingPlugin,
  createBranch,
  findBranch,
  findBranches,
  findBranchesChangedSince,
  type NewBranch,
} from './branches';
import { type BranchChange, type ChangeFilters, listStoredChanges } from './changes';
import { type BranchEvent, type EventRange, listBranchEvents } from './events';
import { awaitMerge, awaitMerges, mergeBranch, type MergeOptions, type MergeOutcome, rehearseMerge } from './merge';
import type { WaitOptions } from './wait';

type Signal = { readonly signal?: AbortSignal };

/** Branches of a NetBox with the plugin netbox-branching. Without it every call but the first throws NetBoxNotFoundError. */
export interface NetBoxBranching {
  /** As the session of the client has it; the plugin may come later. */
  isInstalled(): Promise<boolean>;
  /** Undefined when there is none, or when the token may not see it. */
  find(id: number, options?: Signal): Promise<Branch | undefined>;
  /** By rising id; those that are gone are left out. */
  findAll(ids: readonly number[]): Promise<Branch[]>;
  /** Branches whose `lastUpdated` is this or later, by rising id. */
  changedSince(since: Date, options?: Signal): Promise<Branch[]>;
  /** Events of all branches by rising id. They go with their branch when it is deleted. */
  events(range?: EventRange): Promise<BranchEvent[]>;
  /** One entry for each object, in the order in which it was first touched; readable after the merge, until the branch is deleted. */
  changes(branchId: number, filters?: ChangeFilters): Promise<BranchChange[]>;
  /** It is `new`: await its provisioning with `awaitReady`. */
  create(branch: NewBranch, options?: Signal): Promise<Branch>;
  /** The branch once it has left `new` and `provisioning`, or as it is when the wait ends: look at its `status`. */
  awaitReady(id: number, wait?: WaitOptions): Promise<Branch>;
  /** Merges a branch into main, and awaits NetBox's job. A lost answer is resolved by reading the branch's jobs and state. */
  merge(branchId: number, options?: MergeOptions): Promise<MergeOutcome>;
  /** Does everything that a merge does, and takes it back. */
  rehearse(branchId: number, options?: MergeOptions): Promise<MergeOutcome>;
  /** Awaits the job of a merge (`commit`) or a rehearsal that was asked for earlier. */
  awaitMerge(branchId: number, jobId: number, options: WaitOptions & { readonly commit: boolean }): Promise<MergeOutcome>;
  /** Waits until no merge of the branch is under way or queued, whoever asked for it; gives the branch, undefined when it is gone. */
  awaitMerges(branchId: number, wait?: WaitOptions): Promise<Branch | undefined>;
}

export function createNetBoxBranching(netbox: NetBoxClient): NetBoxBranching {
  return {
    isInstalled: async () => branchingPlugin in (await netbox.session()).plugins,
    find: (id, options) => findBranch(netbox, id, options),
    findAll: ids => findBranches(netbox, ids),
    changedSince: (since, options) => findBranchesChangedSince(netbox, since, options),
    events: range => listBranchEvents(netbox, range),
    changes: (branchId, filters) => listStoredChanges(netbox, branchId, filters),
    create: (branch, options) => createBranch(netbox, branch, options),
    awaitReady: (id, wait) => awaitReady(netbox, id, wait),
    merge: (branchId, options) => mergeBranch(netbox, branchId, options),
    rehearse: (branchId, options) => rehearseMerge(netbox, branchId, options),
    awaitMerge: (branchId, jobId, options) => awaitMerge(netbox, branchId, jobId, options),
    awaitMerges: (branchId, wait) => awaitMerges(netbox, branchId, wait),
  };
}
