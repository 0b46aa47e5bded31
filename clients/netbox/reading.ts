import { NetBoxFilterIgnoredError, NetBoxResponseError, NetBoxValidationError } from './errors';
import { isRecord } from './field-errors';
import { isObject, type NetBoxObject, type NetBoxPath } from './object';
import { parentIdReader } from './parents';
import { chunkIds, fieldList, queryString, type NetBoxFilters } from './query';
import type { NetBoxSession } from './session';
import type { Transport } from './transport';

export interface ReadOptions {
  /** Only these fields, and `id`: the biggest saving that a read has. */
  readonly fields?: readonly string[];
  /** The `schemaId` of a branch of netbox-branching: reads what the branch has instead of main. It must be `ready`. */
  readonly branch?: string;
  readonly signal?: AbortSignal;
}

export interface ListOptions extends ReadOptions {
  /** NetBox ignores names that it does not know and then returns everything: say with `expect` what must hold. */
  readonly filters?: NetBoxFilters;
  /** Must be true of every row, else NetBoxFilterIgnoredError. It sees only the `fields` asked for. */
  readonly expect?: (row: NetBoxObject) => boolean;
  /** Begins after this id. */
  readonly afterId?: number;
  /** Ends after so many rows. */
  readonly limit?: number;
  /** Rows per request, at most 1,000 (NetBox's usual maximum; a lower one of the server is followed). */
  readonly pageSize?: number;
}

const largestPage = 1_000;

/** Every row once, by rising id, also while others are being created. The token's permissions shorten the list silently. */
export async function* listRows(
  transport: Transport,
  session: NetBoxSession,
  path: NetBoxPath,
  { filters = {}, fields, expect, afterId = 0, limit = Infinity, pageSize = largestPage, branch, signal }: ListOptions,
): AsyncGenerator<NetBoxObject, void, void> {
  const { startPaging, excludeConfigContext } = session.capabilities;
  const size = Math.max(1, Math.min(pageSize, largestPage, limit));
  let last = afterId;
  let given = 0;
  for (;;) {
    const query = queryString({
      ...filters,
      ...(startPaging ? { start: last + 1 } : { ordering: 'id', id__gt: last }),
      limit: size,
      fields: fields === undefined ? undefined : fieldList(fields),
      exclude: excludeConfigContext && hasConfigContext(path) ? 'config_context' : undefined,
    });
    const { body, request } = await transport.read({ method: 'GET', path, query, branch, signal });
    if (!isPage(body)) throw new NetBoxResponseError('the answer is not a list', request);
    for (const row of body.results) {
      if (row.id <= last)
        throw new NetBoxFilterIgnoredError(`row ${row.id} came after row ${last}: paging by id is ignored here`, request);
      if (expect !== undefined && !expect(row)) {
        throw new NetBoxFilterIgnoredError(
          `row ${row.id} does not match the filter ${queryString(filters).slice(0, 200)}`,
          request,
        );
      }
      last = row.id;
      yield row;
      given += 1;
      if (given >= limit) return;
    }
    if (body.next === null || body.results.length === 0) return;
  }
}

/** The row with the highest id, or undefined when the token sees none. */
export async function newestRow(
  transport: Transport,
  path: NetBoxPath,
  { fields, branch, signal }: ReadOptions,
): Promise<NetBoxObject | undefined> {
  const query = queryString({ ordering: '-id', limit: 1, fields: fields === undefined ? undefined : fieldList(fields) });
  const { body, request } = await transport.read({ method: 'GET', path, query, branch, signal });
  if (!isPage(body)) throw new NetBoxResponseError('the answer is not a list', request);
  return body.results[0];
}

