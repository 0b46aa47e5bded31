import type { JsonObject } from '../json';
import { isObject } from '../json';
import type { ObjectType } from '../model/object-type';
import { idOf, type Row, textOf, valueOf } from '../store/row';
import { loggedValues, logData } from '../write/change-log';
import type { WriteContext } from '../write/context';
import { remove } from '../write/remove';
import { type Content, replaceContent, saveWithId } from '../write/save';
import { Delta } from './deltas';

/** What the replay of a change met instead of its object. */
export class MissingObject extends Error {}

/**
 * Does a logged change again in another world (netbox-branching 1.2.2, `ObjectChange.apply`): of an update only what it changed,
 * in objects in objects only the changed keys. The model's rules hold as for any write, uniqueness among them; a delete of
 * what is gone does nothing. Throws `Invalid` and `MissingObject`.
 */
export function applyChange(context: WriteContext, change: Row): void {
  const { type, id, before, after } = read(context, change);
  switch (textOf(change, 'action')) {
    case 'create':
      saveWithId(context, type, id, contentOf(context, type, after));
      return;
    case 'update':
      alter(context, type, id, Delta.between(before, after));
      return;
    default:
      removeIfThere(context, type, id);
  }
}

/** Takes a logged change back: the reverse of `applyChange`. */
export function undoChange(context: WriteContext, change: Row): void {
  const { type, id, before, after } = read(context, change);
  switch (textOf(change, 'action')) {
    case 'create':
      removeIfThere(context, type, id);
      return;
    case 'update':
      alter(context, type, id, Delta.between(after, before));
      return;
    default:
      saveWithId(context, type, id, contentOf(context, type, before));
  }
}

interface LoggedChange {
  readonly type: ObjectType;
  readonly id: number;
  readonly before: JsonObject;
  readonly after: JsonObject;
}

function read({ world }: WriteContext, change: Row): LoggedChange {
  return {
    type: world.type(textOf(change, 'changed_object_type')),
    id: idOf(change, 'changed_object_id') ?? 0,
    before: dataOf(change, 'prechange_data'),
    after: dataOf(change, 'postchange_data'),
  };
}

function dataOf(change: Row, name: string): JsonObject {
  const data = valueOf(change, name);
  return isObject(data) ? data : {};
}

function alter(context: WriteContext, type: ObjectType, id: number, delta: Delta): void {
  const row = context.world.get(type.key, id);
  if (!row) throw new MissingObject(`${type.className} matching query does not exist.`);
  replaceContent(context, type, row, contentOf(context, type, delta.applyTo(logData(context, type, row))));
}

function removeIfThere(context: WriteContext, type: ObjectType, id: number): void {
  const row = context.world.get(type.key, id);
  if (row) remove(context, type, row);
}

/** Logged data as a row's content; tags stand in it by name, and those that are gone are left out. */
function contentOf(context: WriteContext, type: ObjectType, data: JsonObject): Content {
  const names = Array.isArray(data['tags']) ? data['tags'].map(String) : [];
  const tags = names.flatMap(name => [...context.world.table('extras.tag').ids('name', name)]);
  const customFields = data['custom_fields'];
  return { values: loggedValues(type, data), tags, customFields: isObject(customFields) ? customFields : {} };
}
