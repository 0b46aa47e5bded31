import { FormatError } from './formats';
import type { ParameterSchema, PropertyStringSchema } from './method-schema';

/** A parsed property string: keys in the order of the text, aliases resolved (`virtio=MAC` → model and macaddr). */
export type PropertyMap = Map<string, string>;

const TRUE = /^(?:1|on|yes|true)$/i;
const FALSE = /^(?:0|off|no|false)$/i;

/** Splits a property string; booleans become `1` and `0`. Unknown keys are kept. @throws FormatError */
export function parsePropertyString(text: string, schema: PropertyStringSchema): PropertyMap {
  const defaultKey = Object.keys(schema).find(key => schema[key]?.default_key === 1);
  const parsed: PropertyMap = new Map();
  const set = (key: string, value: string): void => {
    if (parsed.has(key)) throw new FormatError(`duplicate key in comma-separated list property: ${key}`);
    parsed.set(key, schema[key]?.type === 'boolean' ? normalBoolean(value) : value);
  };
  for (const part of text.split(',')) {
    if (/^\s*$/.test(part)) continue;
    const pair = /^([^=]+)=([\s\S]+)$/.exec(part);
    if (pair !== null) {
      const [, key = '', value = ''] = pair;
      const item = schema[key];
      if (item?.keyAlias !== undefined) set(item.keyAlias, key);
      set(item?.alias ?? key, value);
    } else if (part.includes('=')) {
      throw new FormatError('missing key in comma-separated list property');
    } else if (defaultKey === undefined) {
      throw new FormatError('value without key, but schema does not define a default key');
    } else {
      set(defaultKey, part);
    }
  }
  return parsed;
}

function normalBoolean(value: string): string {
  return TRUE.test(value) ? '1' : FALSE.test(value) ? '0' : value;
}

/**
 * Prints in Proxmox's normal form: the default key bare, then required keys, then the others by name. A network card's model
 * carries its address (`virtio=BC:24:…`).
 */
export function printPropertyString(parsed: PropertyMap, schema: PropertyStringSchema): string {
  const rest = new Map(parsed);
  const parts: string[] = [];
  const take = (key: string, print: (value: string) => string): void => {
    const value = rest.get(key);
    if (value === undefined) return;
    rest.delete(key);
    parts.push(print(value));
  };
  const entries = Object.entries(schema).filter(([, item]) => item.alias === undefined);
  const keyAlias = Object.values(schema).find(item => item.keyAlias !== undefined);
  if (keyAlias?.keyAlias !== undefined && keyAlias.alias !== undefined) {
    const address = rest.get(keyAlias.alias);
    rest.delete(keyAlias.alias);
    take(keyAlias.keyAlias, model => (address === undefined ? model : `${model}=${address}`));
  }
  for (const [key] of entries.filter(([, item]) => item.default_key === 1)) take(key, value => value);
  for (const [key] of byName(entries.filter(([, item]) => item.optional !== 1))) take(key, value => `${key}=${value}`);
  for (const key of [...rest.keys()].sort()) take(key, value => `${key}=${value}`);
  return parts.join(',');
}

function byName(entries: [string, ParameterSchema][]): [string, ParameterSchema][] {
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}
