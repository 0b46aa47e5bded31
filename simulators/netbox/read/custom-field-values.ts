import type { Json, JsonObject } from '../json';
import type { ObjectType } from '../model/object-type';
import type { Row } from '../store/row';
import type { CustomFieldDefinition } from './custom-field-definitions';
import type { Reader } from './reader';

/**
 * The `custom_fields` of an answer: every field of the model, null where the row has no value. In lists an empty list of
 * objects is null, too.
 */
export function showCustomFields(reader: Reader, type: ObjectType, row: Row, inList: boolean): JsonObject {
  const shown: JsonObject = {};
  for (const definition of reader.definitions.of(type.key)) {
    shown[definition.name] = showValue(reader, definition, row.customFields[definition.name] ?? null, inList);
  }
  return shown;
}

function showValue(reader: Reader, definition: CustomFieldDefinition, value: Json, inList: boolean): Json {
  if (value === null) return null;
  if (inList && definition.type === 'multiobject' && Array.isArray(value) && value.length === 0) return null;
  switch (definition.type) {
    case 'object':
      return typeof value === 'number' ? reader.nested(definition.related, value) : null;
    case 'multiobject':
      return Array.isArray(value)
        ? value.flatMap(id => (typeof id === 'number' ? (reader.nested(definition.related, id) ?? []) : []))
        : null;
    case 'select':
      return selection(reader, definition, value);
    case 'multiselect':
      return Array.isArray(value) ? value.map(each => selection(reader, definition, each)) : value;
    case 'datetime':
      return typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\d) (?=\d)/, '$1T').replace(/\+00:00$/, 'Z') : value;
    default:
      return value;
  }
}

/** From 4.7 a selection is read as value and label; before, as the bare value. */
function selection(reader: Reader, definition: CustomFieldDefinition, value: Json): Json {
  if (reader.version.minor < 7) return value;
  return { value, label: definition.choices.get(String(value)) ?? value };
}
