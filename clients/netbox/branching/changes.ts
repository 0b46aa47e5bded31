import type { StoredChange } from '../../../domain/intent/changes/stored-change';
import type { NetBoxClient } from '../client';
import { isRecord } from '../field-errors';
import type { NetBoxObject } from '../object';
import { choiceIn, jsonIn, numberIn, textIn, textsIn, type Values } from './values';

const changesPath = 'plugins/branching/changes';

/** Each row holds an object three times. */
const rowsAtOnce = 200;

/**
 * What a branch does to one object, from its beginning (or what main had at the last sync) to its present end. An update whose two
 * states are equal was taken back by the branch.
 */
export interface BranchChange extends StoredChange {
  readonly branchId: number;
  /**
   * Whether main has the object now. After a merge, a *create* without it changed nothing: NetBox keeps the stored changes of a list
   * that it refused half-way (4.7.3, measured), or the object was deleted since.
   */
  readonly inMain: boolean;
  /** Attributes that main changed differently since; `custom_fields` and `tags` are one attribute each. */
  readonly conflicts: readonly string[];
  readonly lastUpdated: string;
}

export interface ChangeFilters {
  readonly objectTypes?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * What a branch changes: one entry for each object, in the order in which it was first touched. It stays readable after the
 * merge, until the branch is deleted. Objects that the branch made and deleted again are left out.
 */
export async function listStoredChanges(
  netbox: NetBoxClient,
  branchId: number,
  { objectTypes, signal }: ChangeFilters = {},
): Promise<BranchChange[]> {
  const isWanted = (row: Values): boolean => objectTypes?.includes(textIn(row, 'object_type')) ?? true;
  // Of several types NetBox's filter takes the last one alone (branching 1.2.2, measured): then all are read.
  const filter = objectTypes?.length === 1 ? { object_type: objectTypes } : {};
  const rows = await netbox.listAll(changesPath, {
    filters: { branch_id: branchId, ...filter },
    expect: row => branchIdOf(row) === branchId,
    pageSize: rowsAtOnce,
    ...(signal !== undefined && { signal }),
  });
  return rows.filter(isWanted).flatMap(row => branchChangeOf(row) ?? []);
}

function branchIdOf(row: Values): number | undefined {
  const branch = row['branch'];
  return isRecord(branch) ? numberIn(branch, 'id') : numberIn(row, 'branch');
}

function branchChangeOf(row: NetBoxObject): BranchChange | undefined {
  const original = jsonIn(row, 'original_data');
  const modified = jsonIn(row, 'modified_data');
  const action = choiceIn(row, 'action');
  if (action !== 'create' && action !== 'update' && action !== 'delete') return undefined;
  if ((action !== 'create' && !original) || (action !== 'delete' && !modified)) return undefined;
  return {
    id: row.id,
    branchId: branchIdOf(row) ?? 0,
    objectType: textIn(row, 'object_type'),
    objectId: numberIn(row, 'object_id') ?? 0,
    objectRepr: textIn(row, 'object_repr'),
    action,
    original: action === 'create' ? null : original,
    modified: action === 'delete' ? null : modified,
    inMain: row['object'] !== null && row['object'] !== undefined,
    conflicts: textsIn(row, 'conflicts'),
    lastUpdated: textIn(row, 'last_updated'),
  };
}
