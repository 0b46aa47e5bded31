/**
 * Writes one kind's changes to NetBox: in requests of a few dozen, marked before and after each, so that a crash at any point leaves
 * only changes whose outcome can be read.
 */
import { NetBoxUnknownOutcomeError } from '../../clients/netbox/errors';
import type { BulkOptions } from '../../clients/netbox/bulk';
import type { BulkResult } from '../../clients/netbox/bulk-result';
import type { SettledChange, StoredChange } from '../../database/repositories/changes';
import type { NewLink } from '../../database/repositories/links';
import type { RunRecord } from '../../database/repositories/run-records';
import type { Kind } from '../../domain/reflection/kind';
import { StopRun } from '../failures';
import { batchesOf } from './batches';
import type { ReflectionDeps } from './deps';
import { resolveInDoubt, visibleAmong } from './in-doubt';
import { inLanes } from './lanes';
import { recheck } from './recheck';
import { References } from './references';
import { toBody } from './to-body';
import { withoutOutdated } from './touched';

/** Counts of changes. */
export interface Written {
  done: number;
  refused: number;
  skipped: number;
}

export class KindWriter {
  private readonly references: References;
  private stopped: StopRun | undefined;

  constructor(
    private readonly deps: ReflectionDeps,
    private readonly run: RunRecord,
    private readonly endpointId: string,
    private readonly kind: Kind,
    /** Counts on, also when an attempt fails half-way. */
    private readonly summary: Written,
    private readonly progress: (done: number) => void,
    private readonly signal: AbortSignal,
  ) {
    this.references = new References(deps.store, endpointId, kind);
  }

  /** @param open open changes of the kind, in plan order. */
  async write(open: StoredChange[]): Promise<void> {
    await this.references.load(open);
    const undecided = await this.settleInDoubt(open.filter(change => change.state === 'sending'));
    const todo = [...undecided, ...open.filter(change => change.state === 'planned')].sort((a, b) => a.seq - b.seq);
    const ready = await this.withoutDependents(todo);
    const of = (action: StoredChange['action']): StoredChange[] => ready.filter(change => change.action === action);

    await this.learn(await this.fresh(of('link')));
    await this.inBatches(of('delete'), batch => this.remove(batch));
    await this.inBatches(of('update'), batch => this.update(batch));
    await this.inBatches(of('create'), batch => this.create(batch));
    if (this.stopped) throw this.stopped;
  }

  // What cannot be written --------------------------------------------------------------------------------------------------

  /** Changes whose parent was refused or skipped cannot be made in this run. */
  private async withoutDependents(changes: StoredChange[]): Promise<StoredChange[]> {
    const ready: StoredChange[] = [];
    const settled: SettledChange[] = [];
    for (const change of changes) {
      const missing = this.references.missing(change);
      if (missing === undefined) ready.push(change);
      else settled.push({ seq: change.seq, state: 'skipped', netboxId: null, error: { code: 'dependency', text: missing } });
    }
    if (settled.length > 0) await this.deps.store.settleChanges(this.run.id, settled);
    this.summary.skipped += settled.length;
    return ready;
  }

  // Unknown outcomes --------------------------------------------------------------------------------------------------------

  /** @returns the changes that did not happen and can be sent again. */
  private async settleInDoubt(changes: StoredChange[]): Promise<StoredChange[]> {
    if (changes.length === 0) return [];
    const creates = changes.filter(change => change.action === 'create');
    const found = await resolveInDoubt(
      this.deps,
      this.kind,
      creates.map(change => ({ seq: change.seq, sentAt: change.sentAt, values: this.references.resolved(change.after) })),
      this.signal,
    );
    await this.settle(
      creates.filter(change => found.has(change.seq)).map(change => ({ change, id: found.get(change.seq)!, created: true })),
      [],
    );
    const undecided = changes.filter(change => !found.has(change.seq));
    await this.deps.store.markPlanned(
      this.run.id,
      undecided.map(change => change.seq),
    );
    return undecided;
  }

