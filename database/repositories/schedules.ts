import type { Schedule, ScheduleFields } from '../../domain/schedules/schedule';
import type { Queryable } from '../queryable';

const COLUMNS = `id, name, owner_id as "ownerId", cron, every_seconds as "everySeconds", offset_seconds as "offsetSeconds",
  time_zone as "timeZone", jitter_seconds as "jitterSeconds", overlap, catch_up_seconds as "catchUpSeconds",
  pause_on_failure as "pauseOnFailure", paused, note, dry_run as "dryRun", endpoint_ids as endpoints, kinds, version,
  created_at as "createdAt", updated_at as "updatedAt"`;

export async function listSchedules(db: Queryable): Promise<Schedule[]> {
  const { rows } = await db.query<Schedule>(`select ${COLUMNS} from schedule order by lower(name)`);
  return rows;
}

export async function findSchedule(db: Queryable, id: string): Promise<Schedule | undefined> {
  const { rows } = await db.query<Schedule>(`select ${COLUMNS} from schedule where id = $1`, [id]);
  return rows[0];
}

/** The schedule, which nobody else changes until the transaction ends. */
export async function lockSchedule(db: Queryable, id: string): Promise<Schedule | undefined> {
  const { rows } = await db.query<Schedule>(`select ${COLUMNS} from schedule where id = $1 for update`, [id]);
  return rows[0];
}

/** Unique violation of `schedule_name_key` when the name is taken, in whatever case. */
export async function insertSchedule(db: Queryable, id: string, fields: ScheduleFields): Promise<Schedule> {
  const { rows } = await db.query<Schedule>(
    `insert into schedule (id, name, owner_id, cron, every_seconds, offset_seconds, time_zone, jitter_seconds, overlap, catch_up_seconds,
       pause_on_failure, paused, note, dry_run, endpoint_ids, kinds)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning ${COLUMNS}`,
    [id, ...valuesOf(fields)],
  );
  return only(rows);
}

/** Unique violation of `schedule_name_key` when the name is taken, in whatever case. */
export async function updateSchedule(db: Queryable, id: string, fields: ScheduleFields): Promise<Schedule> {
  const { rows } = await db.query<Schedule>(
    `update schedule set name = $2, owner_id = $3, cron = $4, every_seconds = $5, offset_seconds = $6, time_zone = $7,
       jitter_seconds = $8, overlap = $9, catch_up_seconds = $10, pause_on_failure = $11, paused = $12, note = $13, dry_run = $14,
       endpoint_ids = $15, kinds = $16, version = version + 1, updated_at = now()
     where id = $1 returning ${COLUMNS}`,
    [id, ...valuesOf(fields)],
  );
  return only(rows);
}

/** Deletes the schedule with its history. The runs that it started stay. */
export async function deleteSchedule(db: Queryable, id: string): Promise<void> {
  await db.query('delete from schedule where id = $1', [id]);
}

const valuesOf = (fields: ScheduleFields): unknown[] => [
  fields.name,
  fields.ownerId,
  fields.cron,
  fields.everySeconds,
  fields.offsetSeconds,
  fields.timeZone,
  fields.jitterSeconds,
  fields.overlap,
  fields.catchUpSeconds,
  fields.pauseOnFailure,
  fields.paused,
  fields.note,
  fields.dryRun,
  fields.endpoints,
  fields.kinds,
];

function only(rows: Schedule[]): Schedule {
  const [row] = rows;
  if (row === undefined) throw new Error('The schedule is gone: lock it before changing it.');
  return row;
}
