import { type Json, printed, sameJson, typeName } from '../json';
import type { CustomFieldDefinition } from '../read/custom-field-definitions';
import type { Draft, ObjectType } from '../model/object-type';
import type { Problems } from '../errors';
import type { WriteContext } from './context';

/** NetBox's own checks of custom field values, at every save. The first wrong value ends the check. */
export function checkCustomFields(context: WriteContext, type: ObjectType, draft: Draft, problems: Problems): void {
  const definitions = context.reader.definitions.of(type.key);
  const known = new Map(definitions.map(each => [each.name, each]));
  draft.customFields = Object.fromEntries(Object.entries(draft.customFields).filter(([name]) => known.has(name)));
  for (const [name, value] of Object.entries(draft.customFields)) {
    const definition = known.get(name);
    if (!definition) continue;
    const message = complaint(definition, value);
    if (message) {
      problems.add('__all__', `Invalid value for custom field '${name}': ${message}`);
      return;
    }
    if (definition.unique && isTaken(context, type, draft, name, value)) {
      problems.add('__all__', `Custom field '${name}' must have a unique value.`);
      return;
    }
  }
  const missing = definitions.find(each => each.required && !(each.name in draft.customFields));
  if (missing) problems.add('__all__', `Missing required custom field '${missing.name}'.`);
}

function isTaken(context: WriteContext, type: ObjectType, draft: Draft, name: string, value: Json): boolean {
  if (value === null || value === '') return false;
  for (const row of context.world.table(type.key).rows()) {
    if (row.id !== draft.id && sameJson(row.customFields[name], value)) return true;
  }
  return false;
}

function complaint(definition: CustomFieldDefinition, value: Json): string | undefined {
  if (value === null || value === '') return definition.required ? 'Required field cannot be empty.' : undefined;
  switch (definition.type) {
    case 'text':
    case 'longtext':
      return typeof value === 'string' ? undefined : 'Value must be a string.';
    case 'url':
      return complaintOfUrl(value);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) ? undefined : 'Value must be an integer.';
    case 'decimal':
      return Number.isFinite(typeof value === 'string' ? Number(value) : value) ? undefined : 'Value must be a decimal.';
    case 'boolean':
      return value === true || value === false || value === 1 || value === 0 ? undefined : 'Value must be true or false.';
    case 'date':
      return isDate(value) ? undefined : 'Date values must be in ISO 8601 format (YYYY-MM-DD).';
    case 'datetime':
      return isDateTime(value) ? undefined : 'Date and time values must be in ISO 8601 format (YYYY-MM-DD HH:MM:SS).';
    case 'select':
      return typeof value === 'string' && definition.choices.has(value)
        ? undefined
        : `Invalid choice (${printed(value)}) for choice set ${definition.choiceSetName}.`;
    case 'multiselect':
      return Array.isArray(value) && value.every(each => typeof each === 'string' && definition.choices.has(each))
        ? undefined
        : `Invalid choice(s) (${printed(value)}) for choice set ${definition.choiceSetName}.`;
    case 'object':
      return typeof value === 'number' ? undefined : `Value must be an object ID, not ${typeName(value)}`;
    case 'multiobject':
      return Array.isArray(value) ? undefined : `Value must be a list of object IDs, not ${typeName(value)}`;
    default:
      return undefined;
  }
}

function complaintOfUrl(value: Json): string | undefined {
  if (typeof value !== 'string') return 'Value must be a string.';
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
  const allowed = [
    'file',
    'ftp',
    'ftps',
    'http',
    'https',
    'irc',
    'mailto',
    'sftp',
    'ssh',
    'tel',
    'telnet',
    'tftp',
    'vnc',
    'xmpp',
  ];
  return scheme === undefined || allowed.includes(scheme)
    ? undefined
    : 'URLs must use a scheme permitted by ALLOWED_URL_SCHEMES.';
}

function isDate(value: Json): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const instant = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(value);
}

function isDateTime(value: Json): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/.test(value) &&
    isDate(value.slice(0, 10))
  );
}
