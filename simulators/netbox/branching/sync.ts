import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject, sameJson } from '../json';
import type { ObjectType } from '../model/object-type';
import { idOf, type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';
import { logData, recordChange } from '../write/change-log';
import type { WriteContext } from '../write/context';
import { isBranchable } from './branchable';
import { ChangeDiffs, cleaned } from './change-diffs';
import { applyChange, MissingObject } from './replay';
import { committed, type BranchingHost, replayContext } from './replay-context';
import { failureOf } from './report';

/** Changes of main that a branch has not taken over: since its last sync, without those that came from itself. */
export function unsyncedChanges(changes: readonly Row[], main: World, branch: Row): Row[] {
  const since = textOf(branch, 'last_sync');
  return changes.filter(change => {
    const type = textOf(change, 'changed_object_type');
    return (
      textOf(change, 'time') > since &&
      idOf(change, 'applied_branch') !== branch.id &&
      main.hasType(type) &&
      isBranchable(main.type(type))
    );
  });
}

interface Touched {
  readonly type: ObjectType;
  readonly id: number;
  readonly before: JsonObject;
  readonly users: Set<string>;
  /** Main's state after its last change. */
  main: JsonObject | null;
}

export interface Sync {
  readonly host: BranchingHost;
  readonly fork: World;
  readonly branch: Row;
  readonly changes: readonly Row[];
  readonly user: Row;
  readonly commit: boolean;
  /** Hears of the branch's log. */
  readonly changed: WriteContext['changed'];
  /** The beginning of the job's data. */
  readonly data: JsonObject;
}

/**
 * Brings main's changes into a branch, all or none. What the branch had changed itself gives way: the result is logged in the
 * branch as a change of its own, and main's state becomes the beginning that conflicts are measured from
 * (netbox-branching 1.2.2, `Branch.sync`). True when they stay, false after a dry run. Throws `JobError`.
 */
export function syncInto({ host, fork, branch, changes, user, commit, changed, data }: Sync): boolean {
  const requestId = randomUUID();
  const silent = replayContext(host, { world: fork, user, requestId, changed, unlogged: true });
  const loud = replayContext(host, { world: fork, user, requestId, changed });
  const diffs = new ChangeDiffs(host.world, () => null);
  const touched = new Map<string, Touched>();
  return committed([fork, host.world], commit, () => {
    for (const change of changes) {
      try {
        takeOver(silent, branch, diffs, touched, change);
      } catch (error) {
        throw failureOf(fork, change, error, data);
      }
    }
    for (const each of touched.values()) logTakeOver(loud, each);
    for (const { type, id, main } of touched.values()) diffs.rebase(branch.id, type.key, id, main);
  });
}

function takeOver(context: WriteContext, branch: Row, diffs: ChangeDiffs, touched: Map<string, Touched>, change: Row): void {
  const type = context.world.type(textOf(change, 'changed_object_type'));
  const id = idOf(change, 'changed_object_id') ?? 0;
  const key = `${type.key}:${id}`;
  const before = context.world.get(type.key, id);
  const own = diffs.find(branch.id, type.key, id) !== undefined;
  const data = before ? logData(context, type, before) : {};
  try {
    applyChange(context, change);
  } catch (error) {
    if (!(error instanceof MissingObject)) throw error;
    return;
  }
  if (textOf(change, 'action') === 'delete') {
    touched.delete(key);
    return;
  }
  if (!own || !before) return;
  const known = touched.get(key) ?? { type, id, before: data, users: new Set<string>(), main: null };
  const main = valueOf(change, 'postchange_data');
  known.main = isObject(main) ? cleaned(main) : null;
  known.users.add(textOf(change, 'user_name'));
  touched.set(key, known);
}

function logTakeOver(context: WriteContext, { type, id, before, users }: Touched): void {
  const row = context.world.get(type.key, id);
  if (!row) return;
  const after = logData(context, type, row);
  if (sameJson(before, after)) return;
  recordChange(context, type, row, 'update', before, after, `Synced from main (originally by ${[...users].join(', ')})`);
}
