import {
  createConcurrencyController,
  type ConcurrencyOptions,
  type ConcurrencyTicket,
  type RequestOutcome,
} from './concurrency-controller';

/**
 * A gate in front of one server: requests pass in order, as many at once as the concurrency controller allows.
 * One limiter serves all clients of one server in this process, reads and writes alike.
 */
export interface AdaptiveLimiter {
  /** How many requests may be under way now. */
  readonly limit: number;
  readonly ceiling: number;
  /**
   * Runs `task` when a place is free. `kind` makes times comparable; `outcomeOf` says how it went.
   * A `signal` that fires while waiting rejects with its reason, and the task never starts.
   */
  run<T>(task: () => Promise<T>, about: LimitedRequest<T>): Promise<T>;
}

export interface LimitedRequest<T> {
  readonly kind: string;
  readonly outcomeOf: (result: { value: T } | { error: unknown }) => RequestOutcome;
  readonly signal?: AbortSignal | undefined;
}

export interface AdaptiveLimiterOptions extends ConcurrencyOptions {
  /** Milliseconds; the default is the process's monotonic clock. */
  readonly now?: () => number;
}

export function createAdaptiveLimiter(options: AdaptiveLimiterOptions): AdaptiveLimiter {
  const now = options.now ?? (() => performance.now());
  const controller = createConcurrencyController(options);
  /** Each starts one waiting request. */
  const waiters: Array<() => void> = [];
  let timer: NodeJS.Timeout | undefined;

  function admit(): void {
    while (waiters.length > 0) {
      const waitMs = controller.waitMs(now());
      if (waitMs === undefined) return;
      if (waitMs > 0) return admitLater(waitMs);
      waiters.shift()?.();
    }
  }

  function admitLater(waitMs: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      admit();
    }, Math.ceil(waitMs));
  }

  function place(kind: string, signal: AbortSignal | undefined): Promise<ConcurrencyTicket> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const enter = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve(controller.start(now(), kind));
      };
      const giveUp = (): void => {
        waiters.splice(waiters.indexOf(enter), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      waiters.push(enter);
      admit();
    });
  }

  return {
    get limit() {
      return controller.limit;
    },
    ceiling: Math.max(1, Math.floor(options.ceiling)),
    async run(task, about) {
      const ticket = await place(about.kind, about.signal);
      const result = await task().then(
        value => ({ value }),
        (error: unknown) => ({ error }),
      );
      controller.finish(now(), ticket, about.outcomeOf(result));
      admit();
      if ('error' in result) throw result.error;
      return result.value;
    },
  };
}
