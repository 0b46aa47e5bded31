import { isRecord } from './field-errors';

/** An object as NetBox shows it. Which other keys there are depends on `fields`; callers parse what they need, liberally. */
export type NetBoxObject = { readonly id: number } & Readonly<Record<string, unknown>>;

/** Values to write: relations as ids, choices as bare values. */
export type NetBoxValues = Readonly<Record<string, unknown>>;

/** A list path below `/api/`, without slashes at its ends: `virtualization/virtual-machines`. */
export type NetBoxPath = string;

export function isObject(value: unknown): value is NetBoxObject {
  return isRecord(value) && typeof value['id'] === 'number';
}
