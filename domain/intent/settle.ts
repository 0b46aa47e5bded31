import type { GuestKind } from '../proxmox/guest-config';
import { isThere, type GuestOutcome, type WantedValue } from './outcome';

/** One look at a guest after a write whose answer was lost, or failed. */
export interface Reading {
  /** Milliseconds, on any one clock. */
  readonly at: number;
  /** Null: the guest does not exist. Absent: it could not be read, which says nothing. */
  readonly configDigest?: string | null;
  /** The current configuration, without what is pending. */
  readonly config: Readonly<Record<string, string>>;
  /** Keys that wait for the next start. */
  readonly pendingKeys: readonly string[];
  /** Tasks of this guest that run. */
  readonly runningTasks: readonly string[];
}

export interface SettleBounds {
  /** How long nothing must have moved. A write that was answered 596 was applied when the daemon came back (Proxmox VE 9.2, measured): no less than its 30 seconds. */
  readonly quietMs: number;
  /** After which nobody waits any longer. */
  readonly boundMs: number;
}

export const defaultBounds: SettleBounds = { quietMs: 45_000, boundMs: 300_000 };

export type Settled =
  | { is: 'wait' }
  | {
      is: 'settled';
      /** Wanted values that are there. */
      stuck: readonly string[];
      /** Wanted values that are stored and wait for the next start. */
      pending: readonly string[];
      missing: readonly string[];
      configDigest: string | null;
    }
  | { is: 'unknown'; because: 'unreadable' | 'tasks-running' | 'still-changing' };

/**
 * What successive readings, oldest first, say of a write whose outcome is open: one read proves nothing, so it is settled when no task ran and the
 * configuration stood still for a while. Everything there already settles at once: nothing can come that is not wanted.
 * @param sentAt when the write was sent, on the clock of the readings.
 */
export function judgeReadings(
  readings: readonly Reading[],
  wanted: readonly WantedValue[],
  kind: GuestKind,
  sentAt: number,
  bounds = defaultBounds,
): Settled {
  const known = readings.filter(
    (reading): reading is Reading & { configDigest: string | null } => reading.configDigest !== undefined,
  );
  const last = known.at(-1);
  // Whoever comes after a worker that was away for long has looked for no time at all.
  const begun = Math.max(readings[0]?.at ?? sentAt, sentAt);
  const late = (readings.at(-1)?.at ?? sentAt) - begun >= bounds.boundMs;
  if (!last) return late ? { is: 'unknown', because: 'unreadable' } : { is: 'wait' };
  const result = compare(last, wanted, kind);
  if (last.runningTasks.length === 0 && wanted.length > 0 && result.missing.length + result.pending.length === 0) return result;
  const since = quietSince(known);
  if (since !== null && last.at - Math.max(since, sentAt) >= bounds.quietMs) return result;
  if (!late) return { is: 'wait' };
  return {
    is: 'unknown',
    because: readings.at(-1) !== last ? 'unreadable' : last.runningTasks.length > 0 ? 'tasks-running' : 'still-changing',
  };
}

function compare(
  reading: Reading & { configDigest: string | null },
  wanted: readonly WantedValue[],
  kind: GuestKind,
): Settled & { is: 'settled' } {
  const there = wanted.filter(value => reading.configDigest !== null && isThere(value, kind, reading.config));
  const open = wanted.filter(value => !there.includes(value));
  const pending = open.filter(({ key }) => reading.pendingKeys.includes(key));
  return {
    is: 'settled',
    stuck: there.map(({ key }) => key),
    pending: pending.map(({ key }) => key),
    missing: open.filter(value => !pending.includes(value)).map(({ key }) => key),
    configDigest: reading.configDigest,
  };
}

/** Since when the last readings are all alike and no task runs; null when the last one is busy. */
function quietSince(readings: readonly Reading[]): number | null {
  const last = readings.at(-1);
  if (!last || last.runningTasks.length > 0) return null;
  let since = last.at;
  for (const reading of [...readings].reverse()) {
    if (reading.runningTasks.length > 0 || reading.configDigest !== last.configDigest) break;
    since = reading.at;
  }
  return since;
}

/** How a change ended whose write failed or whose answer was lost, once reading has told what became of it. */
export function outcomeOf(settled: Settled & { is: 'settled' | 'unknown' }): GuestOutcome {
  if (settled.is === 'unknown') return 'unknown_outcome';
  const open = settled.missing.length + settled.pending.length;
  if (open === 0) return 'applied';
  return settled.stuck.length + settled.pending.length > 0 ? 'partly_applied' : 'failed';
}
