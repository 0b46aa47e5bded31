import { ApiError } from '../errors';
import type { Json, JsonObject } from '../json';
import type { ObjectType } from '../model/object-type';
import { naturalKey } from '../store/natural-sort';
import { idOf, type Row } from '../store/row';
import { compareKeys, type SortKey } from '../store/sorted-ids';
import type { World } from '../store/world';
import type { NetBoxVersion } from '../version';

const DEFAULT_LIMIT = 50;
const MAX_PAGE_SIZE = 1000;

/** A page of a list, and the addresses beside it. */
export interface Page {
  readonly rows: readonly Row[];
  readonly count: number | null;
  readonly next: string | null;
  readonly previous: string | null;
}

/** Cuts a page out of the matching rows: `limit` with `offset`, or from 4.6 with the cursor `start`. */
export function cutPage(rows: readonly Row[], query: URLSearchParams, address: string, version: NetBoxVersion): Page {
  const limit = readLimit(last(query, 'limit'));
  const start = version.minor >= 6 ? readStart(query) : null;
  return start === null ? byOffset(rows, query, address, limit) : byCursor(rows, query, address, limit, start);
}

function last(query: URLSearchParams, name: string): string | undefined {
  return query.getAll(name).at(-1);
}

function readLimit(text: string | undefined): number {
  const limit = text !== undefined && /^\d+$/.test(text) ? Number(text) : DEFAULT_LIMIT;
  return limit === 0 ? MAX_PAGE_SIZE : Math.min(limit, MAX_PAGE_SIZE);
}

function readStart(query: URLSearchParams): number | null {
  const text = last(query, 'start');
  if (text === undefined) return null;
  if (!/^\d+$/.test(text)) throw new ApiError(400, ["Invalid 'start' parameter: must be a non-negative integer."]);
  if (query.has('offset')) throw new ApiError(400, ["'start' and 'offset' are mutually exclusive."]);
  if (query.has('ordering'))
    throw new ApiError(400, ['Ordering cannot be specified in conjunction with cursor-based pagination.']);
  return Number(text);
}

function byCursor(rows: readonly Row[], query: URLSearchParams, address: string, limit: number, start: number): Page {
  const page = rows
    .filter(row => row.id >= start)
    .sort((a, b) => a.id - b.id)
    .slice(0, limit);
  const end = page.at(-1);
  const next = end && page.length === limit ? link(address, query, { start: end.id + 1, limit }) : null;
  return { rows: page, count: null, next, previous: null };
}

function byOffset(rows: readonly Row[], query: URLSearchParams, address: string, limit: number): Page {
  const text = last(query, 'offset');
  const offset = text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
  const count = rows.length;
  const next = offset + limit < count ? link(address, query, { limit, offset: offset + limit }) : null;
  const before = offset - limit;
  const previous = offset <= 0 ? null : link(address, query, { limit, offset: before > 0 ? before : null });
  return { rows: offset > count ? [] : rows.slice(offset, offset + limit), count, next, previous };
}

/** An address with some parameters replaced; parameters are sorted, as the real server does. */
function link(address: string, query: URLSearchParams, replaced: Record<string, number | null>): string {
  const kept = [...query].filter(([name]) => !(name in replaced));
  const added = Object.entries(replaced).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, String(value)]],
  );
  const text = [...kept, ...added]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${quote(name)}=${quote(value)}`)
    .join('&');
  return text === '' ? address : `${address}?${text}`;
}

function quote(text: string): string {
  return encodeURIComponent(text).replace(/%20/g, '+');
}

/** Sorts by the `ordering` parameter; names that the model does not have are ignored. */
export function applyOrdering(world: World, type: ObjectType, rows: Row[], ordering: string | undefined): Row[] {
  const terms = (ordering ?? '')
    .split(',')
    .map(term => ({ name: term.replace(/^-/, ''), descending: term.startsWith('-') }))
    .filter(({ name }) => name === 'id' || type.fields.some(field => field.name === name));
  if (terms.length === 0) return rows;
  const keyed = rows.map(row => ({ row, keys: terms.map(term => sortValue(world, type, row, term.name)) }));
  keyed.sort((a, b) => {
    for (const [index, term] of terms.entries()) {
      const order = compareKeys(a.keys[index] ?? [], b.keys[index] ?? []);
      if (order !== 0) return term.descending ? -order : order;
    }
    return 0;
  });
  return keyed.map(entry => entry.row);
}

/** Empty values sort last when ascending, as in PostgreSQL. */
function sortValue(world: World, type: ObjectType, row: Row, name: string): SortKey {
  if (name === 'id') return [row.id];
  const field = type.fields.find(each => each.name === name);
  if (field?.kind === 'created') return [0, row.created];
  if (field?.kind === 'lastUpdated') return [0, row.lastUpdated];
  if (field?.kind === 'reference') {
    const id = idOf(row, name);
    return id === null ? [1, ''] : [0, naturalKey(world.display(field.to, id))];
  }
  const value: Json = row.values[name] ?? null;
  if (value === null) return [1, ''];
  return typeof value === 'number' ? [0, value] : [0, naturalKey(String(value))];
}

/** The body of a list answer. */
export function pageBody(page: Page, results: readonly JsonObject[]): JsonObject {
  return { count: page.count, next: page.next, previous: page.previous, results: [...results] };
}
