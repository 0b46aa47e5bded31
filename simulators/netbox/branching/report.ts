import { ApiError, Invalid } from '../errors';
import { contentTypeId } from '../model/content-type-ids';
import { type Json, type JsonObject, repr } from '../json';
import { idOf, type Row, textOf } from '../store/row';
import type { World } from '../store/world';
import { JobError } from './jobs';
import { MissingObject } from './replay';

/** A refused change as NetBox's job has it: the exception as its language prints it, and a report that names the object. */
export function failureOf(world: World, change: Row, error: unknown, data: JsonObject): JobError {
  if (error instanceof MissingObject) return new JobError(`DoesNotExist('${error.message}')`, data);
  if (!(error instanceof ApiError)) throw error;
  if (!(error instanceof Invalid)) return new JobError(textOfFault(error), { ...data, report: [entry('database_error', {})] });
  const [field = '__all__', messages] = Object.entries(error.errors)[0] ?? [];
  const details = {
    model: world.type(textOf(change, 'changed_object_type')).label,
    field: field === '__all__' ? null : field,
    detail: Array.isArray(messages) ? (messages[0] ?? null) : (messages ?? null),
    object_id: idOf(change, 'changed_object_id'),
    content_type_id: contentTypeId(textOf(change, 'changed_object_type')),
  };
  return new JobError(`ValidationError(${repr(error.errors)})`, { ...data, report: [entry('validation_error', details)] });
}

function textOfFault(error: ApiError): string {
  const { body } = error;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return String(body);
  return 'exception' in body
    ? `${String(body['exception'])}('${String(body['error'])}')`
    : `AbortRequest('${String(body['detail'])}')`;
}

function entry(type: string, details: Record<string, Json>): JsonObject {
  return { type, model: null, field: null, value: null, detail: null, object_id: null, content_type_id: null, ...details };
}

/** How many objects of each model a merge makes, changes and deletes: each object once. */
export function summaryOf(changes: readonly Row[]): JsonObject {
  const actions = new Map<string, { type: string; action: string }>();
  for (const change of changes) {
    const type = textOf(change, 'changed_object_type');
    const key = `${type}:${String(idOf(change, 'changed_object_id'))}`;
    const action = textOf(change, 'action');
    const known = actions.get(key)?.action;
    if (known === undefined || action === 'delete') actions.set(key, { type, action });
  }
  const count = (wanted: string): JsonObject => {
    const counts: Record<string, number> = {};
    for (const { type, action } of actions.values()) if (action === wanted) counts[type] = (counts[type] ?? 0) + 1;
    return counts;
  };
  const total = (wanted: string): number => [...actions.values()].filter(({ action }) => action === wanted).length;
  return {
    creates: count('create'),
    creates_total: total('create'),
    updates: count('update'),
    updates_total: total('update'),
    deletes: count('delete'),
    deletes_total: total('delete'),
  };
}
