import type { RunReason, RunScope, RunState } from '../../domain/run';
import type { FiringResult } from '../../domain/schedules/schedule';
import type { Queryable } from '../queryable';

/** What came of one time that a schedule was due. */
export interface Firing {
  scheduleId: string;
  result: FiringResult;
  message: string | null;
  /** The sync that was started; its fields are null when it was purged since. */
  run: { id: string; state: RunState | null; reason: RunReason | null; message: string | null } | null;
  /** When it was due, with the jitter. */
  dueAt: Date | null;
  firedAt: Date;
}

interface FiringRow {
  schedule_id: string;
  result: FiringResult;
  message: string | null;
  run_id: string | null;
  run_state: RunState | null;
  run_reason: RunReason | null;
  run_message: string | null;
  due_at: Date | null;
  fired_at: Date;
}

/** The last firings of each schedule, from the newest on. */
export async function listFirings(db: Queryable, scheduleIds: readonly string[], limit: number): Promise<Firing[]> {
  const { rows } = await db.query<FiringRow>(
    `select f.schedule_id, f.result, f.message, f.run_id, r.state as run_state, r.reason as run_reason, r.message as run_message,
            f.due_at, f.fired_at
       from unnest($1::uuid[]) as wanted (id)
       cross join lateral (select * from schedule_firing where schedule_id = wanted.id order by fired_at desc limit $2) as f
       left join run r on r.id = f.run_id
      order by f.fired_at desc`,
    [scheduleIds, limit],
  );
  return rows.map(row => ({
    scheduleId: row.schedule_id,
    result: row.result,
    message: row.message,
    run: row.run_id === null ? null : { id: row.run_id, state: row.run_state, reason: row.run_reason, message: row.run_message },
    dueAt: row.due_at,
    firedAt: row.fired_at,
  }));
}

/** What an execution decided already. */
export async function findFiring(
  db: Queryable,
  execution: string,
): Promise<{ result: FiringResult; runId: string | null; message: string | null } | undefined> {
  const { rows } = await db.query<{ result: FiringResult; runId: string | null; message: string | null }>(
    `select result, run_id as "runId", message from schedule_firing where execution = $1`,
    [execution],
  );
  return rows[0];
}

export interface NewFiring {
  execution: string;
  scheduleId: string;
  workflowId: string;
  dueAt: string | null;
  result: FiringResult;
  runId: string | null;
  message: string | null;
}

export async function insertFiring(db: Queryable, firing: NewFiring): Promise<void> {
  await db.query(
    `insert into schedule_firing (execution, schedule_id, workflow_id, due_at, result, run_id, message)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [firing.execution, firing.scheduleId, firing.workflowId, firing.dueAt, firing.result, firing.runId, firing.message],
  );
}

/** Whether the audit log has what an execution decided. */
export async function isFiringAudited(
  db: Queryable,
  { scheduleId, execution }: Pick<NewFiring, 'scheduleId' | 'execution'>,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from audit where action = 'schedule.fire' and object_id = $1 and detail ->> 'execution' = $2`,
    [scheduleId, execution],
  );
  return rowCount !== 0;
}

/** Full syncs that have not ended. */
export async function listOpenFullSyncs(db: Queryable): Promise<{ id: string; scope: RunScope }[]> {
  const { rows } = await db.query<{ id: string; scope: RunScope }>(
    `select id, scope from run where kind = 'full-sync' and state in ('pending', 'running') order by created_at`,
  );
  return rows;
}
