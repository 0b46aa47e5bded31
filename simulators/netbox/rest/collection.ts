import { ApiError, Invalid } from '../errors';
import { isObject, type Json, type JsonObject, typeName } from '../json';
import type { ObjectType } from '../model/object-type';
import type { Reply } from '../http/message';
import { readConditions, selectRows } from '../read/filter-set';
import { applyOrdering, cutPage, pageBody } from '../read/page';
import type { Selection } from '../read/reader';
import type { Row } from '../store/row';
import { createMany, removeMany, updateMany } from '../write/bulk';
import { etagOf, prepare, saveNew } from '../write/save';
import type { Session } from './session';

/** The fields that a request asks for: `fields` before `omit` before `brief`. */
export function selectionOf(session: Session, type: ObjectType): Selection {
  const { query, method } = session.request;
  if (type.isPlain && !type.readOnly) return {};
  const fields = query.getAll('fields').at(-1);
  if (fields) return { fields: new Set(fields.split(',')) };
  const omit = query.getAll('omit').at(-1);
  if (omit) return { omit: new Set(omit.split(',')) };
  if (method === 'GET' && query.get('brief')) return { fields: new Set(type.brief) };
  if (session.version.minor < 7 && query.getAll('exclude').includes('config_context'))
    return { omit: new Set(['config_context']) };
  return {};
}

export function listObjects(session: Session, type: ObjectType): Reply {
  const visible = session.require(type, 'view');
  const { world, reader, request, version } = session;
  const scope = { world, type, definitions: reader.definitions };
  const conditions = [...readConditions(scope, request.query), { test: visible }];
  const rows = applyOrdering(
    world,
    type,
    selectRows(scope, conditions, !request.query.has('start')),
    request.query.getAll('ordering').at(-1),
  );
  const page = cutPage(rows, request.query, `${request.base}/api/${type.endpoint}/`, version);
  const selection = { ...selectionOf(session, type), inList: true };
  const results = page.rows.map(row => reader.show(type, row, selection));
  return { status: 200, body: pageBody(page, results) };
}

export function createObjects(session: Session, type: ObjectType, body: Json | undefined): Reply {
  session.require(type, 'add');
  const context = session.writeContext();
  if (Array.isArray(body) && !type.isPlain) {
    const rows = createMany(context, type, body);
    return { status: 201, body: showAll(session, type, rows) };
  }
  if (!isObject(body ?? {}))
    throw new Invalid({ __all__: [`Invalid data. Expected a dictionary, but got ${typeName(body ?? null)}.`] });
  const input: JsonObject = isObject(body) ? body : {};
  const row = session.world.transaction(() => saveNew(context, prepare(context, type, input, null, 'create')));
  return {
    status: 201,
    body: { ...shown(session, type, row), ...type.createdExtras?.(row) },
    headers: { Location: session.reader.url(type, row.id), ...etagHeader(session, type, row) },
  };
}

export function changeObjects(session: Session, type: ObjectType, body: Json | undefined, mode: 'replace' | 'patch'): Reply {
  const visible = session.require(type, 'change');
  const rows = updateMany(session.writeContext(), type, body, mode, visible);
  return { status: 200, body: showAll(session, type, rows) };
}

export function deleteObjects(session: Session, type: ObjectType, body: Json | undefined): Reply {
  const visible = session.require(type, 'delete');
  removeMany(session.writeContext(), type, body, visible);
  return { status: 204 };
}

/** An object after a write: read anew, since effects of the same request may have changed it further. */
export function shown(session: Session, type: ObjectType, row: Row): JsonObject {
  return session.reader.show(type, session.world.get(type.key, row.id) ?? row, selectionOf(session, type));
}

function showAll(session: Session, type: ObjectType, rows: readonly Row[]): JsonObject[] {
  const selection = { ...selectionOf(session, type), inList: true };
  return rows.map(row => session.reader.show(type, session.world.get(type.key, row.id) ?? row, selection));
}

/** ETags exist from 4.6. */
export function etagHeader(session: Session, type: ObjectType, row: Row): Record<string, string> {
  return session.version.minor >= 6 && !type.isPlain ? { ETag: etagOf(row) } : {};
}

/** Refuses a method that a path does not know. */
export function methodNotAllowed(method: string): ApiError {
  return new ApiError(405, { detail: `Method "${method}" not allowed.` });
}
