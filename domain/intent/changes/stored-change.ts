import type { JsonObject } from '../../json';

/**
 * One changed object, as the change rows of a branch or NetBox's change log hold it. The snapshots are dumps of NetBox's models, no answers of its API:
 * relations are ids, tags are sorted names, decimals are texts (`"2.00"`), custom fields stand under `custom_fields`, and an address's
 * `assigned_object_type` is the id of a content type.
 */
export interface StoredChange {
  /** Id of the row. */
  readonly id: number;
  /** `virtualization.virtualmachine`. */
  readonly objectType: string;
  readonly objectId: number;
  readonly objectRepr: string;
  readonly action: 'create' | 'update' | 'delete';
  /** Before; null for a create. */
  readonly original: JsonObject | null;
  /** After; null for a delete. */
  readonly modified: JsonObject | null;
}

/** Something in what was given that is not as it must be, and where. */
export interface ShapeProblem {
  /** `changes[3].modified.vcpus`. */
  readonly place: string;
  readonly message: string;
}

/** The object types that can change a guest. */
export const guestObjectTypes = [
  'virtualization.virtualmachine',
  'virtualization.vminterface',
  'virtualization.virtualdisk',
  'ipam.ipaddress',
  'dcim.macaddress',
] as const;

const actions = ['create', 'update', 'delete'] as const;

/** Rows as an API or a database gives them. Rows of other object types are left out; a broken row is a problem with its place. */
export function readStoredChanges(rows: readonly unknown[]): { changes: StoredChange[]; problems: ShapeProblem[] } {
  const changes: StoredChange[] = [];
  const problems: ShapeProblem[] = [];
  rows.forEach((row, at) => {
    const place = `changes[${at}]`;
    const note = (field: string, message: string) => problems.push({ place: `${place}${field}`, message });
    if (!isObject(row)) return note('', 'is no object');
    const { id, objectType, objectId, objectRepr, original = null, modified = null } = row;
    const action = actions.find(known => known === row['action']);
    if (typeof objectType !== 'string') return note('.objectType', 'is no text');
    if (!guestObjectTypes.some(known => known === objectType)) return undefined;
    if (typeof id !== 'number') return note('.id', 'is no number');
    if (typeof objectId !== 'number') return note('.objectId', 'is no number');
    if (action === undefined) return note('.action', 'is none of create, update, delete');
    if (original !== null && !isObject(original)) return note('.original', 'is no object');
    if (modified !== null && !isObject(modified)) return note('.modified', 'is no object');
    if (action !== 'create' && original === null) return note('.original', `is missing: a ${action} has what was there before`);
    if (action !== 'delete' && modified === null) return note('.modified', `is missing: a ${action} has what is there now`);
    const repr = typeof objectRepr === 'string' ? objectRepr : `${objectType} ${objectId}`;
    changes.push({ id, objectType, objectId, objectRepr: repr, action, original, modified });
    return undefined;
  });
  return { changes, problems };
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A row that was created and deleted in the same branch stays a create with nothing in it (netbox-branching 1.1 and 1.2): it means nothing.
 */
export const isVoid = (change: StoredChange): boolean =>
  change.action === 'create' && Object.keys(change.modified ?? {}).length === 0;
