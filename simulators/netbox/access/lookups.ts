import type { Json, JsonObject } from '../json';
import type { ObjectType } from '../model/object-type';
import { isWritable } from '../model/field';
import { type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';

/** A filter names a field that the model does not have. */
export class UnknownLookup extends Error {}

/**
 * Whether a row satisfies a query in the notation of NetBox's object permissions: `{"cluster__name": "a",
 * "name__startswith": "x", "custom_field_data__managed": true}`; every key must hold, a list means one of several
 * such queries. `$user` stands for the asking user's id.
 */
export function matches(world: World, type: ObjectType, row: Row, query: Json, user: Row): boolean {
  if (Array.isArray(query)) return query.some(each => matches(world, type, row, each, user));
  if (typeof query !== 'object' || query === null) return true;
  return Object.entries(query).every(([path, expected]) =>
    holds(world, type, row, path.split('__'), expected === '$user' ? user.id : expected),
  );
}

function holds(world: World, type: ObjectType, row: Row, path: readonly string[], expected: Json): boolean {
  const [head = '', ...rest] = path;
  if (head === 'custom_field_data') return compareJson(row.customFields, rest, expected);
  if (head === 'tags') return row.tags.some(id => relatedHolds(world, 'extras.tag', id, rest, expected));
  if (head === 'id' || head === 'pk') return compare(row.id, rest[0], expected);
  const field = type.fields.find(each => each.name === head || `${each.name}_id` === head);
  if (!field || !isWritable(field)) throw new UnknownLookup(unknownText(type, head));
  const value = valueOf(row, field.name);
  if (field.kind === 'reference' && rest[0] !== undefined && !LOOKUPS.has(rest[0])) {
    return relatedHolds(world, field.to, typeof value === 'number' ? value : null, rest, expected);
  }
  return compare(value, rest[0], expected);
}

function relatedHolds(world: World, key: string, id: number | null, path: readonly string[], expected: Json): boolean {
  const row = world.get(key, id);
  if (path.length === 0) return id === expected;
  return row !== undefined && holds(world, world.type(key), row, path, expected);
}

function compareJson(data: Readonly<JsonObject>, path: readonly string[], expected: Json): boolean {
  const [name = '', lookup] = path;
  return compare(data[name] ?? null, lookup, expected);
}

const LOOKUPS = new Set(
  'exact iexact in startswith istartswith endswith iendswith contains icontains gt gte lt lte isnull regex'.split(' '),
);

function compare(value: Json, lookup: string | undefined, expected: Json): boolean {
  const text = value === null ? '' : String(value);
  const wanted = expected === null ? '' : String(expected);
  switch (lookup ?? 'exact') {
    case 'exact':
      return value === expected || (value !== null && text === wanted);
    case 'iexact':
      return text.toLowerCase() === wanted.toLowerCase();
    case 'in':
      return Array.isArray(expected) && expected.some(each => each === value);
    case 'startswith':
      return text.startsWith(wanted);
    case 'istartswith':
      return text.toLowerCase().startsWith(wanted.toLowerCase());
    case 'endswith':
      return text.endsWith(wanted);
    case 'iendswith':
      return text.toLowerCase().endsWith(wanted.toLowerCase());
    case 'contains':
      return text.includes(wanted);
    case 'icontains':
      return text.toLowerCase().includes(wanted.toLowerCase());
    case 'isnull':
      return (value === null) === (expected === true);
    case 'regex':
      return new RegExp(wanted).test(text);
    case 'gt':
      return Number(value) > Number(expected);
    case 'gte':
      return Number(value) >= Number(expected);
    case 'lt':
      return Number(value) < Number(expected);
    case 'lte':
      return Number(value) <= Number(expected);
    default:
      throw new UnknownLookup(`Unsupported lookup '${lookup}'`);
  }
}

function unknownText(type: ObjectType, name: string): string {
  const known = ['id', ...type.fields.filter(isWritable).map(field => field.name)].sort();
  return `Cannot resolve keyword '${name}' into field. Choices are: ${known.join(', ')}`;
}

/** The name by which a filter on another model finds this one: its slug or name. */
export function nameOf(type: ObjectType, row: Row): string {
  return textOf(row, type.nameField ?? 'slug');
}
