import { isObject, type Json, type JsonObject } from '../json';
import type { Problems } from '../errors';
import type { CustomFieldDefinition } from '../read/custom-field-definitions';
import type { Input, WriteContext } from './context';
import { parseReference } from './parse-reference';

/**
 * The stored custom field data after a request: sent values over the existing ones. A new object without
 * `custom_fields` gets every field with its default or null; one that sends some gets those and the defaults.
 */
export function parseCustomFields(
  context: WriteContext,
  contentType: string,
  input: Input,
  before: Readonly<JsonObject> | null,
  problems: Problems,
): JsonObject {
  const definitions = context.reader.definitions.of(contentType);
  const raw = input['custom_fields'];
  if (raw === undefined) return before ? { ...before } : Object.fromEntries(definitions.map(each => [each.name, each.default]));
  if (raw === null) problems.add('custom_fields', 'This field may not be null.');
  else if (!isObject(raw)) {
    problems.add(
      'custom_fields',
      'Invalid data format. Custom field data must be passed as a dictionary mapping field names to their values.',
    );
  } else {
    const sent = readValues(context, definitions, raw, problems);
    if (before) return { ...before, ...sent };
    const defaults = definitions.filter(each => each.default !== null && !(each.name in sent));
    return { ...sent, ...Object.fromEntries(defaults.map(each => [each.name, each.default])) };
  }
  return {};
}

function readValues(
  context: WriteContext,
  definitions: readonly CustomFieldDefinition[],
  raw: JsonObject,
  problems: Problems,
): JsonObject {
  const byName = new Map(definitions.map(each => [each.name, each]));
  const unknown = Object.keys(raw)
    .filter(name => !byName.has(name))
    .sort();
  if (unknown.length > 0) {
    problems.set(
      'custom_fields',
      Object.fromEntries(unknown.map(name => [name, `Custom field '${name}' does not exist for this object type.`])),
    );
    return {};
  }
  const values: JsonObject = {};
  for (const [name, value] of Object.entries(raw)) {
    const definition = byName.get(name);
    if (definition) values[name] = readValue(context, definition, value, problems);
  }
  return values;
}

function readValue(context: WriteContext, definition: CustomFieldDefinition, value: Json, problems: Problems): Json {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return value;
  if (definition.type === 'url' && typeof value === 'string') return withScheme(context, value);
  if (definition.type !== 'object' && definition.type !== 'multiobject') return value;
  const wanted = definition.type === 'multiobject' && Array.isArray(value) ? value : [value];
  const ids: number[] = [];
  for (const each of wanted) {
    const parsed = parseReference(context, definition.related, each);
    if ('messages' in parsed) {
      problems.add('custom_fields', ...parsed.messages);
      return null;
    }
    ids.push(Number(parsed.value));
  }
  return definition.type === 'multiobject' ? ids : (ids[0] ?? null);
}

/** From 4.7 an address without a scheme is stored as https. */
function withScheme(context: WriteContext, value: string): string {
  return context.version.minor >= 7 && !/^[a-z][a-z0-9+.-]*:/i.test(value) ? `https://${value}` : value;
}
