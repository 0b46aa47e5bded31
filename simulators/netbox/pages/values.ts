import { isObject, type Json, printed } from '../json';
import { type Field, isWritable } from '../model/field';
import type { ObjectType } from '../model/object-type';
import { idOf, idsOf, type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';
import { badge, cell, type Html, link } from './html';

const COLORS: Readonly<Record<string, string>> = {
  active: 'green',
  create: 'green',
  completed: 'green',
  offline: 'yellow',
  staged: 'blue',
  planned: 'blue',
  update: 'blue',
  paused: 'yellow',
  decommissioning: 'yellow',
  failed: 'red',
  errored: 'red',
  delete: 'red',
};

export function pageOf(type: ObjectType, id?: number): string {
  const base = `/${type.pagePath ?? type.endpoint}/`;
  return id === undefined ? base : `${base}${id}/`;
}

function toObject(world: World, key: string, id: number | null): Html | string {
  const row = world.get(key, id);
  return row ? link(pageOf(world.type(key), row.id), world.type(key).display(row, world)) : '';
}

/** A field's value as a page shows it: related objects as links, choices as badges. */
export function showField(world: World, field: Field, row: Row): Html | string {
  switch (field.kind) {
    case 'reference':
      return toObject(world, field.to, idOf(row, field.name));
    case 'references':
      return joined(idsOf(row, field.name).map(id => toObject(world, field.to, id)));
    case 'tags':
      return joined(row.tags.map(id => toObject(world, 'extras.tag', id)));
    case 'customFields':
      return joined(
        Object.entries(row.customFields).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${text(value)}`])),
        '<br>',
      );
    case 'created':
      return when(row.created);
    case 'lastUpdated':
      return when(row.lastUpdated);
    case 'contentType':
      return field.idField === undefined
        ? textOf(row, field.name)
        : toObject(world, textOf(row, field.name), idOf(row, field.idField));
    case 'choice': {
      const value = String(valueOf(row, field.name) ?? '');
      const label = field.choices.find(([known]) => String(known) === value)?.[1] ?? value;
      return value === '' ? '' : badge(label, COLORS[value] ?? '');
    }
    default:
      return isWritable(field) ? text(valueOf(row, field.name)) : '';
  }
}

function joined(parts: readonly (Html | string)[], between = ', '): Html {
  return { html: parts.map(cell).join(between) };
}

function text(value: Json): string {
  if (value === null) return '';
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : printed(value);
}

function when(stamp: string): string {
  return stamp.slice(0, 19).replace('T', ' ');
}