  // Writing ---------------------------------------------------------------------------------------------------------------------

  private async create(batch: StoredChange[]): Promise<void> {
    const items = batch.map(change => toBody(this.references.resolved(change.after)));
    await this.send(batch, items, options => this.deps.netbox.bulkCreate(this.kind.path, items, options));
  }

  private async update(batch: StoredChange[]): Promise<void> {
    const ids = new Map(batch.map(change => [change.seq, this.references.targetOf(change)!]));
    const verdicts = await recheck(this.deps.netbox, this.kind, batch, ids, values => this.references.resolved(values));
    await this.settle(
      verdicts.already.map(change => ({ change, id: ids.get(change.seq)!, created: false })),
      verdicts.moved.map(({ change, text }) => ({
        seq: change.seq,
        state: 'skipped',
        netboxId: null,
        error: { code: 'changed-since-plan', text },
      })),
    );
    if (verdicts.send.length === 0) return;
    const items = verdicts.send.map(change => ({ id: ids.get(change.seq)!, ...toBody(this.references.resolved(change.after)) }));
    await this.send(verdicts.send, items, options => this.deps.netbox.bulkUpdate(this.kind.path, items, options));
  }

  private async remove(batch: StoredChange[]): Promise<void> {
    const ids = batch.flatMap(change => change.netboxId ?? []);
    await this.send(batch, ids, options => this.deps.netbox.bulkDelete(this.kind.path, ids, options));
  }

  /** Nothing to write: the object was recognised, or its values were learned. */
  private async learn(changes: StoredChange[]): Promise<void> {
    await this.settle(
      changes.map(change => ({ change, id: this.references.targetOf(change) ?? 0, created: false })),
      [],
    );
  }

  /** The client cuts requests by their size, too: it must know what belongs together. */
  private options<Item>(batch: StoredChange[], items: Item[]): BulkOptions<Item> {
    const guests = new Map(items.map((item, place) => [item, batch[place]?.guest ?? '']));
    return {
      changelogMessage: `proxbox run ${this.run.id}`,
      ...(this.kind.togetherByGuest && { groupBy: item => guests.get(item) ?? '' }),
    };
  }

  /** What NetBox decided is kept even when the rest of the batch failed. */
  private async send<Item>(
    batch: StoredChange[],
    items: Item[],
    request: (options: BulkOptions<Item>) => Promise<BulkResult<Item>[]>,
  ): Promise<void> {
    await this.deps.store.markSending(
      this.run.id,
      batch.map(change => change.seq),
    );
    const results: BulkResult<Item>[] = [];
    const onBatch = (settled: readonly BulkResult<Item>[]): void => void results.push(...settled);
    const failure = await request({ ...this.options(batch, items), onBatch }).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    await this.record(batch, results);
    if (failure === undefined) return;
    const settled = new Set(results.map(({ index }) => index));
    await this.leaveOpen(
      batch.filter((_, place) => !settled.has(place)),
      failure.error,
    );
    throw failure.error;
  }

  private async record<Item>(batch: StoredChange[], results: BulkResult<Item>[]): Promise<void> {
    const refusedAsDuplicate: StoredChange[] = [];
    const written: WrittenChange[] = [];
    const failed: SettledChange[] = [];
    for (const result of results) {
      const change = batch[result.index]!;
      if (result.ok) written.push({ change, id: result.object.id, created: change.action === 'create' });
      else if (change.action === 'delete' && result.error.kind === 'missing')
        written.push({ change, id: change.netboxId!, created: false });
      else {
        failed.push({
          seq: change.seq,
          state: 'refused',
          netboxId: null,
          error: { code: result.error.kind, text: result.error.text, fields: result.error.fields },
        });
        if (change.action === 'create' && isDuplicate(result.error.text)) refusedAsDuplicate.push(change);
      }
    }
    await this.settle(written, failed);
    await this.explainDuplicates(refusedAsDuplicate);
  }

