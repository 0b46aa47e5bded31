/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** JSON in one form for one value: keys sorted by their code units, no spaces. What is digested or signed is this text. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join()}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join()}}`;
}

/** A value as its JSON reads back: without what JSON cannot say. */
export const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** `Array.isArray`, which does not narrow a readonly array. */
const isList = (value: readonly Json[] | JsonObject): value is readonly Json[] => Array.isArray(value);
