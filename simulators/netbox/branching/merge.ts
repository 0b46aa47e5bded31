import type { JsonObject } from '../json';
import { idOf, type Row, textOf } from '../store/row';
import type { World } from '../store/world';
import type { WriteContext } from '../write/context';
import { JobError } from './jobs';
import { applyChange, undoChange } from './replay';
import { committed, type BranchingHost, replayContext } from './replay-context';
import { failureOf, summaryOf } from './report';

const CHANGE_LOG = 'core.objectchange';

/** The rows of a world's change log, oldest first. */
export function changesOf(world: World): Row[] {
  return [...world.table(CHANGE_LOG).rows()].sort((a, b) => a.id - b.id);
}

export interface Merge {
  readonly host: BranchingHost;
  readonly branchId: number;
  readonly changes: readonly Row[];
  readonly commit: boolean;
  /** Who is named where a change's own user is gone. */
  readonly user: Row;
  readonly changed: WriteContext['changed'];
  /** The beginning of the job's data. */
  readonly data: JsonObject;
}

/**
 * Does a branch's changes again in main, each with its own user and request, all or none. True when they stay, false after a
 * dry run. The log rows that arise remember the branch, so that it does not take them over in a sync. Throws `JobError`.
 */
export function applyAll(merge: Merge): boolean {
  return replayAll(merge, merge.changes, applyChange);
}

/** Takes a branch's changes back in main, newest first. */
export function undoAll(merge: Merge): boolean {
  return replayAll(merge, [...merge.changes].reverse(), undoChange);
}

function replayAll(merge: Merge, changes: readonly Row[], replay: typeof applyChange): boolean {
  return committed([merge.host.world], merge.commit, () => {
    for (const change of changes) replayOne(merge, change, replay);
  });
}

function replayOne(merge: Merge, change: Row, replay: typeof applyChange): void {
  const { host, branchId, user, changed, data } = merge;
  const { world } = host;
  const context = replayContext(host, {
    world,
    user: world.get('users.user', idOf(change, 'user')) ?? user,
    requestId: textOf(change, 'request_id'),
    changed: (row, object) => {
      world.put(CHANGE_LOG, { ...row, values: { ...row.values, applied_branch: branchId } });
      changed(row, object);
    },
  });
  try {
    replay(context, change);
  } catch (error) {
    throw failureOf(world, change, error, data);
  }
}

/** What the data of a merge's job begins with. */
export function mergeData(changes: readonly Row[], unsynced: boolean, log: readonly string[]): JsonObject {
  return {
    log: [...log],
    report: [],
    changes_summary: summaryOf(changes),
    has_unsynced_changes: unsynced,
    merge_strategy: 'iterative',
  };
}

/** A branch that is not in the state that an operation needs. */
export function notReady(message: string): JobError {
  return new JobError(`Exception('${message}')`);
}