  /**
   * What the next attempt takes up. A write without an answer may have happened, or may still: it stays in doubt, and the time that
   * NetBox is given for it starts now, since the answer may have been lost long after it was sent.
   */
  private async leaveOpen(changes: StoredChange[], error: unknown): Promise<void> {
    const seqs = changes.map(change => change.seq);
    if (error instanceof NetBoxUnknownOutcomeError) await this.deps.store.markSending(this.run.id, seqs);
    else await this.deps.store.markPlanned(this.run.id, seqs);
  }

  /**
   * NetBox says that it has this already, and the lists did not show it. Either somebody made it a moment ago (another endpoint with the
   * same address, say), or the token sees only a part: then more would be made twice, so the run stops.
   */
  private async explainDuplicates(changes: StoredChange[]): Promise<void> {
    if (changes.length === 0) return;
    const doubts = changes.map(change => ({ seq: change.seq, sentAt: null, values: this.references.resolved(change.after) }));
    if (this.kind.shared) {
      const found = await resolveInDoubt({ ...this.deps, settleMs: 0 }, this.kind, doubts, this.signal);
      const shared = changes.filter(change => found.has(change.seq));
      await this.settle(
        shared.map(change => ({ change, id: found.get(change.seq)!, created: false })),
        [],
      );
      this.summary.refused -= shared.length;
    }
    const visible = await visibleAmong(this.deps, this.kind, doubts);
    const invisible = changes.find(change => !visible.has(change.seq));
    if (invisible === undefined) return;
    this.stopped = new StopRun(
      'token-sees-only-part',
      `NetBox refused to create ${this.kind.name} ${invisible.label} because it exists, and its token does not show it to us. Give the token view permission without constraints; the run stopped, since what is not seen would be made twice.`,
    );
  }

  private async settle(written: WrittenChange[], failed: SettledChange[]): Promise<void> {
    if (written.length === 0 && failed.length === 0) return;
    const done = written.map(({ change, id }): SettledChange => ({ seq: change.seq, state: 'done', netboxId: id }));
    const kept = written.filter(
      ({ change, id }) => change.action !== 'delete' && id !== 0 && this.kind.name !== 'primary-release',
    );
    const links = kept.map(({ change, id, created }): NewLink => ({
      kind: this.kind.name,
      key: change.key,
      netboxId: id,
      values: this.references.resolved(change.reflect),
      created,
    }));
    const gone = written
      .filter(({ change }) => change.action === 'delete')
      .map(({ change }) => ({ kind: change.kind, key: change.key }));
    await this.deps.store.transaction(async db => {
      await db.settleChanges(this.run.id, [...done, ...failed]);
      await db.saveLinks(this.endpointId, this.run.id, links);
      await db.forgetLinks(this.endpointId, gone);
    });
    this.summary.done += done.length;
    this.summary.refused += failed.filter(item => item.state === 'refused').length;
    this.summary.skipped += failed.filter(item => item.state === 'skipped').length;
    this.progress(this.summary.done);
  }

  // Batches -----------------------------------------------------------------------------------------------------------------------

  private async fresh(batch: StoredChange[]): Promise<StoredChange[]> {
    const { fresh, outdated } = await withoutOutdated(this.deps.store, this.run.id, batch);
    await this.settle([], outdated);
    return fresh;
  }

  /**
   * Several requests at once; the client's limiter finds how many NetBox can take. An attempt that is told to stop lets those under way
   * end, so that it knows what they did.
   */
  private async inBatches(changes: StoredChange[], work: (batch: StoredChange[]) => Promise<void>): Promise<void> {
    const goesOn = (): boolean => this.stopped === undefined && !this.signal.aborted;
    await inLanes(batchesOf(changes, this.deps.batchSize, this.kind), goesOn, async batch => {
      const fresh = await this.fresh(batch);
      if (fresh.length > 0) await work(fresh);
    });
    this.signal.throwIfAborted();
  }
}

interface WrittenChange {
  change: StoredChange;
  id: number;
  created: boolean;
}

const isDuplicate = (text: string): boolean => /unique|already exists|duplicate/i.test(text);
