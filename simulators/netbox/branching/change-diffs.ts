import { isObject, type JsonObject } from '../json';
import { idOf, type Row, textOf, valueOf } from '../store/row';
import { genericKey } from '../store/indexes';
import type { World } from '../store/world';
import { isBranchable } from './branchable';
import { conflictsOf } from './conflicts';
import { BRANCH, CHANGE_DIFF, dataOf } from './types';

/** An object's data in main as the change log has it; null when main has no such object. */
export type MainData = (type: string, id: number) => JsonObject | null;

/**
 * Keeps one row for each object that a branch touched (netbox-branching 1.2.2, `record_change_diff`). The rows are main's: when a
 * request inside a branch is refused after it wrote, its rows stay although the branch's objects do not (measured).
 */
export class ChangeDiffs {
  constructor(
    private readonly main: World,
    private readonly mainData: MainData,
  ) {}

  /** Whether a branch touched an object. */
  find(branchId: number, type: string, id: number): Row | undefined {
    return this.of(type, id).find(diff => idOf(diff, 'branch') === branchId);
  }

  /** A change in main: what branches that are open know of main's state moves along. */
  followMain(change: Row): void {
    if (!this.concerns(change) || textOf(change, 'action') === 'create') return;
    const current = logged(change, 'postchange_data');
    for (const diff of this.of(textOf(change, 'changed_object_type'), idOf(change, 'changed_object_id') ?? 0)) {
      const branch = this.main.get(BRANCH, idOf(diff, 'branch'));
      if (branch && textOf(branch, 'status') === 'ready') this.save(diff, { current });
    }
  }

  /** A change in a branch. An object that the branch made stays *created*, whatever follows. */
  followBranch(branchId: number, change: Row): void {
    if (!this.concerns(change)) return;
    const type = textOf(change, 'changed_object_type');
    const id = idOf(change, 'changed_object_id') ?? 0;
    const action = textOf(change, 'action');
    const modified = logged(change, 'postchange_data');
    const known = this.find(branchId, type, id);
    const object_repr = textOf(change, 'object_repr');
    if (known) {
      const created = textOf(known, 'action') === 'create';
      this.save(known, { modified, object_repr, action: created ? 'create' : action });
      return;
    }
    const values = {
      branch: branchId,
      object_type: type,
      object_id: id,
      object_repr,
      action,
      original: logged(change, 'prechange_data'),
      modified,
      current: action === 'create' ? null : this.mainData(type, id),
      conflicts: null,
    };
    const now = this.main.now();
    const row: Row = {
      id: this.main.nextId(CHANGE_DIFF),
      created: now,
      lastUpdated: now,
      values,
      tags: [],
      customFields: {},
    };
    this.save(row, {});
  }

  /** After a sync: what the branch took over from main is its new beginning. */
  rebase(branchId: number, type: string, id: number, original: JsonObject | null): void {
    const diff = this.find(branchId, type, id);
    if (!diff || original === null || textOf(diff, 'action') !== 'update' || dataOf(diff, 'original') === null) return;
    this.save(diff, { original });
  }

  private of(type: string, id: number): Row[] {
    return this.main.table(CHANGE_DIFF).find('object_type', genericKey(type, id));
  }

  private concerns(change: Row): boolean {
    const type = textOf(change, 'changed_object_type');
    return this.main.hasType(type) && isBranchable(this.main.type(type));
  }

  private save(row: Row, changes: JsonObject): void {
    const next: Row = { ...row, lastUpdated: this.main.now(), values: { ...row.values, ...changes } };
    const conflicts = conflictsOf({
      action: textOf(next, 'action'),
      original: dataOf(next, 'original'),
      modified: dataOf(next, 'modified'),
      current: dataOf(next, 'current'),
    });
    this.main.put(CHANGE_DIFF, { ...next, values: { ...next.values, conflicts } });
  }
}

/** Logged data as diffs keep it: without private attributes; null when there is none. */
function logged(change: Row, name: string): JsonObject | null {
  const data = valueOf(change, name);
  return isObject(data) ? cleaned(data) : null;
}

export function cleaned(data: JsonObject): JsonObject | null {
  const entries = Object.entries(data).filter(([key]) => !key.startsWith('_'));
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
