import type { TlsPolicy } from '../http/tls-connector';
import { createAdaptiveLimiter, type AdaptiveLimiter } from '../limiter/adaptive-limiter';
import type { BulkElement } from './batches';
import { runBulk, type BulkOptions } from './bulk';
import type { BulkResult } from './bulk-result';
import { errorOf } from './classify';
import { duplicateError, duplicateKey } from './duplicate-keys';
import { NetBoxResponseError } from './errors';
import { isObject, type NetBoxObject, type NetBoxPath, type NetBoxValues } from './object';
import { fieldList, queryString, type NetBoxFilters } from './query';
import {
  collect,
  countRows,
  listRows,
  newestRow,
  rowsByIds,
  rowsByParents,
  type ListOptions,
  type ParentOptions,
  type ReadOptions,
} from './reading';
import { allowedActions, type AllowedActions } from './permissions';
import { openSession, type NetBoxSession } from './session';
import { authorizationHeader } from './token';
import { createTransport } from './transport';
import { whoIs } from './who-is';
import { createWire, type NetBoxAnswer } from './wire';

export interface NetBoxClientOptions {
  /** Where NetBox's pages start, with its base path if it has one; a trailing `/` or `/api` is cut. */
  readonly baseUrl: string;
  /** v1 (40 characters), v2 (`nbt_…`), or the whole Authorization header. */
  readonly token: string;
  /** The default verifies by the system's authorities. */
  readonly tls?: TlsPolicy;
  /** For one request and its answer, whole. */
  readonly timeoutMs?: number;
  /** Objects in one bulk request: one costs a real NetBox 40 to 90 ms, and proxies give up after 30 or 60 s. */
  readonly maxBatchItems?: number;
  /** Bytes of JSON in one request: nginx refuses 1 MB unless configured otherwise, NetBox itself 2.5 MB. */
  readonly maxBatchBytes?: number;
  /** Shared by all clients of the same NetBox; the default is one of its own with a ceiling of 8. */
  readonly limiter?: AdaptiveLimiter;
  /** Attempts of a read, and of a write that is answered 429. */
  readonly attempts?: number;
  /** Before the second attempt, doubled before each further one, where NetBox does not say `Retry-After`. */
  readonly retryDelayMs?: number;
  /** Ends everything. A write that is under way then has an unknown outcome. */
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  readonly changelogMessage?: string;
  readonly signal?: AbortSignal;
}

export interface GuardedWriteOptions extends WriteOptions {
  /** The ETag that the object must still have (`etagOf(lastUpdated)`), else NetBoxPreconditionError. NetBox 4.5 ignores it: compare yourself there. */
  readonly ifMatch?: string;
}

export interface BulkUpdateOptions<Item> extends BulkOptions<Item> {
  /**
   * The ETag that each object must still have; it is checked under the row lock. NetBox tests for membership in the request's list, which
   * microseconds make as good as a test of each. NetBox 4.5 ignores it.
   */
  readonly etagOf?: (item: Item) => string;
}

export interface BulkCreateOptions<Item> extends BulkOptions<Item> {
  /** Two items with the same key cannot both be created; the second is refused without being sent. The default knows NetBox's rules for names. */
  readonly uniqueKey?: (item: Item) => string | undefined;
}

