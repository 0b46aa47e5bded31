import type { JsonObject } from '../json';
import { ApiError, Forbidden, Problems } from '../errors';
import type { Draft, ObjectType } from '../model/object-type';
import type { Row } from '../store/row';
import { logData, recordChange } from './change-log';
import { checkCustomFields } from './check-custom-fields';
import { checkGenericRelations } from './check-generic';
import { checkUniques, enforceUniques } from './check-unique';
import type { Input, WriteContext } from './context';
import { type InputMode, parseInput, type ParsedInput } from './parse-input';
import { applyTags } from './parse-tags';

/** A checked object that is not stored yet. */
export interface Prepared {
  readonly type: ObjectType;
  readonly input: Input;
  readonly parsed: ParsedInput;
  readonly draft: Draft;
}

/** Checks an input completely. Throws `Invalid` with every complaint. What the checks fill in gives way to what was sent. */
export function prepare(context: WriteContext, type: ObjectType, input: Input, before: Row | null, mode: InputMode): Prepared {
  const parsed = parseInput(context, type, input, before, mode);
  const draft: Draft = {
    id: before?.id ?? 0,
    before,
    values: parsed.values,
    tags: [...(before?.tags ?? [])],
    customFields: parsed.customFields,
  };
  const { world, version } = context;
  const early = new Problems();
  type.validate?.({ draft, world, version, problems: early }, input);
  early.throwIfAny();
  const sent = Object.entries(parsed.values).filter(([name]) => name in input);
  checkModel(context, type, draft);
  Object.assign(draft.values, Object.fromEntries(sent));
  return { type, input, parsed, draft };
}

/** The model's own rules, all of them, as NetBox runs them before each save. */
function checkModel(context: WriteContext, type: ObjectType, draft: Draft): void {
  const { world, version } = context;
  const problems = new Problems();
  checkGenericRelations(context, type, draft, problems);
  if (problems.isEmpty) {
    checkCustomFields(context, type, draft, problems);
    if (!problems.has('__all__')) type.clean?.({ draft, world, version, problems });
  }
  checkUniques(context, type, draft, problems);
  context.refuse(type, draft, problems);
  problems.throwIfAny();
}

/** Stores a prepared new object. Must run inside a transaction. */
export function saveNew(context: WriteContext, prepared: Prepared): Row {
  const { type, draft, input, parsed } = prepared;
  const { world } = context;
  const stored: Draft = { ...draft, id: world.nextId(type.key) };
  stored.tags = applyTags(context, type, [], parsed.tags);
  const row = storeNew(context, type, stored, parsed.message);
  type.applyExtras?.(row, input, context);
  return confirm(context, type, row.id, 'add');
}

function storeNew(context: WriteContext, type: ObjectType, draft: Draft, message: string): Row {
  const { world } = context;
  type.beforeSave?.(draft, world, context.user);
  enforceUniques(context, type, draft);
  const row: Row = { ...content(draft), created: world.now(), lastUpdated: world.now() };
  world.put(type.key, row);
  type.afterSave?.(row, null, context);
  recordChange(context, type, row, 'create', null, logData(context, type, row), message);
  return row;
}

/** Checks and stores a change of one object. Must run inside a transaction. */
export function update(context: WriteContext, type: ObjectType, row: Row, input: Input, mode: 'replace' | 'patch'): Row {
  const prepared = prepare(context, type, input, row, mode);
  assertUnchanged(context, row);
  const { draft, parsed } = prepared;
  draft.tags = applyTags(context, type, row.tags, parsed.tags);
  storeChange(context, type, row, draft, parsed.message);
  const stored = context.world.get(type.key, row.id);
  if (stored) type.applyExtras?.(stored, input, context);
  return confirm(context, type, row.id, 'change');
}

/**
 * A change that NetBox makes by itself to another object (clearing a relation, setting a primary address): saved and
 * logged like a client's, without the model's checks.
 */
export function saveRelated(context: WriteContext, type: ObjectType, row: Row, values: JsonObject): Row {
  const draft = draftOf(row.id, row, { ...row, values: { ...row.values, ...values } });
  return storeChange(context, type, row, draft, '');
}

/** The same with the model's checks, for changes whose refusal must reach the client. */
export function saveChecked(context: WriteContext, type: ObjectType, row: Row, values: JsonObject): Row {
  return replaceContent(context, type, row, { values, tags: row.tags, customFields: row.customFields });
}

/** What a row holds: values over the present ones, all tags, all custom fields. */
export interface Content {
  readonly values: Readonly<JsonObject>;
  readonly tags: readonly number[];
  readonly customFields: Readonly<JsonObject>;
}

/** Gives an object another content, checked and logged like a client's write. */
export function replaceContent(context: WriteContext, type: ObjectType, row: Row, content: Content): Row {
  const draft = draftOf(row.id, row, { ...content, values: { ...row.values, ...content.values } });
  checkModel(context, type, draft);
  return storeChange(context, type, row, draft, '');
}

/** Stores an object under an id that it had before or has elsewhere, checked and logged like a client's write. */
export function saveWithId(context: WriteContext, type: ObjectType, id: number, content: Content): Row {
  const draft = draftOf(id, null, content);
  checkModel(context, type, draft);
  return storeNew(context, type, draft, '');
}

function draftOf(id: number, before: Row | null, { values, tags, customFields }: Content): Draft {
  return { id, before, values: { ...values }, tags: [...tags], customFields: { ...customFields } };
}

function storeChange(context: WriteContext, type: ObjectType, row: Row, draft: Draft, message: string): Row {
  const { world } = context;
  const before = logData(context, type, row);
  type.beforeSave?.(draft, world, context.user);
  enforceUniques(context, type, draft);
  const next: Row = { ...content(draft), created: row.created, lastUpdated: world.now() };
  world.put(type.key, next);
  type.afterSave?.(next, row, context);
  const settled = world.get(type.key, row.id) ?? next;
  recordChange(context, type, settled, 'update', before, logData(context, type, settled), message);
  return settled;
}

function content(draft: Draft): Pick<Row, 'id' | 'values' | 'tags' | 'customFields'> {
  return { id: draft.id, values: { ...draft.values }, tags: draft.tags, customFields: { ...draft.customFields } };
}

/** Reads a row back and asks whether the user may have it this way; a no rolls the request back. */
function confirm(context: WriteContext, type: ObjectType, id: number, action: 'add' | 'change'): Row {
  const row = context.world.get(type.key, id);
  if (!row || !context.allowed(type, action, row)) throw new Forbidden();
  return row;
}

/** A row's ETag: its `last_updated` in ISO form with an offset (measured on 4.7.3). */
export function etagOf(row: Row): string {
  return `W/"${row.lastUpdated.replace(/Z$/, '+00:00')}"`;
}

/** If-Match: 412 with the current ETag unless one of the sent ones is it. */
export function assertUnchanged(context: WriteContext, row: Row): void {
  if (context.ifMatch.length > 0 && !context.ifMatch.includes(etagOf(row))) {
    throw new ApiError(412, { detail: 'Precondition failed.' }, { ETag: etagOf(row) });
  }
}
