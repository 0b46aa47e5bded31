/**
 * Proxmox property strings: `part ("," part)*`, a part being `key=value` or the bare value of the format's default key.
 * There is no quoting and no escaping, so a value never holds a comma.
 *
 * Parsing keeps everything (order, unknown keys, repeated keys, spaces, empty parts): `formatPropertyString(parsePropertyString(text)) === text`
 * for every text. Proxmox VE 9.2 stores `agent`, `boot`, `startup`, `ipconfigN`, `memory` literally as sent, so two
 * spellings can mean the same: compare parsed values, never strings.
 */
export interface PropertyPart {
  /** `null` for the bare value of the default key. */
  readonly key: string | null;
  readonly value: string;
}

export type PropertyString = readonly PropertyPart[];

/** What may stand before `=`. A volume such as `local:iso/a=b.iso` is therefore a bare value, not a key. */
const KEY = /^[A-Za-z0-9_-]+$/;

export function parsePropertyString(text: string): PropertyString {
  return text.split(',').map(part => {
    const equals = part.indexOf('=');
    const key = equals < 0 ? '' : part.slice(0, equals);
    return KEY.test(key) ? { key, value: part.slice(equals + 1) } : { key: null, value: part };
  });
}

export function formatPropertyString(parts: PropertyString): string {
  return parts.map(({ key, value }) => (key === null ? value : `${key}=${value}`)).join(',');
}

/** The value of `key`, or `undefined`. With `isDefault` the first bare value counts too. */
export function propertyValue(parts: PropertyString, key: string, isDefault = false): string | undefined {
  return parts.find(part => names(part, key, isDefault))?.value;
}

/** The same string with `key` set: replaced where it stands (a bare default value stays bare), else added at the end. */
export function withProperty(parts: PropertyString, key: string, value: string, isDefault = false): PropertyString {
  const index = parts.findIndex(part => names(part, key, isDefault));
  if (index >= 0) return parts.map((part, at) => (at === index ? { key: part.key, value } : part));
  return [...parts.filter(part => part.key !== null || part.value !== ''), { key, value }];
}

export function withoutProperty(parts: PropertyString, key: string, isDefault = false): PropertyString {
  return parts.filter(part => !names(part, key, isDefault));
}

function names(part: PropertyPart, key: string, isDefault: boolean): boolean {
  return part.key === key || (isDefault && part.key === null && part.value.trim() !== '');
}
