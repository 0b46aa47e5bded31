import type { FieldErrors } from './errors';

/**
 * NetBox's words by field, from any of its error shapes: `{"name":["…"]}`, `{"custom_fields":{"x":"…"}}` (as `custom_fields.x`),
 * `{"detail":"…"}`, `["…"]` (both as `__all__`). Errors of the whole object stand under `__all__`; `non_field_errors` is the same.
 */
export function fieldErrorsOf(body: unknown): FieldErrors {
  const fields = new Map<string, string[]>();
  collect(fields, '', body);
  return Object.fromEntries(fields);
}

function collect(fields: Map<string, string[]>, field: string, value: unknown): void {
  if (Array.isArray(value)) return value.forEach(one => collect(fields, field, one));
  if (isRecord(value)) {
    return Object.entries(value).forEach(([key, inner]) => collect(fields, nameOf(field, key), inner));
  }
  if (value === null || value === undefined) return;
  const name = field === '' ? '__all__' : field;
  fields.set(name, [...(fields.get(name) ?? []), typeof value === 'string' ? value : JSON.stringify(value)]);
}

function nameOf(field: string, key: string): string {
  if (key === 'non_field_errors' || key === '__all__' || key === 'detail') return field;
  return field === '' ? key : `${field}.${key}`;
}

/** `name: already exists. · status: nope is not a valid choice.`, at most `length` characters. */
export function summary(fields: FieldErrors, length = 1_000): string {
  const lines = Object.entries(fields).map(([field, words]) =>
    field === '__all__' ? words.join(' ') : `${field}: ${words.join(' ')}`,
  );
  return bounded(lines.join(' · ') || 'no reason given', length);
}

export function bounded(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
