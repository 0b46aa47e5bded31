import { isDeepStrictEqual } from 'node:util';
import type { NetBoxClient } from '../client';
import { isRecord } from '../field-errors';
import type { NetBoxObject } from '../object';
import { choiceIn, numberIn, recordIn, textIn, textsIn, type Values } from './values';

const changesPath = 'plugins/branching/changes';

/** Each row holds an object three times. */
const rowsAtOnce = 200;

/** One attribute that a branch changed. Custom fields stand apart, as `custom_fields.<name>`. */
export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

interface ChangedObject {
  readonly id: number;
  readonly branchId: number;
  /** For example `virtualization.virtualmachine`. */
  readonly objectType: string;
  /** In main and in the branch the same, also of a new object. */
  readonly objectId: number;
  readonly objectName: string;
  /**
   * Whether main has the object now. After a merge, a *create* without it changed nothing: NetBox keeps the stored changes of a list
   * that it refused half-way (4.7.3, measured), or the object was deleted since.
   */
  readonly inMain: boolean;
  /** Attributes that main changed differently since; `custom_fields` and `tags` are one attribute each. */
  readonly conflicts: readonly string[];
  readonly lastUpdated: string;
}

/**
 * What a branch does to one object, from its beginning to its present end. Values are those of NetBox's change log: relations as
 * ids, tags as names, choices bare, decimals as texts (`vcpus` "2.00").
 */
export type StoredChange = ChangedObject &
  (
    | { readonly action: 'create'; readonly modified: Values }
    | {
        readonly action: 'update';
        /** The whole object when the branch first touched it, or as main had it at the last sync. */
        readonly original: Values;
        readonly modified: Values;
        /** What differs between the two; empty when the branch took its change back. */
        readonly fields: readonly FieldChange[];
      }
    | { readonly action: 'delete'; readonly original: Values }
  );

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
): Promise<StoredChange[]> {
  const rows = await netbox.listAll(changesPath, {
    filters: { branch_id: branchId, object_type: objectTypes },
    expect: row => branchIdOf(row) === branchId && (objectTypes?.includes(textIn(row, 'object_type')) ?? true),
    pageSize: rowsAtOnce,
    ...(signal !== undefined && { signal }),
  });
  return rows.flatMap(row => storedChangeOf(row) ?? []);
}

function branchIdOf(row: Values): number | undefined {
  const branch = row['branch'];
  return isRecord(branch) ? numberIn(branch, 'id') : numberIn(row, 'branch');
}

function storedChangeOf(row: NetBoxObject): StoredChange | undefined {
  const common: ChangedObject = {
    id: row.id,
    branchId: branchIdOf(row) ?? 0,
    objectType: textIn(row, 'object_type'),
    objectId: numberIn(row, 'object_id') ?? 0,
    objectName: textIn(row, 'object_repr'),
    inMain: row['object'] !== null && row['object'] !== undefined,
    conflicts: textsIn(row, 'conflicts'),
    lastUpdated: textIn(row, 'last_updated'),
  };
  const original = recordIn(row, 'original_data');
  const modified = recordIn(row, 'modified_data');
  const action = choiceIn(row, 'action');
  if (action === 'create' && modified) return { ...common, action, modified };
  if (action === 'delete' && original) return { ...common, action, original };
  if (action !== 'update' || !original || !modified) return undefined;
  return { ...common, action, original, modified, fields: fieldChanges(original, modified) };
}

/** What differs between two states of an object. */
function fieldChanges(from: Values, to: Values, prefix = ''): FieldChange[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap(name => {
    const [before, after] = [from[name] ?? null, to[name] ?? null];
    if (isDeepStrictEqual(before, after)) return [];
    if (prefix === '' && name === 'custom_fields' && isRecord(before) && isRecord(after))
      return fieldChanges(before, after, 'custom_fields.');
    return [{ field: `${prefix}${name}`, from: before, to: after }];
  });
}
