import { naturalKey } from '../store/natural-sort';
import { idOf, type Row, textOf } from '../store/row';
import type { SortKey } from '../store/sorted-ids';
import type { Reader } from '../read/reader';
import type {
  BooleanField,
  Choice,
  ChoiceField,
  ComputedField,
  Field,
  FixedField,
  IntegerField,
  OnDelete,
  ReferenceField,
  TextField,
} from './field';

/** Builders for the fields that models share. */

export function text(name: string, max: number, more: Partial<TextField> = {}): TextField {
  return { kind: 'text', name, max, blank: true, ...more };
}

export function required(name: string, max: number, more: Partial<TextField> = {}): TextField {
  return { kind: 'text', name, max, required: true, search: true, ...more };
}

export function slug(more: Partial<TextField> = {}): TextField {
  return { kind: 'text', name: 'slug', max: 100, required: true, slug: true, search: true, ...more };
}

export const description: TextField = text('description', 200, { search: true });
export const comments: TextField = { kind: 'text', name: 'comments', blank: true };
export const owner: FixedField = { kind: 'fixed', name: 'owner', value: null, logged: null };
export const tags: Field = { kind: 'tags', name: 'tags' };
export const customFields: Field = { kind: 'customFields', name: 'custom_fields' };
export const stamps: readonly Field[] = [
  { kind: 'created', name: 'created' },
  { kind: 'lastUpdated', name: 'last_updated' },
];

/** description, owner, comments, tags, custom fields and stamps: the end of most models. */
export const primary: readonly Field[] = [description, owner, comments, tags, customFields, ...stamps];

export function integer(name: string, min: number, max: number, more: Partial<IntegerField> = {}): IntegerField {
  return { kind: 'integer', name, min, max, nullable: true, ...more };
}

export function bool(name: string, value: boolean): BooleanField {
  return { kind: 'boolean', name, default: value };
}

export function choice(
  name: string,
  choices: readonly Choice[],
  value: string | number,
  more: Partial<ChoiceField> = {},
): ChoiceField {
  return { kind: 'choice', name, choices, default: value, ...more };
}

/** A choice that may stay empty. */
export function optionalChoice(name: string, choices: readonly Choice[], more: Partial<ChoiceField> = {}): ChoiceField {
  return { kind: 'choice', name, choices, nullable: true, blank: true, default: null, ...more };
}

/** A relation that may be empty. */
export function optional(name: string, to: string, onDelete: OnDelete, more: Partial<ReferenceField> = {}): ReferenceField {
  return { kind: 'reference', name, to, onDelete, nullable: true, ...more };
}

/** A relation that must be set. */
export function needed(name: string, to: string, onDelete: OnDelete, more: Partial<ReferenceField> = {}): ReferenceField {
  return { kind: 'reference', name, to, onDelete, required: true, ...more };
}

/** Features that the simulator does not model: always null. `logged` ones stand in change log entries, too. */
export function absent(...names: string[]): FixedField[] {
  return names.map(name => ({ kind: 'fixed', name, value: null, logged: null }));
}

export function fixed(name: string, value: FixedField['value'], more: Partial<FixedField> = {}): FixedField {
  return { kind: 'fixed', name, value, ...more };
}

export function computed(name: string, get: ComputedField['get'], more: Partial<ComputedField> = {}): ComputedField {
  return { kind: 'computed', name, get, ...more };
}

/** Number of rows of a model whose relation points here; nested forms leave it out, as NetBox does. */
export function count(name: string, of: string, through: string, more: Partial<ComputedField> = {}): ComputedField {
  return computed(name, (row, reader) => reader.world.table(of).ids(through, row.id).size, { nested: 'absent', ...more });
}

/** Counts of things that do not exist here. */
export function zeroCounts(...names: string[]): ComputedField[] {
  return names.map(name => computed(name, () => 0, { nested: 'absent' }));
}

/** The assigned object of a generic relation, in brief form. */
export function genericObject(name: string, typeField: string, idField: string): ComputedField {
  return computed(name, (row, reader) => showGeneric(row, reader, typeField, idField));
}

function showGeneric(row: Row, reader: Reader, typeField: string, idField: string): ReturnType<Reader['nested']> {
  const type = textOf(row, typeField);
  return type && reader.world.hasType(type) ? reader.nested(type, idOf(row, idField)) : null;
}

export function displayName(row: Row): string {
  return textOf(row, 'name');
}

export function byName(row: Row): SortKey {
  return [naturalKey(textOf(row, 'name'))];
}

/** Key of a text for uniqueness rules that ignore case; null stays null. */
export function lower(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.toLowerCase() : null;
}

/** Joins the parts of a uniqueness key. With `nullsCollide` an empty part equals an empty part, else it frees the row from the rule. */
export function uniqueKey(parts: readonly unknown[], nullsCollide = false): string | null {
  if (!nullsCollide && parts.some(part => part === null || part === undefined || part === '')) return null;
  return parts.map(part => String(part ?? '')).join('\u0000');
}
