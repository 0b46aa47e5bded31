import { isObject, type Json, type JsonObject, typeName } from '../json';
import { Aborted, ApiError, Forbidden, Invalid, Problems, Protected } from '../errors';
import type { ObjectType } from '../model/object-type';
import type { Row } from '../store/row';
import type { Input, WriteContext } from './context';
import { remove } from './remove';
import { prepare, saveNew, update } from './save';

/** Creates a list of objects, all or none; gives the rows in the order of the request. */
export function createMany(context: WriteContext, type: ObjectType, items: readonly Json[]): Row[] {
  return context.world.transaction(() =>
    context.version.minor >= 7 ? createInTurn(context, type, items) : createTogether(context, type, items),
  );
}

/** 4.7: each object is checked and stored before the next is checked; every bad one is named by its place in the list. */
function createInTurn(context: WriteContext, type: ObjectType, items: readonly Json[]): Row[] {
  const failures = new Failures('created', items.length);
  const rows: Row[] = [];
  items.forEach((item, index) => {
    failures.attempt({ index }, () => {
      const input = asInput(item);
      rows.push(context.world.transaction(() => saveNew(context, prepare(context, type, input, null, 'create'))));
    });
  });
  failures.throwIfAny();
  return rows;
}

/** 4.5 and 4.6: all are checked against the present state first, then stored; the answer has one entry per object. */
function createTogether(context: WriteContext, type: ObjectType, items: readonly Json[]): Row[] {
  const errors: JsonObject[] = [];
  const prepared = items.flatMap(item => {
    try {
      const ready = prepare(context, type, asInput(item), null, 'create');
      errors.push({});
      return [ready];
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      errors.push(error.errors);
      return [];
    }
  });
  if (prepared.length < items.length) throw new ApiError(400, errors);
  return prepared.map(each => saveNew(context, each));
}

function asInput(item: Json): Input {
  if (isObject(item)) return item;
  throw new Invalid({ __all__: [`Invalid data. Expected a dictionary, but got ${typeName(item)}.`] });
}

/** Changes a list of objects, all or none; gives the rows in the model's order, as NetBox does. */
export function updateMany(
  context: WriteContext,
  type: ObjectType,
  body: Json | undefined,
  mode: 'replace' | 'patch',
  visible: (row: Row) => boolean,
): Row[] {
  const entries = readEntries(context, type, body, visible);
  return context.world.transaction(() => {
    const failures = new Failures('updated', entries.length);
    for (const { row, input } of entries) {
      const one = (): Row =>
        context.world.transaction(() => update(context, type, context.world.get(type.key, row.id) ?? row, input, mode));
      if (context.version.minor >= 7) failures.attempt({ id: row.id }, one);
      else one();
    }
    failures.throwIfAny();
    return entries.flatMap(({ row }) => context.world.get(type.key, row.id) ?? []);
  });
}

/** Deletes a list of objects, all or none. */
export function removeMany(
  context: WriteContext,
  type: ObjectType,
  body: Json | undefined,
  visible: (row: Row) => boolean,
): void {
  const entries = readEntries(context, type, body, visible);
  context.world.transaction(() => {
    const failures = new Failures('deleted', entries.length);
    for (const { row, input } of entries) {
      const message = typeof input['changelog_message'] === 'string' ? input['changelog_message'] : '';
      const one = (): void => context.world.transaction(() => remove(context, type, row, message));
      if (context.version.minor >= 7) failures.attempt({ id: row.id }, one);
      else one();
    }
    failures.throwIfAny();
  });
}

interface Entry {
  readonly row: Row;
  readonly input: Input;
}

