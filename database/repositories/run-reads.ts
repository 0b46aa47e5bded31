import type { EndpointSet } from '../../domain/people/rights';
import type { RunReason, RunScope, RunState } from '../../domain/run';
import type { Queryable } from '../queryable';

export type RunKind = 'full-sync' | 'endpoint-sync' | 'intent-apply';

/** A run as people and programs read it. */
export interface RunRead {
  id: string;
  kind: RunKind;
  parentId: string | null;
  /** Null for a run of several endpoints; its name is null when the endpoint was deleted since. */
  endpoint: { id: string; name: string | null } | null;
  scope: RunScope;
  requestedBy: string;
  state: RunState;
  phase: string | null;
  reason: RunReason | null;
  message: string | null;
  workflowId: string;
  netboxVersion: string | null;
  planDigest: string | null;
  confirmedBy: string | null;
  confirmedAt: Date | null;
  counts: Record<string, unknown>;
  report: Record<string, unknown>;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** The last run of a page: the next one starts after it. The time is text, since a `Date` would lose its microseconds. */
export interface RunCursor {
  createdAt: string;
  id: string;
}

export interface RunFilter {
  state?: RunState | undefined;
  kind?: RunKind | undefined;
  /** Id or name. */
  endpoint?: string | undefined;
  /** Only runs that cover nothing but these endpoints. */
  on: EndpointSet;
}

export interface RunPage {
  runs: RunRead[];
  /** Undefined on the last page. */
  next: RunCursor | undefined;
}

interface RunRow {
  id: string;
  kind: RunKind;
  parent_id: string | null;
  endpoint_id: string | null;
  endpoint_name: string | null;
  scope: RunScope;
  requested_by: string;
  state: RunState;
  phase: string | null;
  reason: RunReason | null;
  message: string | null;
  workflow_id: string;
  netbox_version: string | null;
  plan_digest: string | null;
  confirmed_by: string | null;
  confirmed_at: Date | null;
  counts: Record<string, unknown>;
  report: Record<string, unknown>;
  created_at: Date;
  created_at_text: string;
  started_at: Date | null;
  finished_at: Date | null;
}

const SELECT = `select r.id, r.kind, r.parent_id, r.endpoint_id, e.name as endpoint_name, r.scope, r.requested_by, r.state, r.phase, r.reason,
    r.message, r.workflow_id, r.netbox_version, r.plan_digest, r.confirmed_by, r.confirmed_at, r.counts, r.report, r.created_at,
    to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at_text, r.started_at, r.finished_at
  from run r left join endpoint e on e.id = r.endpoint_id`;

/** Runs from the newest on. */
export async function listRuns(
  db: Queryable,
  filter: RunFilter,
  { after, limit }: { after: RunCursor | undefined; limit: number },
): Promise<RunPage> {
  const { rows } = await db.query<RunRow>(
    `${SELECT}
     where ($1::text is null or r.state = $1) and ($2::text is null or r.kind = $2)
       and ($3::text is null or r.endpoint_id::text = lower($3) or lower(e.name) = lower($3))
       and ($4::timestamptz is null or r.created_at < $4 or (r.created_at = $4 and r.id > $5::uuid))
       and ($7::text[] is null
            or case when r.endpoint_id is null then r.scope -> 'endpoints' <@ to_jsonb($7) else r.endpoint_id::text = any($7) end)
     order by r.created_at desc, r.id limit $6`,
    [filter.state, filter.kind, filter.endpoint, after?.createdAt, after?.id, limit + 1, filter.on === 'all' ? null : filter.on],
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    runs: rows.slice(0, limit).map(toRun),
    next: last && { createdAt: last.created_at_text, id: last.id },
  };
}

const MOST_ACTIVE = 100;

/** Runs that have not ended, the oldest first, of what covers nothing but these endpoints; a hundred at most. */
export async function listActiveRuns(db: Queryable, on: EndpointSet): Promise<RunRead[]> {
  const { rows } = await db.query<RunRow>(
    `${SELECT}
     where r.state in ('pending', 'running')
       and ($1::text[] is null
            or case when r.endpoint_id is null then r.scope -> 'endpoints' <@ to_jsonb($1) else r.endpoint_id::text = any($1) end)
     order by r.created_at, r.id limit ${MOST_ACTIVE}`,
    [on === 'all' ? null : on],
  );
  return rows.map(toRun);
}

export async function findRun(db: Queryable, id: string): Promise<RunRead | undefined> {
  const { rows } = await db.query<RunRow>(`${SELECT} where r.id = $1`, [id]);
  return rows.map(toRun)[0];
}

/** The runs of single endpoints that a full sync started, in order of the endpoints' names. */
export async function listChildren(db: Queryable, parentId: string): Promise<RunRead[]> {
  const { rows } = await db.query<RunRow>(`${SELECT} where r.parent_id = $1 order by lower(e.name), r.id`, [parentId]);
  return rows.map(toRun);
}

const toRun = (row: RunRow): RunRead => ({
  id: row.id,
  kind: row.kind,
  parentId: row.parent_id,
  endpoint: row.endpoint_id === null ? null : { id: row.endpoint_id, name: row.endpoint_name },
  scope: row.scope,
  requestedBy: row.requested_by,
  state: row.state,
  phase: row.phase,
  reason: row.reason,
  message: row.message,
  workflowId: row.workflow_id,
  netboxVersion: row.netbox_version,
  planDigest: row.plan_digest,
  confirmedBy: row.confirmed_by,
  confirmedAt: row.confirmed_at,
  counts: row.counts,
  report: row.report,
  createdAt: row.created_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
});
