import { ApiError, BareError } from './errors';
import { splitList } from './formats';
import type { MethodSchema } from './method-schema';

/** Query and body parameters as they arrived; a repeated key holds several values. */
export type RawParams = Map<string, unknown>;

/** Pairs are split at `&` and `;`, key and value at the first two `=` only, so a raw `=` in a value cuts it off. */
export function parseForm(text: string): RawParams {
  const params: RawParams = new Map();
  for (const pair of text.split(/[&;]/)) {
    if (pair === '') continue;
    const [key = '', value = ''] = pair.split('=');
    add(params, unescapeForm(key), unescapeForm(value));
  }
  return params;
}

function add(params: RawParams, key: string, value: string): void {
  const present = params.get(key);
  if (present === undefined) params.set(key, value);
  else params.set(key, Array.isArray(present) ? [...present, value] : [present, value]);
}

function unescapeForm(text: string): string {
  const spaced = text.replace(/\+/g, ' ');
  if (!spaced.includes('%')) return spaced;
  const bytes = Buffer.from(spaced, 'utf8').toString('latin1');
  return Buffer.from(
    bytes.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    'latin1',
  ).toString('utf8');
}

/** @throws BareError as Proxmox VE 9.2 refuses content types, broken JSON and a JSON list */
export function parseBody(contentType: string | undefined, body: Buffer): RawParams {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (body.length === 0 && type !== 'application/json') return new Map();
  if (type === undefined || type === 'application/x-www-form-urlencoded') return parseForm(body.toString('utf8'));
  if (type !== 'application/json') throw new BareError(506, `upload 'Content-Type '${contentType}' not implemented`);
  const text = body.toString('utf8');
  if (text === '') return new Map();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BareError(
      500,
      `malformed JSON string, neither tag, array, object, number, string or atom, at character offset ${text.length} ` +
        '(before "(end of string)") at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 934.\n',
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BareError(500, 'Not a HASH reference at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 978.\n');
  }
  return new Map(Object.entries(value));
}

/** Joins what the schema takes as a list, and turns JSON values into the text that Perl would see. */
export function normalise(params: RawParams, schema: MethodSchema): Map<string, unknown> {
  const normal = new Map<string, unknown>();
  for (const [key, value] of params) {
    const list = schema.parameters.get(key)?.format?.endsWith('-list') === true;
    if (Array.isArray(value) && (list || value.every(item => typeof item === 'string'))) normal.set(key, value.join(','));
    else if (typeof value === 'boolean') normal.set(key, value ? '1' : '0');
    else if (typeof value === 'number') normal.set(key, String(value));
    else normal.set(key, value);
  }
  return normal;
}

/** Query over body; a path parameter may be repeated only with its own value. @throws ApiError 400 */
export function merge(path: Map<string, string>, query: RawParams, body: RawParams): RawParams {
  const merged: RawParams = new Map([...body, ...query]);
  for (const [key, value] of path) {
    const repeated = merged.get(key);
    if (repeated !== undefined && repeated !== null && String(repeated) !== value) {
      throw new ApiError(400, 'Parameter verification failed.', {
        [key]: 'duplicate parameter (already defined in URI) with conflicting values!',
      });
    }
    merged.set(key, value);
  }
  return merged;
}

/** Elements of a list parameter. */
export function listOf(text: string | undefined): string[] {
  return splitList(text ?? '');
}
