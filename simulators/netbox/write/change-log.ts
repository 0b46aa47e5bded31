import { type Json, type JsonObject, sameJson } from '../json';
import { type Field, isWritable, type WritableField } from '../model/field';
import type { ObjectType } from '../model/object-type';
import { contentTypeId, contentTypeName } from '../model/content-type-ids';
import type { Reader } from '../read/reader';
import { idOf, type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';
import type { WriteContext } from './context';

export type ChangeAction = 'create' | 'update' | 'delete';

/**
 * Writes one row of the change log, as NetBox does for every create and delete and for updates that change something.
 * `before` and `after` are what `logData` gave before and after the write.
 */
export function recordChange(
  context: WriteContext,
  type: ObjectType,
  row: Row,
  action: ChangeAction,
  before: JsonObject | null,
  after: JsonObject | null,
  message: string,
): void {
  if (type.changeLogged === false || context.unlogged === true) return;
  if (action === 'update' && sameJson(before ?? {}, after ?? {})) return;
  const { world } = context;
  const time = world.now();
  const change: Row = {
    id: world.nextId('core.objectchange'),
    created: time,
    lastUpdated: time,
    tags: [],
    customFields: {},
    values: {
      time,
      user: context.user.id,
      user_name: textOf(context.user, 'username'),
      request_id: context.requestId,
      action,
      changed_object_type: type.key,
      changed_object_id: row.id,
      ...relatedObject(type, row),
      object_repr: type.display(row, world).slice(0, 200),
      message,
      prechange_data: before ?? {},
      postchange_data: after ?? {},
    },
  };
  world.put('core.objectchange', change);
  context.changed(change, row);
}

/** Stored values from change log data: the inverse of `logData`, without tags and custom fields. What stands for no stored field is left out. */
export function loggedValues(type: ObjectType, data: Readonly<JsonObject>): JsonObject {
  const values: JsonObject = {};
  for (const field of type.fields) {
    const logged = data[field.name];
    if (isWritable(field) && logged !== undefined) values[field.name] = storedValue(field, logged);
  }
  return values;
}

function storedValue(field: WritableField, logged: Json): Json {
  if (field.kind === 'decimal') return typeof logged === 'string' ? Number(logged) : logged;
  if (field.kind === 'contentType') return typeof logged === 'number' ? contentTypeName(logged) : null;
  if (field.kind === 'contentTypes') return Array.isArray(logged) ? logged.map(id => contentTypeName(Number(id))) : [];
  return logged;
}

/** Components carry their parent, assigned objects what they are assigned to. */
function relatedObject(type: ObjectType, row: Row): JsonObject {
  for (const field of type.fields) {
    if (
      field.kind === 'contentType' &&
      field.name === 'assigned_object_type' &&
      field.idField &&
      idOf(row, field.idField) !== null
    ) {
      return { related_object_type: textOf(row, field.name), related_object_id: idOf(row, field.idField) };
    }
    if (field.kind === 'reference' && field.onDelete === 'cascade' && !field.nullable) {
      return { related_object_type: field.to, related_object_id: idOf(row, field.name) };
    }
  }
  return { related_object_type: null, related_object_id: null };
}

/** An object as change log entries carry it: ids for relations, names for tags, decimals as text. */
export function logData(context: Pick<WriteContext, 'world' | 'version' | 'reader'>, type: ObjectType, row: Row): JsonObject {
  const { reader } = context;
  const data: JsonObject = {};
  for (const field of type.fields) {
    if ((field.since ?? 0) > context.version.minor) continue;
    const value = logged(context.world, reader, field, row);
    if (value !== undefined) data[field.name] = value;
  }
  return data;
}

function logged(world: World, reader: Reader, field: Field, row: Row): Json | undefined {
  if (field.kind === 'tags') return row.tags.map(id => world.display('extras.tag', id)).sort();
  if (field.kind === 'customFields') return { ...row.customFields };
  if (field.kind === 'computed') return field.logged ? field.get(row, reader) : undefined;
  if (field.kind === 'fixed') return field.logged;
  if (!isWritable(field)) return undefined;
  const value = valueOf(row, field.name);
  if (field.kind === 'decimal') return typeof value === 'number' ? value.toFixed(field.places) : null;
  if (field.kind === 'contentType') return typeof value === 'string' && value !== '' ? contentTypeId(value) : null;
  if (field.kind === 'contentTypes') return Array.isArray(value) ? value.map(each => contentTypeId(String(each))) : [];
  return value;
}
