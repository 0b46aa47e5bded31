import { listSchedules } from '../../database/repositories/schedules';
import type { Auditor } from '../audit/auditor';
import type { ApiDependencies } from '../dependencies';
import { followSchedule } from './follow';

export interface ScheduleKeeperOptions extends Pick<ApiDependencies, 'database' | 'temporal' | 'log'> {
  audit: Auditor;
  /** Milliseconds from one time to the next. */
  every?: number;
}

export interface ScheduleKeeper {
  stop(): Promise<void>;
}

const FIVE_MINUTES_MS = 5 * 60 * 1_000;

/**
 * Keeps Temporal's Schedules as the rows say, from the start on: whatever became of Temporal or of its database, what is due will fire. Several
 * processes may do so at once.
 */
export function keepSchedules({ audit, every = FIVE_MINUTES_MS, ...needs }: ScheduleKeeperOptions): ScheduleKeeper {
  let keeping: Promise<void> = Promise.resolve();
  const keepNext = (): void => {
    keeping = keeping
      .then(() => keepOnce(needs, audit))
      .catch((error: unknown) => needs.log.warn({ err: error }, 'schedules could not be compared with Temporal'));
  };
  keepNext();
  const timer = setInterval(keepNext, every);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return keeping;
    },
  };
}

async function keepOnce(needs: Pick<ApiDependencies, 'database' | 'temporal'>, audit: Auditor): Promise<void> {
  await needs.temporal.schedules.ensureRetention();
  for (const schedule of await listSchedules(needs.database)) await followSchedule(needs, audit, schedule);
}
