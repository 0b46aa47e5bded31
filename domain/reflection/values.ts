/** Values of NetBox fields as the planner compares them: in NetBox's units, relations as ids. */

/** Stands for the NetBox id of another object of the plan, which may not exist yet. */
export interface Ref {
  ref: string;
  key: string;
}

export type Scalar = string | number | boolean | null;
export type Value = Scalar | Ref | (Scalar | Ref)[];
/** By field name; custom fields stand as `cf.<name>`, each on its own. */
export type Values = Record<string, Value>;

export const ref = (kind: string, key: string): Ref => ({ ref: kind, key });

export const isRef = (value: unknown): value is Ref =>
  typeof value === 'object' && value !== null && 'ref' in value && 'key' in value;

export type IdOf = (ref: Ref) => number | undefined;

/** The value with every known reference replaced by its id; unknown references stay. */
export function resolve(value: Value, idOf: IdOf): Value {
  if (isRef(value)) return idOf(value) ?? value;
  if (Array.isArray(value)) return value.map(item => (isRef(item) ? (idOf(item) ?? item) : item));
  return value;
}

/** The first reference that has no id yet, or undefined when all are known. */
export function unresolved(value: Value): Ref | undefined {
  if (isRef(value)) return value;
  return Array.isArray(value) ? value.find(isRef) : undefined;
}

/** Lists are sets (tags, tagged VLANs); numbers and their texts are equal; null, '' and a missing value are empty alike. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && sameSet(a, b);
  if (isRef(a) || isRef(b)) return isRef(a) && isRef(b) && a.ref === b.ref && a.key === b.key;
  if (typeof a === 'number' || typeof b === 'number') return Number(a) === Number(b);
  return a === b;
}

export function isEmpty(value: Value | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

const itemText = (item: Scalar | Ref): string => (isRef(item) ? `${item.ref}:${item.key}` : String(item));

function sameSet(a: (Scalar | Ref)[], b: (Scalar | Ref)[]): boolean {
  const left = new Set(a.map(itemText));
  const right = new Set(b.map(itemText));
  return left.size === right.size && [...left].every(item => right.has(item));
}
