/**
 * How many requests may be under way at once, found by measuring. Pure: the clock is the caller's, nothing waits here.
 *
 * The measure is **speed**: seconds of work done per second of wall time, where a request's work is what it cost at best
 * (the lowest time per unit ever seen for its kind). One request after another gives 1; a server with two free cores gives 2 whatever
 * the number of requests, once that number is 2 or more. Mixed kinds and sizes therefore compare.
 *
 * - Starts at `start`; after a window of answers in which the limit was reached, one more is tried as long as the last rise paid.
 * - A rise that did not pay is taken back, and the next attempt waits for `holdWindows` windows.
 * - Answers that take longer while the speed falls halve the limit; so does every sign of overload (429, 5xx, a timeout),
 *   but only once for the requests that were already under way.
 * - `Retry-After` closes the door until its time has passed.
 */
export interface ConcurrencyController {
  readonly limit: number;
  readonly inFlight: number;
  /** Milliseconds until a request may start; 0 now; undefined when a running one must end first. */
  waitMs(now: number): number | undefined;
  /** Call when a request starts; hand the ticket back with how it went. */
  start(now: number, kind: string): ConcurrencyTicket;
  finish(now: number, ticket: ConcurrencyTicket, outcome: RequestOutcome): void;
}

export interface ConcurrencyTicket {
  readonly kind: string;
  readonly startedAt: number;
  readonly generation: number;
}

/** `units`: rows read or objects written. `overload`: 429, 5xx or no answer in time. `ignored`: says nothing about the server's load (refused locally, aborted). */
export type RequestOutcome =
  | { readonly kind: 'answered'; readonly units: number }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'overload'; readonly retryAfterMs?: number | undefined };

export interface ConcurrencyOptions {
  readonly ceiling: number;
  readonly start?: number;
  /** A rise has paid when the speed grew by this share. */
  readonly minGain?: number;
  readonly holdWindows?: number;
  /** Work may take this many times what it took at best, per running request, before that counts as climbing latency. */
  readonly latencyTolerance?: number;
}

interface Window {
  readonly openedAt: number;
  /** Milliseconds in which nothing was under way: they say nothing about the server. */
  idle: number;
  answers: number;
  /** Milliseconds that the window's answers would have taken at best. */
  work: number;
  /** Milliseconds that they took. */
  spent: number;
  limitReached: boolean;
}

export function createConcurrencyController(options: ConcurrencyOptions): ConcurrencyController {
  const ceiling = Math.max(1, Math.floor(options.ceiling));
  const minGain = options.minGain ?? 0.1;
  const holdWindows = options.holdWindows ?? 8;
  const latencyTolerance = options.latencyTolerance ?? 2;
  /** Lowest milliseconds per unit seen, by kind and order of size: a request has a price of its own, whatever it carries. */
  const best = new Map<string, number>();

  let limit = Math.min(ceiling, Math.max(1, options.start ?? 2));
  let inFlight = 0;
  let closedUntil = 0;
  let generation = 0;
  let idleSince: number | undefined;
  let hold = 0;
  let window: Window | undefined;
  /** Speed of the window before the limit last rose: what the rise must beat. */
  let beforeRise: number | undefined;
  /** Speed of the last full window at an unchanged limit. */
  let steady: number | undefined;

  function halve(now: number): void {
    limit = Math.max(1, Math.floor(limit / 2));
    generation += 1;
    hold = holdWindows;
    beforeRise = undefined;
    steady = undefined;
    window = openWindow(now);
  }

  function judge(now: number, full: Window): void {
    window = openWindow(now);
    const elapsed = now - full.openedAt - full.idle;
    if (elapsed <= 0 || full.work <= 0) return;
    const speed = full.work / elapsed;
    const slowness = full.spent / full.work;

    if (beforeRise !== undefined) {
      const paid = speed >= beforeRise * (1 + minGain);
      beforeRise = undefined;
      if (!paid) {
        limit = Math.max(1, limit - 1);
        hold = holdWindows;
        steady = undefined;
        return;
      }
    } else if (steady !== undefined && slowness > latencyTolerance * limit && speed < steady * (1 - minGain)) {
      halve(now);
      return;
    }
    steady = speed;
    if (hold > 0) hold -= 1;
    else if (full.limitReached && limit < ceiling) {
      beforeRise = speed;
      limit += 1;
    }
  }

  return {
    get limit() {
      return limit;
    },
    get inFlight() {
      return inFlight;
    },
    waitMs(now) {
      if (inFlight >= limit) return undefined;
      return Math.max(0, closedUntil - now);
    },
    start(now, kind) {
      inFlight += 1;
      window ??= openWindow(now);
      if (idleSince !== undefined) window.idle += now - Math.max(idleSince, window.openedAt);
      idleSince = undefined;
      if (inFlight >= limit) window.limitReached = true;
      return { kind, startedAt: now, generation };
    },
    finish(now, ticket, outcome) {
      inFlight -= 1;
      if (inFlight === 0) idleSince = now;
      if (outcome.kind === 'overload') {
        closedUntil = Math.max(closedUntil, now + (outcome.retryAfterMs ?? 0));
        if (ticket.generation === generation) halve(now);
        return;
      }
      if (outcome.kind === 'ignored' || window === undefined) return;
      const took = Math.max(1, now - ticket.startedAt);
      const units = Math.max(1, outcome.units);
      const size = `${ticket.kind} ${Math.floor(Math.log2(units))}`;
      const lowest = Math.min(best.get(size) ?? Infinity, took / units);
      best.set(size, lowest);
      window.answers += 1;
      window.work += lowest * units;
      window.spent += took;
      if (window.answers >= 2 * limit) judge(now, window);
    },
  };
}

function openWindow(now: number): Window {
  return { openedAt: now, idle: 0, answers: 0, work: 0, spent: 0, limitReached: false };
}