/** NetBox, by path. Every method opens the session first when nobody has. Errors: see `errors.ts`. */
export interface NetBoxClient {
  /** Reads version, plugins and capabilities anew: at the start of each run. */
  open(): Promise<NetBoxSession>;
  /** What was last read; reads it when nothing was. */
  session(): Promise<NetBoxSession>;
  list(path: NetBoxPath, options?: ListOptions): AsyncGenerator<NetBoxObject, void, void>;
  listAll(path: NetBoxPath, options?: ListOptions): Promise<NetBoxObject[]>;
  listByIds(path: NetBoxPath, ids: readonly number[], options?: ReadOptions): Promise<NetBoxObject[]>;
  listByParents(
    path: NetBoxPath,
    parameter: string,
    parentIds: readonly number[],
    options?: ParentOptions,
  ): Promise<NetBoxObject[]>;
  /** The row with the highest id. */
  newest(path: NetBoxPath, options?: ReadOptions): Promise<NetBoxObject | undefined>;
  count(path: NetBoxPath, filters?: NetBoxFilters): Promise<number>;
  /** The name of the user whose token this client has. */
  username(): Promise<string>;
  /** What the token may do there; nothing is changed to find out. */
  allowedActions(path: NetBoxPath): Promise<AllowedActions>;
  /** `etag` is undefined in NetBox 4.5. A detail costs as much as a list of a hundred: prefer lists. */
  get(path: NetBoxPath, id: number, options?: ReadOptions): Promise<{ object: NetBoxObject; etag: string | undefined }>;
  create(path: NetBoxPath, values: NetBoxValues, options?: WriteOptions): Promise<NetBoxObject>;
  update(path: NetBoxPath, id: number, values: NetBoxValues, options?: GuardedWriteOptions): Promise<NetBoxObject>;
  remove(path: NetBoxPath, id: number, options?: GuardedWriteOptions): Promise<void>;
  bulkCreate<Item extends NetBoxValues>(
    path: NetBoxPath,
    items: readonly Item[],
    options?: BulkCreateOptions<Item>,
  ): Promise<BulkResult<Item>[]>;
  /** Each item has the `id` and the values to change. */
  bulkUpdate<Item extends NetBoxValues & { readonly id: number }>(
    path: NetBoxPath,
    items: readonly Item[],
    options?: BulkUpdateOptions<Item>,
  ): Promise<BulkResult<Item>[]>;
  /** NetBox 4.5 and 4.6 say nothing about ids that do not exist: there they count as deleted. */
  bulkDelete(path: NetBoxPath, ids: readonly number[], options?: BulkUpdateOptions<number>): Promise<BulkResult<number>[]>;
  close(): Promise<void>;
}

const longestChangelogMessage = 200;

