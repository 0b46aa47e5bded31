import type { Pool } from 'pg';
import { dropOldPartitions } from './purge-partitions';
import type { Queryable } from './queryable';

export interface PurgeRules {
  /** Runs with their plans and findings, and the history of schedules. */
  runDays: number;
  /** What runs read from Proxmox. */
  observationDays: number;
}

/** How much went, by what it was. */
export interface Purged {
  runs: number;
  firings: number;
  /** Plans of changes that nobody applied; those that were applied go with their run. */
  intentPlans: number;
  /** Days of plans, findings and observations. */
  partitions: number;
  /** Rows of days that hold something which is kept. */
  rows: number;
  /** Partitions that were in use; they go the next time. */
  busyPartitions: number;
  contents: number;
  sessions: number;
  loginFailures: number;
  idempotencyKeys: number;
}

/**
 * Purges what is older than the rules say, and what expired. Kept in any case: open runs, the last run and the last complete run of each
 * endpoint, and the runs that these belong to. The audit log has no rule. Safe to repeat, and to run twice at once.
 */
export async function purge(pool: Pick<Pool, 'query' | 'connect'>, { runDays, observationDays }: PurgeRules): Promise<Purged> {
  const open = await runIds(pool, `select id from run where state in ('pending', 'running')`);
  const kept = await runIds(pool, KEPT);
  const plans = await dropOldPartitions(pool, ['change', 'finding'], runDays, kept);
  const observations = await dropOldPartitions(pool, ['run_observation'], observationDays, open);
  const runs = await purgeRuns(pool, runDays, kept);
  const count = async (statement: string, values: unknown[] = []): Promise<number> =>
    (await pool.query(statement, values)).rowCount ?? 0;
  return {
    runs,
    firings: await count('delete from schedule_firing where fired_at < current_date - $1::integer', [runDays]),
    intentPlans: await count('delete from intent_plan where run_id is null and created_at < current_date - $1::integer', [
      runDays,
    ]),
    partitions: plans.dropped + observations.dropped,
    rows: plans.rows + observations.rows,
    busyPartitions: plans.busy + observations.busy,
    contents: await count(UNREFERENCED_CONTENTS),
    sessions: await count('delete from session where expires_at <= now()'),
    loginFailures: await count(`delete from login_failure where last_at < now() - interval '1 day'`),
    idempotencyKeys: await count(`delete from idempotency_key where created_at < now() - interval '1 day'`),
  };
}

const KEPT = `
  with last as (
    select (select id from run where endpoint_id = e.id and kind = 'endpoint-sync' order by created_at desc limit 1) as id from endpoint e
    union
    select (select id from run where endpoint_id = e.id and kind = 'endpoint-sync' and state = 'completed' order by created_at desc limit 1)
      from endpoint e
    union
    select id from run where state in ('pending', 'running')
  )
  select id from last where id is not null
  union
  select parent_id from run where id in (select id from last) and parent_id is not null`;

/** A content that was seen lately may belong to a run that has not referred to it yet. */
const UNREFERENCED_CONTENTS = `
  delete from observation_content c
   where last_seen < current_date - 1 and not exists (select from run_observation o where o.hash = c.hash)`;

async function runIds(db: Queryable, query: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(query);
  return rows.map(({ id }) => id);
}

/** A run stays while one that belongs to it does. */
async function purgeRuns(db: Queryable, days: number, kept: readonly string[]): Promise<number> {
  const { rowCount } = await db.query(
    `with old as (select id from run where created_at < current_date - $1::integer and id <> all($2::uuid[]))
     delete from run
      where id in (select id from old)
        and not exists (select from run child where child.parent_id = run.id and child.id not in (select id from old))`,
    [days, kept],
  );
  return rowCount ?? 0;
}
