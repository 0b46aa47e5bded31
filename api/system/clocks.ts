import type { ApiDependencies } from '../dependencies';
import { taskQueues } from '../../workflows/names';

/** How far another clock is from this process's. */
export interface ClockSkew {
  /** Milliseconds by which the other clock is ahead; negative when it is behind. */
  ahead: number;
  /** The measurement is right to so many milliseconds: half of the time that the question took. Null: it is the least that it may be. */
  within: number | null;
}

/** PostgreSQL's clock against ours. Rejects when it does not answer. */
export async function databaseSkew({ database }: Pick<ApiDependencies, 'database'>): Promise<ClockSkew> {
  const asked = Date.now();
  const { rows } = await database.query<{ now: number }>('select extract(epoch from clock_timestamp())::float8 * 1000 as now');
  const answered = Date.now();
  return { ahead: (rows[0]?.now ?? answered) - (asked + answered) / 2, within: (answered - asked) / 2 };
}

/**
 * Temporal tells no time, but when it last heard of a worker: if that is in our future, its clock is ahead by no less than that. Undefined where no
 * worker asked lately, and where nothing is seen.
 */
export async function temporalSkew({ temporal }: Pick<ApiDependencies, 'temporal'>): Promise<ClockSkew | undefined> {
  const heard = await Promise.all(Object.values(taskQueues).map(queue => temporal.lastPoll(queue)));
  const latest = Math.max(...heard.map(moment => moment?.getTime() ?? 0));
  return latest === 0 ? undefined : { ahead: Math.max(0, latest - Date.now()), within: null };
}
