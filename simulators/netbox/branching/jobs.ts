import { randomUUID } from 'node:crypto';
import { store } from '../access/tokens';
import type { JsonObject } from '../json';
import type { Row } from '../store/row';
import type { World } from '../store/world';
import type { BranchingHooks, Operation } from './hooks';
import { BRANCH } from './types';

export const JOB = 'core.job';

const NAMES: Readonly<Record<Operation, string>> = {
  provision: 'Provision branch',
  sync: 'Sync branch',
  merge: 'Merge branch',
  revert: 'Revert branch',
};

/** A job that its work ends with: NetBox shows `error` as its language prints an exception. */
export class JobError extends Error {
  constructor(
    message: string,
    readonly data: JsonObject = {},
  ) {
    super(message);
  }
}

export interface BranchJob {
  readonly operation: Operation;
  readonly branchId: number;
  readonly user: Row;
  /** Puts the branch into its state in between, unless the work will refuse it anyway. */
  readonly begin: () => void;
  /** Does the work at once, and gives what the job's `data` holds. Throws `JobError`. */
  readonly work: () => JsonObject;
  /** What a failure ordered by a hook leaves behind. */
  readonly fail: () => void;
}

/** Does the jobs of branches one after the other, a moment after they were asked for, as a NetBox with one job worker does. */
export class BranchJobs {
  private last: Promise<void> = Promise.resolve();
  private era = 0;

  constructor(
    private readonly world: World,
    private readonly hooks: BranchingHooks,
  ) {}

  /** Stores a pending job; it begins when the present request has been answered. */
  enqueue(job: BranchJob): Row {
    const row = store(this.world, JOB, {
      object_type: BRANCH,
      object_id: job.branchId,
      name: NAMES[job.operation],
      status: 'pending',
      started: null,
      completed: null,
      user: job.user.id,
      data: null,
      error: '',
      job_id: randomUUID(),
    });
    const { era } = this;
    this.last = this.last.then(() => this.run(row.id, job, era));
    return row;
  }

  /** Drops what waits: another content came into the world. */
  forget(): void {
    this.era += 1;
  }

  private async run(id: number, job: BranchJob, era: number): Promise<void> {
    await new Promise(resolve => setImmediate(resolve));
    if (era !== this.era || !this.world.get(BRANCH, job.branchId)) return;
    this.set(id, { status: 'running', started: this.world.now() });
    job.begin();
    const delay = this.hooks.delayOf(job.operation);
    if (delay > 0) {
      await new Promise(resolve => setTimeout(resolve, delay).unref());
      if (era !== this.era) return;
    }
    this.set(id, { ...this.outcomeOf(job), completed: this.world.now() });
  }

  private outcomeOf(job: BranchJob): JsonObject {
    const failure = this.hooks.failureOf(job.operation);
    try {
      if (failure !== undefined) {
        job.fail();
        throw new JobError(failure);
      }
      return { status: 'completed', data: job.work() };
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      return { status: 'errored', error: error.message, data: error.data };
    }
  }

  private set(id: number, values: JsonObject): void {
    const row = this.world.get(JOB, id);
    if (row) this.world.put(JOB, { ...row, values: { ...row.values, ...values } });
  }
}
