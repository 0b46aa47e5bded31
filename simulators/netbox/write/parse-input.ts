import type { Json, JsonObject } from '../json';
import { Problems } from '../errors';
import { isWritable, type WritableField } from '../model/field';
import type { ObjectType } from '../model/object-type';
import { type Row, valueOf } from '../store/row';
import type { Input, WriteContext } from './context';
import { parseCustomFields } from './parse-custom-fields';
import { parseContentType, parseContentTypes, parseReference, parseReferences } from './parse-reference';
import {
  parseBoolean,
  parseChoice,
  parseDateTime,
  parseDecimal,
  type Parsed,
  parseInteger,
  parseText,
  refused,
} from './parse-scalar';
import { parseTags, type TagChange } from './parse-tags';

/** How fields that the input leaves out are treated. */
export type InputMode = 'create' | 'replace' | 'patch';

export interface ParsedInput {
  /** The whole set of stored values after the request. */
  readonly values: JsonObject;
  readonly tags: TagChange;
  readonly customFields: JsonObject;
  readonly message: string;
}

/** Checks an input field by field and gives the object's new values; throws every field's complaints together. */
export function parseInput(
  context: WriteContext,
  type: ObjectType,
  input: Input,
  before: Row | null,
  mode: InputMode,
): ParsedInput {
  const problems = new Problems();
  const values: JsonObject = before ? { ...before.values } : {};
  for (const field of type.fields) {
    if (!isWritable(field) || (field.since ?? 0) > context.version.minor) continue;
    const raw = input[field.name];
    if (raw === undefined) {
      if (field.required && mode !== 'patch') problems.add(field.name, 'This field is required.');
      else if (mode === 'create') values[field.name] = defaultOf(field);
      else if (mode === 'replace' && field.kind === 'reference' && field.clearedByPut) values[field.name] = null;
      continue;
    }
    const nestedProblem = field.kind === 'json' && raw !== null ? field.check?.(raw) : undefined;
    if (nestedProblem !== undefined) {
      problems.set(field.name, nestedProblem);
      continue;
    }
    const parsed = parseField(context, field, raw);
    if ('messages' in parsed) problems.add(field.name, ...parsed.messages);
    else if (isTaken(context, type, field, parsed.value, before)) {
      problems.add(field.name, `${type.label} with this ${field.label ?? field.name.replace(/_/g, ' ')} already exists.`);
    } else values[field.name] = parsed.value;
  }
  const tags = has(type, 'tags') ? parseTags(context, input, before === null, problems) : {};
  const customFields = has(type, 'customFields')
    ? parseCustomFields(context, type.key, input, before?.customFields ?? null, problems)
    : {};
  problems.throwIfAny();
  return {
    values,
    tags,
    customFields,
    message: typeof input['changelog_message'] === 'string' ? input['changelog_message'] : '',
  };
}

function has(type: ObjectType, kind: 'tags' | 'customFields'): boolean {
  return type.fields.some(field => field.kind === kind);
}

function parseField(context: WriteContext, field: WritableField, raw: Json): Parsed {
  if (raw === null && field.kind !== 'choice') return field.nullable ? { value: null } : refused('This field may not be null.');
  switch (field.kind) {
    case 'text':
      return parseText(field, raw);
    case 'integer':
      return parseInteger(field, raw);
    case 'decimal':
      return parseDecimal(field, raw);
    case 'boolean':
      return parseBoolean(field, raw);
    case 'choice':
      return parseChoice(field, raw);
    case 'datetime':
      return parseDateTime(raw);
    case 'reference':
      return parseReference(context, field.to, raw);
    case 'references':
      return parseReferences(context, field.to, raw);
    case 'contentType':
      return parseContentType(context, field.allowed, raw);
    case 'contentTypes':
      return parseContentTypes(context, raw);
    case 'notated':
      return parseNotated(field.parse(raw));
    case 'json':
      return { value: raw };
  }
}

function parseNotated(result: { readonly value: Json } | { readonly message: string }): Parsed {
  return 'value' in result ? result : refused(result.message);
}

function defaultOf(field: WritableField): Json {
  switch (field.kind) {
    case 'text':
      return field.default ?? (field.nullable ? null : '');
    case 'boolean':
      return field.default;
    case 'references':
    case 'contentTypes':
      return [];
    case 'integer':
    case 'decimal':
    case 'choice':
    case 'json':
      return field.default ?? null;
    default:
      return null;
  }
}

function isTaken(context: WriteContext, type: ObjectType, field: WritableField, value: Json, before: Row | null): boolean {
  if (!field.unique || value === null || value === '') return false;
  if (before && valueOf(before, field.name) === value) return false;
  return context.world.table(type.key).ids(field.name, String(value)).size > 0;
}