/** Finds the objects that a bulk change names. 4.7 refuses unreadable, doubled and unknown ids; before, unknown ones are skipped. */
function readEntries(context: WriteContext, type: ObjectType, body: Json | undefined, visible: (row: Row) => boolean): Entry[] {
  const list = asList(context, body);
  const strict = context.version.minor >= 7;
  const unreadable: Json[] = [];
  const inputs = new Map<number, Input>();
  const counts = new Map<number, number>();
  list.forEach((item, index) => {
    const problems = new Problems();
    const id = readId(item, problems);
    if (id === null || !isObject(item)) {
      unreadable.push(strict ? { index, errors: problems.byField } : problems.byField);
      return;
    }
    const { id: _id, ...input } = item;
    inputs.set(id, input);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  });
  if (unreadable.length > 0) {
    if (!strict) throw new ApiError(400, unreadable);
    throw new ApiError(400, { detail: `${unreadable.length} of ${list.length} objects failed validation.`, errors: unreadable });
  }
  const known = new Map<number, Row>();
  for (const id of inputs.keys()) {
    const row = context.world.get(type.key, id);
    if (row && visible(row)) known.set(id, row);
  }
  if (strict) refuseDoubledAndUnknown(list.length, counts, known);
  const order = context.world.table(type.key).inOrder([...known.keys()]);
  return order.map(row => ({ row, input: inputs.get(row.id) ?? {} }));
}

function asList(context: WriteContext, body: Json | undefined): readonly Json[] {
  if (Array.isArray(body)) return body;
  if (context.version.minor < 7) {
    throw new ApiError(400, { non_field_errors: [`Expected a list of items but got type "${typeName(body ?? {})}".`] });
  }
  const empty = body === undefined || body === null || body === '' || (isObject(body) && Object.keys(body).length === 0);
  throw new ApiError(400, {
    detail: `Expected a list of objects, but ${empty ? 'no data was submitted' : `got ${typeName(body)}`}.`,
  });
}

function readId(item: Json, problems: Problems): number | null {
  if (!isObject(item)) {
    problems.add('__all__', `Invalid data. Expected a dictionary, but got ${typeName(item)}.`);
    return null;
  }
  const raw = item['id'];
  if (raw === undefined) problems.add('id', 'This field is required.');
  else if (typeof raw === 'number' && Number.isInteger(raw)) return raw;
  else if (typeof raw === 'string' && /^\d+$/.test(raw)) return Number(raw);
  else problems.add('id', 'A valid integer is required.');
  return null;
}

function refuseDoubledAndUnknown(total: number, counts: ReadonlyMap<number, number>, known: ReadonlyMap<number, Row>): void {
  const doubled = [...counts].filter(([, count]) => count > 1);
  if (doubled.length > 0) {
    throw new ApiError(400, {
      detail: `${doubled.length} of ${total} objects are listed more than once.`,
      errors: doubled.map(([id, count]) => ({
        id,
        errors: { id: [`Each object may be specified only once; ID ${id} is listed ${count} times`] },
      })),
    });
  }
  const unknown = [...counts.keys()].filter(id => !known.has(id));
  if (unknown.length === 0) return;
  throw new ApiError(400, {
    detail: `${unknown.length} of ${total} objects could not be found.`,
    errors: unknown.map(id => ({ id, errors: { id: [`Object with ID ${id} does not exist`] } })),
  });
}

/** Collects the failures of a 4.7 bulk request; 403 outranks 409, which outranks 400. */
class Failures {
  private readonly entries: JsonObject[] = [];
  private status = 400;

  constructor(
    private readonly verb: string,
    private readonly total: number,
  ) {}

  attempt(where: JsonObject, body: () => unknown): void {
    try {
      body();
    } catch (error) {
      this.entries.push({ ...where, errors: this.explain(error) });
    }
  }

  throwIfAny(): void {
    if (this.entries.length === 0) return;
    throw new ApiError(this.status, {
      detail: `${this.entries.length} of ${this.total} objects could not be ${this.verb}.`,
      errors: this.entries,
    });
  }

  private explain(error: unknown): JsonObject {
    if (error instanceof Invalid) return error.errors;
    if (error instanceof Aborted) return { __all__: [error.detail] };
    if (error instanceof Forbidden) {
      this.status = 403;
      return { __all__: ['You do not have permission to perform this action on this object.'] };
    }
    if (error instanceof Protected) {
      if (this.status !== 403) this.status = 409;
      return { __all__: [`Unable to delete: ${error.count} dependent object(s) prevent deletion.`] };
    }
    throw error;
  }
}
