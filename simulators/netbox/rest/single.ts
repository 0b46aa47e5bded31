import { isObject, type Json, typeName } from '../json';
import { ApiError, Invalid, ServerFault } from '../errors';
import type { ObjectType } from '../model/object-type';
import type { Reply } from '../http/message';
import type { Action } from '../access/permissions';
import type { Row } from '../store/row';
import { remove } from '../write/remove';
import { assertUnchanged, update } from '../write/save';
import { etagHeader, selectionOf, shown } from './collection';
import type { Session } from './session';

function find(session: Session, type: ObjectType, id: number, action: Action): Row {
  const allowed = session.require(type, action);
  const row = session.world.get(type.key, id);
  if (!row || !allowed(row)) throw new ApiError(404, { detail: `No ${type.className} matches the given query.` });
  return row;
}

export function readObject(session: Session, type: ObjectType, id: number): Reply {
  const row = find(session, type, id, 'view');
  return {
    status: 200,
    body: session.reader.show(type, row, selectionOf(session, type)),
    headers: etagHeader(session, type, row),
  };
}

export function changeObject(
  session: Session,
  type: ObjectType,
  id: number,
  body: Json | undefined,
  mode: 'replace' | 'patch',
): Reply {
  const row = find(session, type, id, 'change');
  const context = session.writeContext();
  assertUnchanged(context, row);
  if (Array.isArray(body)) {
    throw new ServerFault(
      'NotImplementedError',
      'Serializers with many=True do not support multiple update by default, only multiple create. For updates it is unclear how to deal with insertions and deletions. If you need to support multiple update, use a `ListSerializer` class and override `.update()` so you can specify the behavior exactly.',
      session.version.full,
    );
  }
  if (body !== undefined && !isObject(body)) {
    throw new Invalid({ __all__: [`Invalid data. Expected a dictionary, but got ${typeName(body)}.`] });
  }
  const stored = session.world.transaction(() => update(context, type, row, body ?? {}, mode));
  return { status: 200, body: shown(session, type, stored), headers: etagHeader(session, type, stored) };
}

export function deleteObject(session: Session, type: ObjectType, id: number, body: Json | undefined): Reply {
  const row = find(session, type, id, 'delete');
  const message = isObject(body) && typeof body['changelog_message'] === 'string' ? body['changelog_message'] : '';
  session.world.transaction(() => remove(session.writeContext(), type, row, message));
  return { status: 204 };
}
