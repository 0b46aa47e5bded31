import { inTransaction } from '../../database/queryable';
import { lockSchedule, updateSchedule } from '../../database/repositories/schedules';
import type { Schedule } from '../../domain/schedules/schedule';
import { system } from '../audit/audit-requests';
import type { Auditor } from '../audit/auditor';
import type { ApiDependencies } from '../dependencies';
import type { TemporalSchedule } from './temporal-schedules';

export interface FollowedSchedule {
  schedule: Schedule;
  /** What Temporal knows of it; undefined when it was asked for and is not there yet. */
  known: TemporalSchedule | undefined;
}

type Needs = Pick<ApiDependencies, 'database' | 'temporal'>;

/**
 * Brings the row and Temporal's Schedule together again. One that Temporal lost, or knows in an older version, is made from the row; that it was
 * paused or resumed in Temporal, by its pause-on-failure or by an operator, goes into the row.
 * @throws TemporalUnavailableError
 */
export async function followSchedule(needs: Needs, audit: Auditor, schedule: Schedule): Promise<FollowedSchedule> {
  const { schedules } = needs.temporal;
  const known = await schedules.find(schedule.id);
  if (known?.version === schedule.version && agree(known, schedule)) return { schedule, known };
  const current = known?.version === schedule.version ? await adopt(needs, audit, schedule, known) : schedule;
  await schedules.put(current);
  return { schedule: current, known: await schedules.find(schedule.id) };
}

const agree = (known: TemporalSchedule, { paused, note }: Schedule): boolean => known.paused === paused && known.note === note;

/** Nothing when somebody changed the row meanwhile: then the row counts. */
async function adopt(
  { database }: Needs,
  audit: Auditor,
  { id, name, version }: Schedule,
  { paused, note }: TemporalSchedule,
): Promise<Schedule> {
  return inTransaction(database, async db => {
    const row = await lockSchedule(db, id);
    if (row === undefined) throw new Error(`The schedule ${name} was deleted meanwhile.`);
    if (row.version !== version) return row;
    const after = await updateSchedule(db, id, { ...row, paused, note });
    const action = paused ? 'schedule.pause' : 'schedule.resume';
    const effect = { action, object: { type: 'schedule', id }, detail: { name, note, by: 'Temporal' } } as const;
    await audit.event(effect, 'succeeded', system);
    return after;
  });
}
