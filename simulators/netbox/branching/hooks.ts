/** What a branch's job does. */
export type Operation = 'provision' | 'sync' | 'merge' | 'revert';

/** How often a hook takes hold; once by default. */
interface Counted {
  readonly count?: number;
}

/** Webhook deliveries that never leave: those of an event, or of every event. */
export interface LostWebhook extends Counted {
  readonly kind: 'lose-webhook';
  /** For example `branch_merged`. */
  readonly event?: string;
}

/** A job that has begun stands still for `ms` before it does its work; its branch is in between meanwhile. */
export interface DelayedJob extends Counted {
  readonly kind: 'delay-job';
  readonly operation?: Operation;
  readonly ms: number;
}

/** A job that ends `errored` with this text and has no effect. */
export interface FailedJob extends Counted {
  readonly kind: 'fail-job';
  readonly operation?: Operation;
  readonly error: string;
}

export type BranchingHook = LostWebhook | DelayedJob | FailedJob;

/** Troubles of branches that tests and demos order in advance. */
export class BranchingHooks {
  private armed: { hook: BranchingHook; left: number }[] = [];

  add(hook: BranchingHook): void {
    this.armed.push({ hook, left: hook.count ?? 1 });
  }

  clear(): void {
    this.armed = [];
  }

  /** Whether this delivery gets lost. */
  losesWebhook(event: string): boolean {
    return this.take(hook => hook.kind === 'lose-webhook' && (hook.event ?? event) === event) !== undefined;
  }

  /** Milliseconds for which a job stands still. */
  delayOf(operation: Operation): number {
    const hook = this.take(each => each.kind === 'delay-job' && (each.operation ?? operation) === operation);
    return hook?.kind === 'delay-job' ? hook.ms : 0;
  }

  /** The error with which a job ends, if it is to end with one. */
  failureOf(operation: Operation): string | undefined {
    const hook = this.take(each => each.kind === 'fail-job' && (each.operation ?? operation) === operation);
    return hook?.kind === 'fail-job' ? hook.error : undefined;
  }

  private take(matches: (hook: BranchingHook) => boolean): BranchingHook | undefined {
    const found = this.armed.find(({ hook }) => matches(hook));
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.armed = this.armed.filter(each => each !== found);
    return found.hook;
  }
}
