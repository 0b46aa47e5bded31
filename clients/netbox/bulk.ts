import { missingError, namedErrors, refusalOf } from './bulk-answer';
import { batchesOf, type BulkElement } from './batches';
import type { BulkItemError, BulkResult } from './bulk-result';
import { errorOf } from './classify';
import { NetBoxUnknownOutcomeError } from './errors';
import { isObject, type NetBoxObject, type NetBoxPath } from './object';
import type { Transport } from './transport';
import type { NetBoxAnswer } from './wire';

export interface BulkOptions<Item> {
  /** Items with the same key stay in one request: one VM's disks, whose total NetBox computes. */
  readonly groupBy?: (item: Item) => string | number;
  /** Stored with each change in NetBox's change log; cut at 200 characters. */
  readonly changelogMessage?: string;
  /** Called after each request with what it settled, never twice at once; awaited before that lane sends its next. */
  readonly onBatch?: (results: readonly BulkResult<Item>[]) => void | Promise<void>;
  /** Requests at once, at most; the limiter may allow fewer. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

export interface BulkJob<Item> {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: NetBoxPath;
  readonly elements: readonly BulkElement<Item>[];
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly lanes: number;
  /** A refusal of this version names each element that it concerns. */
  readonly errorsNameElements: boolean;
  /** The ETag that an element must still have. */
  readonly etagOf?: ((item: Item) => string) | undefined;
}

/** After so many elements were each refused for lack of permission, and none accepted, the rest is not tried. */
const enoughPermissionRefusals = 3;

/**
 * Sends a list in batches and settles every element: written, or refused for a reason of its own. NetBox writes a request as a whole or
 * not at all; so what it refuses is taken out and the rest sent again, halved when the refusal does not say which element is meant.
 *
 * Rejects when going on makes no sense (token, permission, version, unavailable). When a write's outcome is unknown it lets the
 * requests under way end, and rejects with NetBoxUnknownOutcomeError.
 */
export async function runBulk<Item>(
  transport: Transport,
  job: BulkJob<Item>,
  options: BulkOptions<Item>,
): Promise<BulkResult<Item>[]> {
  return new BulkRun(transport, job, options).run();
}

class BulkRun<Item> {
  readonly #transport: Transport;
  readonly #job: BulkJob<Item>;
  readonly #options: BulkOptions<Item>;
  readonly #settled = new Map<number, BulkResult<Item>>();
  readonly #inDoubt = new Map<number, Item>();
  #stop: { readonly error: unknown } | undefined;
  #accepted = 0;
  #permissionRefusals = 0;
  #reported: Promise<void> = Promise.resolve();

  constructor(transport: Transport, job: BulkJob<Item>, options: BulkOptions<Item>) {
    this.#transport = transport;
    this.#job = job;
    this.#options = options;
  }

