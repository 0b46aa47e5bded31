import type { Json, JsonObject } from '../json';

/**
 * One stored object. Rows are never changed in place: an update replaces the row, so that a snapshot is a copy of maps
 * and an answer that is being written cannot change under its reader.
 */
export interface Row {
  readonly id: number;
  /** UTC, microseconds, for example `2026-01-02T03:04:05.123456Z`. */
  readonly created: string;
  readonly lastUpdated: string;
  /** Stored fields by name: choices as values, relations as ids, addresses in canonical text. */
  readonly values: Readonly<JsonObject>;
  readonly tags: readonly number[];
  readonly customFields: Readonly<JsonObject>;
}

/** A stored value; null when the field was never set. */
export function valueOf(row: Row, field: string): Json {
  return row.values[field] ?? null;
}

/** The id in a relation field, or null. */
export function idOf(row: Row, field: string): number | null {
  const value = row.values[field];
  return typeof value === 'number' ? value : null;
}

/** A text field; empty when unset. */
export function textOf(row: Row, field: string): string {
  const value = row.values[field];
  return typeof value === 'string' ? value : '';
}

/** A number field, or null. */
export function numberOf(row: Row, field: string): number | null {
  const value = row.values[field];
  return typeof value === 'number' ? value : null;
}

/** The ids of a many-to-many field. */
export function idsOf(row: Row, field: string): number[] {
  const value = row.values[field];
  return Array.isArray(value) ? value.filter(id => typeof id === 'number') : [];
}
