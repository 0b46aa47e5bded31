import type { Queryable } from '../queryable';

/** What the record says at a scrape. Each is one short statement. */

export interface RunTally {
  kind: string;
  endpoint: string;
  state: string;
  reason: string;
  runs: number;
  seconds: number;
}

/** Runs that ended since this was counted, purged ones too. */
export async function readRunTally(db: Queryable): Promise<RunTally[]> {
  const { rows } = await db.query<RunTally>('select kind, endpoint, state, reason, runs::float8 as runs, seconds from run_tally');
  return rows;
}

export interface ObjectTally {
  kind: string;
  action: string;
  result: string;
  objects: number;
}

/** Objects of NetBox that runs wrote, or that NetBox refused. */
export async function readObjectTally(db: Queryable): Promise<ObjectTally[]> {
  const { rows } = await db.query<ObjectTally>('select kind, action, result, objects::float8 as objects from object_tally');
  return rows;
}

export interface OpenRuns {
  kind: string;
  state: string;
  runs: number;
  /** Of the one that was asked for first. */
  oldestSeconds: number;
}

export async function readOpenRuns(db: Queryable): Promise<OpenRuns[]> {
  const { rows } = await db.query<OpenRuns>(
    `select kind, state, count(*)::float8 as runs, max(extract(epoch from now() - created_at))::float8 as "oldestSeconds"
       from run where state in ('pending', 'running') group by kind, state`,
  );
  return rows;
}

export interface EndpointRuns {
  endpoint: string;
  /** Unix time; null when there was none. */
  lastCompleteAt: number | null;
  /** Of the last run that ended. */
  lastSeconds: number | null;
}

/** Of the endpoints that are enabled. */
export async function readEndpointRuns(db: Queryable): Promise<EndpointRuns[]> {
  const { rows } = await db.query<EndpointRuns>(
    `select e.name as endpoint,
            (select extract(epoch from max(r.finished_at))::float8 from run r where r.endpoint_id = e.id and r.state = 'completed') as "lastCompleteAt",
            (select extract(epoch from r.finished_at - r.started_at)::float8 from run r
              where r.endpoint_id = e.id and r.finished_at is not null and r.started_at is not null
              order by r.finished_at desc limit 1) as "lastSeconds"
       from endpoint e where e.enabled`,
  );
  return rows;
}

/** The audit log has no gaps: its last number is how many rows it has. */
export async function countAuditRows(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select coalesce(max(seq), 0)::float8 as n from audit');
  return rows[0]?.n ?? 0;
}

export async function countDeliveries(db: Queryable): Promise<{ state: string; n: number }[]> {
  const { rows } = await db.query<{ state: string; n: number }>(
    'select state, count(*)::float8 as n from notification_delivery group by state',
  );
  return rows;
}

export interface DeletionTally {
  endpoint: string;
  state: string;
  requests: number;
  /** Age of the one that was opened first; for states that are open. */
  oldestSeconds: number;
}

/** Deletion requests by where they stand: also those that have ended, which are kept for good. */
export async function tallyDeletions(db: Queryable): Promise<DeletionTally[]> {
  const { rows } = await db.query<DeletionTally>(
    `select endpoint_name as endpoint, state, count(*)::float8 as requests, max(extract(epoch from now() - opened_at))::float8 as "oldestSeconds"
       from deletion_request group by endpoint_name, state`,
  );
  return rows;
}

/** Decisions of people about deletions that took effect. */
export async function tallyDecisions(db: Queryable): Promise<{ endpoint: string; verdict: string; decisions: number }[]> {
  const { rows } = await db.query<{ endpoint: string; verdict: string; decisions: number }>(
    `select r.endpoint_name as endpoint, d.verdict, count(*)::float8 as decisions from deletion_decision d
       join deletion_code c on c.decision_id = d.id join deletion_request r on r.id = d.request_id
      where c.used_at is not null group by r.endpoint_name, d.verdict`,
  );
  return rows;
}