  async run(): Promise<BulkResult<Item>[]> {
    const { elements, maxItems, maxBytes, lanes } = this.#job;
    const queue = batchesOf(elements, { maxItems, maxBytes, groupBy: this.#options.groupBy });
    const atOnce = Math.min(lanes, this.#options.concurrency ?? lanes, queue.length);
    await Promise.all(Array.from({ length: atOnce }, () => this.#lane(queue)));

    const results = [...this.#settled.values()].sort((one, other) => one.index - other.index);
    if (this.#inDoubt.size > 0) throw this.#unknownOutcome(results);
    if (this.#stop !== undefined) throw this.#stop.error;
    return results;
  }

  async #lane(queue: BulkElement<Item>[][]): Promise<void> {
    while (this.#stop === undefined) {
      const batch = queue.shift();
      if (batch === undefined) return;
      await this.#settle(batch).catch((error: unknown) => (this.#stop ??= { error }));
    }
  }

  async #settle(group: readonly BulkElement<Item>[]): Promise<void> {
    if (group.length === 0 || this.#stop !== undefined) return;
    const answer = await this.#send(group);
    if (answer.status < 300) {
      this.#accepted += group.length;
      return this.#report(this.#written(answer, group));
    }
    const named = namedErrors(answer, group.map(idOf));
    if (named.size > 0) {
      await this.#report([...named].flatMap(([place, error]) => failure(group[place], error)));
      return this.#settle(group.filter((_, place) => !named.has(place)));
    }
    const refusal = refusalOf(answer);
    if (answer.status === 403) this.#stopWithoutPermission(answer, group.length);
    if (group.length === 1) return this.#report(failure(group[0], refusal));
    const half = Math.ceil(group.length / 2);
    await this.#settle(group.slice(0, half));
    await this.#settle(group.slice(half));
  }

  async #send(group: readonly BulkElement<Item>[]): Promise<NetBoxAnswer> {
    const { method, path, etagOf } = this.#job;
    try {
      return await this.#transport.write({
        method,
        path,
        body: group.map(({ body }) => body),
        ifMatch: etagOf === undefined ? undefined : group.map(({ item }) => etagOf(item)).join(', '),
        signal: this.#options.signal,
      });
    } catch (error) {
      if (error instanceof NetBoxUnknownOutcomeError) this.#doubt(group);
      throw error;
    }
  }

  #written(answer: NetBoxAnswer, group: readonly BulkElement<Item>[]): BulkResult<Item>[] {
    const { method } = this.#job;
    if (method === 'DELETE') return group.flatMap(element => success(element, { id: idOf(element) ?? 0 }));
    const objects = Array.isArray(answer.body) ? answer.body.filter(isObject) : [];
    if (method === 'POST') {
      if (objects.length === group.length) return group.flatMap((element, place) => success(element, objects[place]));
      this.#doubt(group);
      throw new NetBoxUnknownOutcomeError('the answer does not match what was sent', { inDoubt: [] }, answer.request);
    }
    const byId = new Map(objects.map(object => [object.id, object]));
    return group.flatMap(element => {
      const id = idOf(element) ?? 0;
      const object = byId.get(id);
      return object === undefined ? failure(element, missingError(id)) : success(element, object);
    });
  }

  /** A version that names refused elements means the whole model when it names none; others say the same of a single object's constraint. */
  #stopWithoutPermission(answer: NetBoxAnswer, elements: number): void {
    if (elements === 1) this.#permissionRefusals += 1;
    const everyOne = this.#accepted === 0 && this.#permissionRefusals >= enoughPermissionRefusals;
    if (this.#job.errorsNameElements || everyOne) throw errorOf(answer);
  }

  async #report(results: readonly BulkResult<Item>[]): Promise<void> {
    for (const result of results) this.#settled.set(result.index, result);
    this.#reported = this.#reported.then(() => this.#options.onBatch?.(results));
    await this.#reported;
  }

  #doubt(group: readonly BulkElement<Item>[]): void {
    for (const { index, item } of group) this.#inDoubt.set(index, item);
  }

  #unknownOutcome(results: readonly BulkResult<Item>[]): NetBoxUnknownOutcomeError<Item, BulkResult<Item>> {
    const untouched = this.#job.elements
      .filter(({ index }) => !this.#settled.has(index) && !this.#inDoubt.has(index))
      .map(({ item }) => item);
    const inDoubt = [...this.#inDoubt.values()];
    const cause = this.#stop?.error;
    const exception = cause instanceof NetBoxUnknownOutcomeError ? cause.exception : undefined;
    const words = cause instanceof Error ? cause.message : 'no answer';
    const message = `of ${inDoubt.length} of ${this.#job.elements.length} objects the outcome is unknown: ${words}`;
    return new NetBoxUnknownOutcomeError(message, { inDoubt, untouched, results, exception }, undefined, { cause });
  }
}

function success<Item>({ index, item }: BulkElement<Item>, object: NetBoxObject | undefined): BulkResult<Item>[] {
  return object === undefined ? [] : [{ index, item, ok: true, object }];
}

function failure<Item>(element: BulkElement<Item> | undefined, error: BulkItemError): BulkResult<Item>[] {
  return element === undefined ? [] : [{ index: element.index, item: element.item, ok: false, error }];
}

function idOf({ body }: { readonly body: Readonly<Record<string, unknown>> }): number | undefined {
  const { id } = body;
  return typeof id === 'number' ? id : undefined;
}
