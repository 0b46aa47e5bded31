import { canonicalJson, type Json, type JsonObject } from '../json';
import { isSecretName, REDACTED, redactText } from '../redaction';

const LONGEST_TEXT = 500;
const MOST_ITEMS = 50;
const DEEPEST = 6;
/** Characters of JSON. */
const LARGEST = 8_192;

const LEFT_OUT = '…';

/** Anything as the detail of an audit row: without secrets, and so small that a row can never be made large. */
export function auditDetail(value: Readonly<Record<string, unknown>>): JsonObject {
  const detail = boundedObject(value, DEEPEST);
  if (canonicalJson(detail).length <= LARGEST) return detail;
  return { truncated: true, keys: Object.keys(detail).map(key => key.slice(0, 100)) };
}

/** Text of a row: without secrets, in one line, of bounded length, and such that PostgreSQL takes it. */
export function auditText(text: string, longest = LONGEST_TEXT): string {
  const line = wellFormed(redactText(text)).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return line.length <= longest ? line : `${wellFormed(line.slice(0, longest - 1))}${LEFT_OUT}`;
}

function bounded(value: unknown, depth: number): Json {
  switch (typeof value) {
    case 'string':
      return auditText(value);
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : boundedInside(value, depth);
    default:
      return null;
  }
}

function boundedInside(value: object, depth: number): Json {
  if ('toJSON' in value && typeof value.toJSON === 'function') return bounded(value.toJSON(), depth);
  if (depth === 0) return LEFT_OUT;
  if (!Array.isArray(value)) return boundedObject(value, depth);
  const items = value.slice(0, MOST_ITEMS).map(item => bounded(item, depth - 1));
  return value.length > MOST_ITEMS ? [...items, `${LEFT_OUT} and ${value.length - MOST_ITEMS} more`] : items;
}

function boundedObject(value: object, depth: number): JsonObject {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const shown = entries.slice(0, MOST_ITEMS).map(([key, inner]): [string, Json] => {
    const name = auditText(key, 100);
    return [name, isSecretName(key) && inner !== null && typeof inner !== 'boolean' ? REDACTED : bounded(inner, depth - 1)];
  });
  if (entries.length > MOST_ITEMS) shown.push([LEFT_OUT, `and ${entries.length - MOST_ITEMS} more`]);
  return Object.fromEntries(shown);
}

/** Halves of surrogate pairs, which no JSON in PostgreSQL holds, become the replacement character. */
const wellFormed = (text: string): string => text.replaceAll(/\p{Cs}/gu, '\uFFFD');