/** How many rows a filter finds, as far as the token sees. The filter is not checked: never decide about a delete by a count. */
export async function countRows(
  transport: Transport,
  path: NetBoxPath,
  filters: NetBoxFilters,
  signal?: AbortSignal,
): Promise<number> {
  const { body, request } = await transport.read({
    method: 'GET',
    path,
    query: queryString({ ...filters, limit: 1, fields: 'id' }),
    signal,
  });
  if (!isRecord(body) || typeof body['count'] !== 'number') throw new NetBoxResponseError('the answer has no count', request);
  return body['count'];
}

/** The objects with these ids; ids that do not exist, or are invisible to the token, are left out. By rising id. */
export async function rowsByIds(
  transport: Transport,
  session: NetBoxSession,
  path: NetBoxPath,
  ids: readonly number[],
  options: ReadOptions,
): Promise<NetBoxObject[]> {
  const chunks = await Promise.all(
    chunkIds('id', ids).map(chunk => {
      const wanted = new Set(chunk);
      return collect(
        listRows(transport, session, path, { ...options, filters: { id: chunk }, expect: row => wanted.has(row.id) }),
      );
    }),
  );
  return chunks.flat().sort(byId);
}

export interface ParentOptions extends ReadOptions {
  /** Reads the parent's id from a row; needed for parameters that `parents.ts` does not know. It must be able to with the `fields` asked for. */
  readonly parentOf?: (row: NetBoxObject) => number | undefined;
}

/** The children of these parents, by `parameter` (`virtual_machine_id`, `vminterface_id`, …). Parents that do not exist have none. By rising id. */
export async function rowsByParents(
  transport: Transport,
  session: NetBoxSession,
  path: NetBoxPath,
  parameter: string,
  parentIds: readonly number[],
  { parentOf, fields, ...options }: ParentOptions,
): Promise<NetBoxObject[]> {
  const reader = parentOf === undefined ? parentIdReader(path, parameter) : { parentOf, needs: [] };
  const wantedFields = fields === undefined ? {} : { fields: [...fields, ...reader.needs] };
  const chunks = await Promise.all(
    chunkIds(parameter, parentIds).map(chunk =>
      withoutUnknown(parameter, chunk, known => {
        const wanted = new Set(known);
        const expect = (row: NetBoxObject): boolean => wanted.has(reader.parentOf(row) ?? -1);
        return collect(
          listRows(transport, session, path, { ...options, ...wantedFields, filters: { [parameter]: known }, expect }),
        );
      }),
    ),
  );
  return chunks.flat().sort(byId);
}

/**
 * Many of NetBox's filters refuse the whole request for one id that does not exist (any more), and name the first:
 * `{"virtual_machine_id": ["Select a valid choice. 9 is not one of the available choices."]}`. It is left out, and the rest asked again.
 */
async function withoutUnknown(
  parameter: string,
  ids: readonly number[],
  read: (ids: readonly number[]) => Promise<NetBoxObject[]>,
): Promise<NetBoxObject[]> {
  let known = ids;
  while (known.length > 0) {
    try {
      return await read(known);
    } catch (error) {
      const words = error instanceof NetBoxValidationError ? (error.fields[parameter] ?? []).join(' ') : '';
      const unknown = /^Select a valid choice\. (\d+) is not/.exec(words)?.[1];
      const rest = known.filter(id => String(id) !== unknown);
      if (rest.length === known.length) throw error;
      known = rest;
    }
  }
  return [];
}

export async function collect(rows: AsyncIterable<NetBoxObject>): Promise<NetBoxObject[]> {
  const all: NetBoxObject[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** Lists of these are slow in 4.5 and 4.6 unless the config context is left out, whatever `fields` says. */
function hasConfigContext(path: NetBoxPath): boolean {
  return path === 'virtualization/virtual-machines' || path === 'dcim/devices';
}

function isPage(body: unknown): body is { next: string | null; results: NetBoxObject[] } {
  return isRecord(body) && Array.isArray(body['results']) && body['results'].every(isObject);
}

function byId(one: NetBoxObject, other: NetBoxObject): number {
  return one.id - other.id;
}
