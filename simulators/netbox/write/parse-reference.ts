import { isObject, type Json, printed, repr, typeName } from '../json';
import type { ObjectType } from '../model/object-type';
import { isUnmodelledContentType } from '../model/content-types';
import { matches, UnknownLookup } from '../access/lookups';
import type { Row } from '../store/row';
import type { WriteContext } from './context';
import { type Parsed, refused } from './parse-scalar';

/** A related object, named by id or by attributes that only it has. Ids are not permission-checked, attributes are. */
export function parseReference(context: WriteContext, to: string, raw: Json): Parsed {
  const { world } = context;
  if (isObject(raw)) return byAttributes(context, world.type(to), raw);
  const id =
    typeof raw === 'number' ? Math.trunc(raw) : typeof raw === 'string' && /^\s*[-+]?\d+\s*$/.test(raw) ? Number(raw) : null;
  if (id === null) {
    return refused(
      `Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized value: ${printed(raw)}`,
    );
  }
  return world.get(to, id) ? { value: id } : refused(`Related object not found using the provided numeric ID: ${id}`);
}

function byAttributes(context: WriteContext, type: ObjectType, attributes: Record<string, Json>): Parsed {
  const flat = flatten(attributes);
  const onlyId = Object.keys(attributes).length === 1 && 'id' in attributes;
  const visible = onlyId ? () => true : context.viewable(type);
  let found: Row[];
  try {
    found = candidates(context, type, flat).filter(row => visible(row) && matches(context.world, type, row, flat, context.user));
  } catch (error) {
    if (error instanceof UnknownLookup) return refused(error.message);
    throw error;
  }
  const [first, second] = found;
  if (!first) return refused(`Related object not found using the provided attributes: ${repr(flat)}`);
  return second ? refused(`Multiple objects match the provided attributes: ${repr(flat)}`) : { value: first.id };
}

/** Narrows by id or by an indexed text before everything is compared. */
function candidates(context: WriteContext, type: ObjectType, attributes: Record<string, Json>): Row[] {
  const table = context.world.table(type.key);
  const id = attributes['id'];
  if (typeof id === 'number') return [table.get(id)].filter(row => row !== undefined);
  for (const name of ['slug', 'name', 'mac_address', 'address']) {
    const value = attributes[name];
    if (typeof value === 'string' && table.hasIndex(name)) return table.find(name, value);
  }
  return [...table.rows()];
}

function flatten(attributes: Record<string, Json>, prefix = ''): Record<string, Json> {
  const flat: Record<string, Json> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (isObject(value)) Object.assign(flat, flatten(value, `${prefix}${key}__`));
    else flat[`${prefix}${key}`] = value;
  }
  return flat;
}

/** A many-to-many list: ids only. */
export function parseReferences(context: WriteContext, to: string, raw: Json): Parsed {
  if (!Array.isArray(raw)) return refused(`Expected a list of items but got type "${typeName(raw)}".`);
  const ids: number[] = [];
  for (const item of raw) {
    const id = typeof item === 'number' || (typeof item === 'string' && /^\d+$/.test(item)) ? Number(item) : null;
    if (id === null) return refused(`Incorrect type. Expected pk value, received ${typeName(item)}.`);
    if (!context.world.get(to, id)) return refused(`Invalid pk "${id}" - object does not exist.`);
    if (!ids.includes(id)) ids.push(id);
  }
  return { value: ids };
}

/** The name of a model, `app.model`. */
export function parseContentType(context: WriteContext, allowed: readonly string[] | undefined, raw: Json): Parsed {
  if (typeof raw !== 'string' || raw.split('.').length !== 2) {
    return refused("Invalid value. Specify a content type as '<app_label>.<model_name>'.");
  }
  const known = allowed ? allowed.includes(raw) : context.world.hasType(raw) || isUnmodelledContentType(raw);
  return known ? { value: raw } : refused(`Invalid content type: ${raw}`);
}

/** A list of models, kept sorted. */
export function parseContentTypes(context: WriteContext, raw: Json): Parsed {
  if (!Array.isArray(raw)) return refused(`Expected a list of items but got type "${typeName(raw)}".`);
  const names = new Set<string>();
  for (const item of raw) {
    const parsed = parseContentType(context, undefined, item);
    if ('messages' in parsed) return parsed;
    names.add(String(parsed.value));
  }
  return { value: [...names].sort() };
}
