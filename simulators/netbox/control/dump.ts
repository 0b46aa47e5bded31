import type { Json, JsonObject } from '../json';
import { type Field, isWritable } from '../model/field';
import type { ObjectType } from '../model/object-type';
import { CustomFieldDefinitions } from '../read/custom-field-definitions';
import { type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';

const LEFT_OUT = new Set([
  'users.user',
  'users.token',
  'users.objectpermission',
  'core.objectchange',
  'core.job',
  'core.objecttype',
  'netbox_branching.branchevent',
  'netbox_branching.changediff',
]);

/**
 * All objects in a form in which two worlds can be compared: by model and natural key, relations as natural keys, no ids
 * and no times. Users, permissions, tokens, jobs and the change log are left out, and what only branches hold.
 */
export function dumpWorld(world: World): Record<string, Record<string, JsonObject>> {
  const definitions = new CustomFieldDefinitions(world);
  const dump: Record<string, Record<string, JsonObject>> = {};
  for (const type of world.types) {
    if (LEFT_OUT.has(type.key)) continue;
    const objects = [...world.table(type.key).rows()].map((row): [string, JsonObject] => [
      naturalKeyOf(world, type, row),
      dumpRow(world, definitions, type, row),
    ]);
    dump[type.endpoint] = unique(
      objects.sort(([a, left], [b, right]) => compare(a, b) || compare(JSON.stringify(left), JSON.stringify(right))),
    );
  }
  return dump;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Objects with the same natural key are numbered. */
function unique(objects: readonly [string, JsonObject][]): Record<string, JsonObject> {
  const named: Record<string, JsonObject> = {};
  for (const [key, object] of objects) {
    let free = key;
    for (let n = 2; free in named; n += 1) free = `${key}#${n}`;
    named[free] = object;
  }
  return named;
}

function naturalKeyOf(world: World, type: ObjectType, row: Row): string {
  return type.naturalKey?.(row, world) ?? (textOf(row, 'slug') || textOf(row, 'name') || type.display(row, world));
}

function keyAt(world: World, key: string, id: Json): Json {
  const row = typeof id === 'number' ? world.get(key, id) : undefined;
  return row ? naturalKeyOf(world, world.type(key), row) : null;
}

function dumpRow(world: World, definitions: CustomFieldDefinitions, type: ObjectType, row: Row): JsonObject {
  const idFields = new Set(type.fields.flatMap(field => (field.kind === 'contentType' ? (field.idField ?? []) : [])));
  const dumped: JsonObject = {};
  for (const field of type.fields) {
    if (field.kind === 'tags') dumped['tags'] = row.tags.map(id => world.display('extras.tag', id)).sort();
    else if (field.kind === 'customFields') dumped['custom_fields'] = dumpCustomFields(world, definitions, type, row);
    else if (isWritable(field) && !idFields.has(field.name)) dumped[field.name] = dumpValue(world, field, row);
  }
  return dumped;
}

function dumpValue(world: World, field: Field, row: Row): Json {
  const value = valueOf(row, field.name);
  if (field.kind === 'reference') return keyAt(world, field.to, value);
  if (field.kind === 'references') return Array.isArray(value) ? value.map(id => keyAt(world, field.to, id)).sort() : [];
  if (field.kind !== 'contentType' || field.idField === undefined) return value;
  const id = valueOf(row, field.idField);
  return typeof value === 'string' && world.hasType(value) ? [value, keyAt(world, value, id)] : null;
}

function dumpCustomFields(world: World, definitions: CustomFieldDefinitions, type: ObjectType, row: Row): JsonObject {
  const dumped: JsonObject = {};
  for (const definition of definitions.of(type.key)) {
    const value = row.customFields[definition.name] ?? null;
    if (value === null) continue;
    if (definition.type === 'object') dumped[definition.name] = keyAt(world, definition.related, value);
    else if (definition.type === 'multiobject' && Array.isArray(value)) {
      dumped[definition.name] = value.map(id => keyAt(world, definition.related, id)).sort();
    } else dumped[definition.name] = value;
  }
  return dumped;
}
