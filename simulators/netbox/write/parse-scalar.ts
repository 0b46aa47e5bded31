import { type Json, printed } from '../json';
import type { BooleanField, ChoiceField, DecimalField, IntegerField, TextField } from '../model/field';

/** A parsed value, or the messages that refuse it. */
export type Parsed = { readonly value: Json } | { readonly messages: readonly string[] };

export function refused(...messages: string[]): Parsed {
  return { messages };
}

const SLUG_MESSAGE = 'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.';

export function parseText(field: TextField, raw: Json): Parsed {
  if (typeof raw !== 'string' && typeof raw !== 'number') return refused(field.slug ? SLUG_MESSAGE : 'Not a valid string.');
  const value = field.raw ? String(raw) : String(raw).trim();
  if (value === '' && field.nullable && field.unique) return { value: null };
  if (value === '') return field.blank ? { value: '' } : refused('This field may not be blank.');
  const messages: string[] = [];
  if (field.max !== undefined && [...value].length > field.max) {
    messages.push(`Ensure this field has no more than ${field.max} characters.`);
  }
  if (field.slug && !field.checks && !/^[-a-zA-Z0-9_]+$/.test(value)) messages.push(SLUG_MESSAGE);
  for (const check of field.checks ?? []) {
    if (check.pattern.test(value) === (check.forbidden ?? false)) messages.push(check.message);
  }
  return messages.length > 0 ? { messages } : { value };
}

export function parseInteger(field: IntegerField, raw: Json): Parsed {
  const value = typeof raw === 'string' && /^\s*[-+]?\d+(\.0*)?\s*$/.test(raw) ? Number(raw) : raw;
  if (typeof value !== 'number' || !Number.isInteger(value)) return refused('A valid integer is required.');
  return inBounds(value, field.min, field.max);
}

export function parseDecimal(field: DecimalField, raw: Json): Parsed {
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  if (typeof value !== 'number' || !Number.isFinite(value)) return refused('A valid number is required.');
  const [whole = '', fraction = ''] = String(Math.abs(value)).split('.');
  const digits = (whole === '0' ? '' : whole).length + fraction.length;
  if (digits > field.digits) return refused(`Ensure that there are no more than ${field.digits} digits in total.`);
  if (fraction.length > field.places) return refused(`Ensure that there are no more than ${field.places} decimal places.`);
  const wholeDigits = field.digits - field.places;
  if (whole !== '0' && whole.length > wholeDigits) {
    return refused(`Ensure that there are no more than ${wholeDigits} digits before the decimal point.`);
  }
  return inBounds(value, field.min, field.max, field.minText, field.maxText);
}

function inBounds(value: number, min?: number, max?: number, minText?: string, maxText?: string): Parsed {
  if (min !== undefined && value < min) return refused(`Ensure this value is greater than or equal to ${minText ?? min}.`);
  if (max !== undefined && value > max) return refused(`Ensure this value is less than or equal to ${maxText ?? max}.`);
  return { value };
}

const TRUE = new Set<Json>(['t', 'y', 'yes', 'true', 'on', '1', 1, true]);
const FALSE = new Set<Json>(['f', 'n', 'no', 'false', 'off', '0', 0, false]);

export function parseBoolean(_field: BooleanField, raw: Json): Parsed {
  const value = typeof raw === 'string' ? raw.toLowerCase() : raw;
  if (TRUE.has(value)) return { value: true };
  return FALSE.has(value) ? { value: false } : refused('Must be a valid boolean.');
}

export function parseChoice(field: ChoiceField, raw: Json): Parsed {
  if (raw === null || raw === '') {
    if (raw === null && field.nullable) return { value: null };
    return field.blank ? { value: '' } : refused('This field may not be blank.');
  }
  if (typeof raw === 'object') {
    return refused('Value must be passed directly (e.g. "foo": 123); do not use a dictionary or list.');
  }
  const value = typeof raw === 'string' && /^\s*[-+]?\d+\s*$/.test(raw) ? Number(raw) : raw;
  return field.choices.some(([known]) => known === value) ? { value } : refused(`${printed(value)} is not a valid choice.`);
}

export function parseDateTime(raw: Json): Parsed {
  const instant = typeof raw === 'string' && /^\d{4}-\d\d-\d\d/.test(raw) ? Date.parse(raw) : Number.NaN;
  if (Number.isNaN(instant)) {
    return refused(
      'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].',
    );
  }
  return { value: new Date(instant).toISOString().replace(/\.000Z$/, 'Z') };
}
