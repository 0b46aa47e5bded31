import type { Json, JsonObject } from '../json';
import { type Field, isWritable } from '../model/field';
import type { ObjectType } from '../model/object-type';
import type { Reply } from '../http/message';
import type { Session } from './session';

const TYPES: Record<string, string> = {
  text: 'string',
  integer: 'integer',
  decimal: 'decimal',
  boolean: 'boolean',
  reference: 'nested object',
  datetime: 'datetime',
  created: 'datetime',
  lastUpdated: 'datetime',
};

/** OPTIONS: the fields of a model with their types, limits and choices. */
export function describe(session: Session, type: ObjectType, isList: boolean): Reply {
  const title = type.label.replace(/(^|\s)[a-z]/g, letter => letter.toUpperCase());
  const writable = !type.readOnly && session.caller.mayWrite;
  const methods = (isList ? (['PUT', 'POST'] as const) : (['PUT'] as const)).filter(
    method => writable && session.grant(type, method === 'POST' ? 'add' : 'change') !== null,
  );
  const fields = describeFields(session, type);
  const body: JsonObject = {
    name: isList ? `${title} List` : `${title} Instance`,
    description: '',
    renders: ['application/json', 'text/html'],
    parses: ['application/json', 'multipart/form-data'],
    ...(methods.length > 0 && { actions: Object.fromEntries(methods.map(method => [method, fields])) }),
  };
  return { status: 200, body };
}

function describeFields(session: Session, type: ObjectType): JsonObject {
  const described: JsonObject = {
    id: { type: 'integer', required: false, read_only: true, label: 'ID' },
    url: { type: 'field', required: false, read_only: true, label: 'Url' },
    display_url: { type: 'field', required: false, read_only: true, label: 'Display url' },
    display: { type: 'field', required: false, read_only: true, label: 'Display' },
  };
  for (const field of type.fields) {
    if ((field.since ?? 0) <= session.version.minor) described[field.name] = describeField(session, field);
  }
  return described;
}

function describeField(session: Session, field: Field): JsonObject {
  const writable = isWritable(field);
  const label = field.name.replace(/_/g, ' ').replace(/^[a-z]/, letter => letter.toUpperCase());
  const described: JsonObject = {
    type: field.kind === 'text' && field.slug ? 'slug' : (TYPES[field.kind] ?? 'field'),
    required: writable && field.required === true,
    read_only: !writable && !isAccepted(session, field),
    label,
  };
  if (field.kind === 'text' && field.max !== undefined) described['max_length'] = field.max;
  if (field.kind === 'integer' || field.kind === 'decimal') {
    if (field.min !== undefined) described['min_value'] = field.min;
    if (field.max !== undefined) described['max_value'] = field.max;
  }
  if (field.kind === 'choice') described['choices'] = field.choices.map(([value, name]): Json => ({ value, display_name: name }));
  if (field.kind === 'reference') described['children'] = brief(session, field.to);
  return described;
}

/** Fields that clients may send although the row does not store them under their name. */
function isAccepted(session: Session, field: Field): boolean {
  if (field.kind === 'computed') return (field.acceptedFrom ?? 9) <= session.version.minor;
  return field.kind === 'tags' || field.kind === 'customFields';
}

function brief(session: Session, to: string): JsonObject {
  return Object.fromEntries(
    session.world
      .type(to)
      .brief.map(name => [name, { type: 'field', read_only: name === 'id' || name === 'url' || name === 'display' }]),
  );
}