export function createNetBoxClient(options: NetBoxClientOptions): NetBoxClient {
  const { timeoutMs = 120_000, maxBatchItems = 50, maxBatchBytes = 900_000 } = options;
  const wire = createWire({
    baseUrl: new URL(options.baseUrl),
    authorization: authorizationHeader(options.token),
    tls: options.tls ?? { mode: 'verify' },
    timeoutMs,
  });
  const limiter = options.limiter ?? createAdaptiveLimiter({ ceiling: 8 });
  const transport = createTransport({
    wire,
    limiter,
    attempts: options.attempts ?? 4,
    retryDelayMs: options.retryDelayMs ?? 250,
    signal: options.signal,
  });
  let opened: Promise<NetBoxSession> | undefined;

  const open = (): Promise<NetBoxSession> => {
    const opening = openSession(transport);
    opened = opening;
    opening.catch(() => {
      if (opened === opening) opened = undefined;
    });
    return opening;
  };
  const session = (): Promise<NetBoxSession> => opened ?? open();

  async function writeOne(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: NetBoxValues,
    guard: GuardedWriteOptions = {},
  ): Promise<NetBoxAnswer> {
    await session();
    const message = withMessage(body, guard.changelogMessage);
    const answer = await transport.write({ method, path, body: message, ifMatch: guard.ifMatch, signal: guard.signal });
    if (answer.status >= 300) throw errorOf(answer);
    return answer;
  }

  async function bulk<Item>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: NetBoxPath,
    elements: readonly BulkElement<Item>[],
    bulkOptions: BulkUpdateOptions<Item>,
  ): Promise<BulkResult<Item>[]> {
    const { capabilities } = await session();
    const job = {
      method,
      path,
      elements,
      maxItems: maxBatchItems,
      maxBytes: maxBatchBytes,
      lanes: limiter.ceiling,
      errorsNameElements: capabilities.indexedBulkErrors,
      etagOf: capabilities.etag ? bulkOptions.etagOf : undefined,
    };
    return runBulk(transport, job, bulkOptions);
  }

  return {
    open,
    session,
    async *list(path, listOptions = {}) {
      yield* listRows(transport, await session(), path, listOptions);
    },
    async listAll(path, listOptions = {}) {
      return collect(listRows(transport, await session(), path, listOptions));
    },
    async listByIds(path, ids, readOptions = {}) {
      return rowsByIds(transport, await session(), path, ids, readOptions);
    },
    async listByParents(path, parameter, parentIds, parentOptions = {}) {
      return rowsByParents(transport, await session(), path, parameter, parentIds, parentOptions);
    },
    async newest(path, readOptions = {}) {
      await session();
      return newestRow(transport, path, readOptions);
    },
    async count(path, filters = {}) {
      await session();
      return countRows(transport, path, filters);
    },
    async username() {
      await session();
      return whoIs(transport);
    },
    async allowedActions(path) {
      await session();
      return allowedActions(transport, path);
    },
    async get(path, id, { fields, branch, signal: own } = {}) {
      await session();
      const query = queryString({ fields: fields === undefined ? undefined : fieldList(fields) });
      const answer = await transport.read({ method: 'GET', path: `${path}/${id}`, query, branch, signal: own });
      return { object: objectOf(answer), etag: answer.etag };
    },
    async create(path, values, writeOptions) {
      return objectOf(await writeOne('POST', path, values, writeOptions));
    },
    async update(path, id, values, writeOptions) {
      return objectOf(await writeOne('PATCH', `${path}/${id}`, values, writeOptions));
    },
    async remove(path, id, writeOptions) {
      await writeOne('DELETE', `${path}/${id}`, {}, writeOptions);
    },
    async bulkCreate(path, items, bulkOptions = {}) {
      const uniqueKey = bulkOptions.uniqueKey ?? (item => duplicateKey(path, item));
      const { first, duplicates } = withoutDuplicates(
        elementsOf(items, item => withMessage(item, bulkOptions.changelogMessage)),
        uniqueKey,
      );
      if (duplicates.length > 0) await bulkOptions.onBatch?.(duplicates);
      const results = await bulk('POST', path, first, bulkOptions);
      return [...results, ...duplicates].sort((one, other) => one.index - other.index);
    },
    async bulkUpdate(path, items, bulkOptions = {}) {
      assertDistinct(items.map(({ id }) => id));
      return bulk(
        'PATCH',
        path,
        elementsOf(items, item => withMessage(item, bulkOptions.changelogMessage)),
        bulkOptions,
      );
    },
    async bulkDelete(path, ids, bulkOptions = {}) {
      assertDistinct(ids);
      return bulk(
        'DELETE',
        path,
        elementsOf(ids, id => withMessage({ id }, bulkOptions.changelogMessage)),
        bulkOptions,
      );
    },
    close: () => wire.close(),
  };
}

function objectOf({ body, request }: NetBoxAnswer): NetBoxObject {
  if (!isObject(body)) throw new NetBoxResponseError('the answer is not an object of NetBox', request);
  return body;
}

function withMessage(values: NetBoxValues, changelogMessage: string | undefined): NetBoxValues {
  return changelogMessage === undefined
    ? values
    : { ...values, changelog_message: changelogMessage.slice(0, longestChangelogMessage) };
}

function elementsOf<Item>(items: readonly Item[], bodyOf: (item: Item) => NetBoxValues): BulkElement<Item>[] {
  return items.map((item, index) => ({ index, item, body: bodyOf(item) }));
}

function withoutDuplicates<Item>(
  elements: readonly BulkElement<Item>[],
  keyOf: (item: Item) => string | undefined,
): { first: BulkElement<Item>[]; duplicates: BulkResult<Item>[] } {
  const seen = new Set<string>();
  const first: BulkElement<Item>[] = [];
  const duplicates: BulkResult<Item>[] = [];
  for (const element of elements) {
    const key = keyOf(element.item);
    if (key !== undefined && seen.has(key)) {
      duplicates.push({ index: element.index, item: element.item, ok: false, error: duplicateError() });
    } else {
      if (key !== undefined) seen.add(key);
      first.push(element);
    }
  }
  return { first, duplicates };
}

/** NetBox 4.7 refuses an id that stands twice in one request; earlier ones apply the last only. It is the caller's mistake. */
function assertDistinct(ids: readonly number[]): void {
  if (new Set(ids).size !== ids.length) throw new TypeError('an id stands twice in one bulk write');
}
