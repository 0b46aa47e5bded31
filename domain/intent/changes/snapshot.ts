import type { Json, JsonObject } from '../../json';
import type { ShapeProblem } from './stored-change';

/** A snapshot with its place, and where problems with it are noted. A field that is not as it must be reads as absent. */
export interface Snapshot {
  readonly place: string;
  readonly values: JsonObject;
  readonly problems: ShapeProblem[];
}

/** The custom fields of a snapshot, as a snapshot. */
export function customFieldsOf(snapshot: Snapshot): Snapshot {
  const fields = snapshot.values['custom_fields'];
  const place = `${snapshot.place}.custom_fields`;
  if (fields === undefined || fields === null) return { ...snapshot, place, values: {} };
  if (isObject(fields)) return { ...snapshot, place, values: fields };
  snapshot.problems.push({ place, message: 'is no object' });
  return { ...snapshot, place, values: {} };
}

export function textAt(snapshot: Snapshot, field: string): string | null {
  const value = bare(snapshot.values[field]);
  if (value === null || value === '') return null;
  if (typeof value === 'string') return value;
  return wrong(snapshot, field, 'is no text');
}

/** A number, also where it is written as text (NetBox dumps decimals as texts). */
export function numberAt(snapshot: Snapshot, field: string): number | null {
  const value = bare(snapshot.values[field]);
  if (value === null || value === '') return null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  return wrong(snapshot, field, 'is no number');
}

export function wholeAt(snapshot: Snapshot, field: string): number | null {
  const number = numberAt(snapshot, field);
  return number === null || Number.isInteger(number) ? number : wrong(snapshot, field, 'is no whole number');
}

export function flagAt(snapshot: Snapshot, field: string): boolean | null {
  const value = bare(snapshot.values[field]);
  if (value === null || value === '') return null;
  if (typeof value === 'boolean') return value;
  return wrong(snapshot, field, 'is neither true nor false');
}

/** The id of a related object. */
export function idAt(snapshot: Snapshot, field: string): number | null {
  const value = snapshot.values[field];
  return isObject(value) ? wholeAt({ ...snapshot, values: { [field]: value['id'] ?? null } }, field) : wholeAt(snapshot, field);
}

export function idsAt(snapshot: Snapshot, field: string): number[] {
  return listAt(snapshot, field).flatMap(value => {
    const id = isObject(value) ? value['id'] : value;
    return typeof id === 'number' ? [id] : (wrong(snapshot, field, 'holds something that is no id') ?? []);
  });
}

/** Names of a list of tags: a dump has names, NetBox's API objects with a name. */
export function namesAt(snapshot: Snapshot, field: string): string[] {
  const names = listAt(snapshot, field).flatMap(value => {
    const name = isObject(value) ? value['name'] : value;
    return typeof name === 'string' ? [name] : (wrong(snapshot, field, 'holds something that is no name') ?? []);
  });
  return [...new Set(names)].sort();
}

/** Text that may also be given as an object: kept as JSON text. */
export function jsonTextAt(snapshot: Snapshot, field: string): string | null {
  const value = snapshot.values[field];
  return isObject(value) ? JSON.stringify(value) : textAt(snapshot, field);
}

function listAt(snapshot: Snapshot, field: string): readonly Json[] {
  const value = snapshot.values[field] ?? [];
  return isList(value) ? value : (wrong(snapshot, field, 'is no list') ?? []);
}

/** The value of a choice that NetBox shows as `{value, label}` (from 4.7 on also of a custom field). */
function bare(value: Json | undefined): Json {
  if (value === undefined) return null;
  return isObject(value) && 'value' in value ? (value['value'] ?? null) : value;
}

function wrong(snapshot: Snapshot, field: string, message: string): null {
  snapshot.problems.push({ place: `${snapshot.place}.${field}`, message });
  return null;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
