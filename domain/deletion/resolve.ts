/** One look at a guest after a DELETE whose answer, or whose task's id, was lost. */
export interface DestroyReading {
  /** Milliseconds, on any one clock. */
  readonly at: number;
  /** Read with a credential that would see it. Null: it could not be read, which says nothing. */
  readonly exists: boolean | null;
  /** Tasks of this VMID that run. */
  readonly runningTasks: readonly string[];
  /** The destroy task's own end, where it was found: `OK`, or the error. */
  readonly destroyEnded: string | null;
}

export type DestroyResolved =
  | { is: 'wait' }
  | { is: 'gone' }
  /** The task has ended with an error, and the guest is there. */
  | { is: 'refused'; message: string }
  /** Nothing came of it in time: protect the guest, since a late DELETE is refused then, and tell a person. */
  | { is: 'protect' }
  | { is: 'unknown' };

/** How long nothing must have happened: a DELETE may be carried out long after its answer was lost. */
export const destroyQuietMs = 600_000;

/**
 * What readings, oldest first, say of a DELETE that was sent once. It is never sent again, whatever they say.
 * @param sentAt on the clock of the readings.
 */
export function judgeDestroy(
  readings: readonly DestroyReading[],
  sentAt: number,
  boundMs: number,
  quietMs = destroyQuietMs,
): DestroyResolved {
  const last = readings.at(-1);
  if (!last) return { is: 'wait' };
  if (last.exists === false && last.runningTasks.length === 0) return { is: 'gone' };
  const ended = readings.findLast(reading => reading.destroyEnded !== null)?.destroyEnded ?? null;
  const failed = ended !== null && ended !== 'OK' && !ended.startsWith('WARNINGS');
  if (failed && last.exists === true && last.runningTasks.length === 0) return { is: 'refused', message: ended };
  if (last.exists === true && last.runningTasks.length === 0 && last.at - quietSince(readings, sentAt) >= quietMs)
    return { is: 'protect' };
  return last.at - sentAt >= boundMs ? { is: 'unknown' } : { is: 'wait' };
}

function quietSince(readings: readonly DestroyReading[], sentAt: number): number {
  const busy = readings.findLast(reading => reading.exists !== true || reading.runningTasks.length > 0);
  return Math.max(sentAt, busy?.at ?? sentAt);
}
