import type { JsonObject } from '../../../domain/json';
import { isRecord } from '../field-errors';

/** Liberal readers of what NetBox shows. */

export type Values = Readonly<Record<string, unknown>>;

export interface NetBoxPerson {
  readonly id: number;
  readonly username: string;
}

export function textIn(row: Values, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : '';
}

/** Undefined where NetBox has null, nothing or an empty text. */
export function optionalText(row: Values, name: string): string | undefined {
  return textIn(row, name) || undefined;
}

/** A number, also one that is written as text; undefined otherwise. */
export function numberIn(row: Values, name: string): number | undefined {
  const value = row[name];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A choice: NetBox shows `{value, label}`, or the bare value. */
export function choiceIn(row: Values, name: string): string {
  const value = row[name];
  return isRecord(value) ? textIn(value, 'value') : textIn(row, name);
}

export function recordIn(row: Values, name: string): Values | undefined {
  const value = row[name];
  return isRecord(value) ? value : undefined;
}

/** A JSON object of an answer; null when there is none. */
export function jsonIn(row: Values, name: string): JsonObject | null {
  const value = row[name];
  return isJsonObject(value) ? value : null;
}

/** What was parsed from an answer is JSON. */
function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value);
}

export function personIn(row: Values, name: string): NetBoxPerson | undefined {
  const person = recordIn(row, name);
  const id = person && numberIn(person, 'id');
  return person && id !== undefined ? { id, username: textIn(person, 'username') } : undefined;
}

/** The texts of a list; empty when there is no list. */
export function textsIn(row: Values, name: string): string[] {
  const value = row[name];
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];
}
