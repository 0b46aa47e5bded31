import type { Field } from '../model/field';
import type { ObjectType } from '../model/object-type';
import { idOf, idsOf, type Row, textOf, valueOf } from './row';
import type { IndexKeys } from './table';

/** Index over the pair of a generic relation. */
export function genericKey(contentType: string, id: number): string {
  return `${contentType}:${id}`;
}

/** Name of the index of a uniqueness rule. */
export function uniqueIndex(constraint: string): string {
  return `unique ${constraint}`;
}

/**
 * What a table is indexed by: every relation (for cascades, counts and filters), names and slugs, unique fields, every
 * uniqueness rule, and tags.
 */
export function indexesOf(type: ObjectType): Map<string, IndexKeys> {
  const indexes = new Map<string, IndexKeys>([['tags', row => row.tags.map(String)]]);
  for (const field of type.fields) {
    const keys = fieldKeys(field);
    if (keys) indexes.set(field.name, keys);
  }
  for (const [name, keys] of Object.entries(type.indexes ?? {})) indexes.set(name, keys);
  for (const rule of type.uniques ?? []) {
    indexes.set(uniqueIndex(rule.constraint), row => {
      const key = rule.key(row.values);
      return key === null ? [] : [key];
    });
  }
  return indexes;
}

function fieldKeys(field: Field): IndexKeys | undefined {
  const { name } = field;
  switch (field.kind) {
    case 'reference':
      return row => one(idOf(row, name));
    case 'references':
      return row => idsOf(row, name).map(String);
    case 'contentType': {
      const { idField } = field;
      return idField === undefined ? undefined : row => generic(row, name, idField);
    }
    case 'text':
      return field.unique || name === 'name' || name === 'slug' || name === 'request_id'
        ? row => one(valueOf(row, name))
        : undefined;
    case 'notated':
      return row => one(valueOf(row, name));
    default:
      return undefined;
  }
}

function generic(row: Row, typeField: string, idField: string): string[] {
  const id = idOf(row, idField);
  return id === null ? [] : [genericKey(textOf(row, typeField), id)];
}

function one(value: unknown): string[] {
  return value === null || value === undefined ? [] : [String(value)];
}
