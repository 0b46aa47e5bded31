import type { RunReason, RunScope, RunState } from '../../domain/run';
import type { Queryable } from '../queryable';

/** What the workflows' activities do to runs. Every change of state names the states that it may leave. */

export interface RunRecord {
  id: string;
  kind: 'full-sync' | 'endpoint-sync' | 'intent-apply';
  parentId: string | null;
  endpointId: string | null;
  scope: RunScope;
  requestedBy: string;
  state: RunState;
  reason: RunReason | null;
  message: string | null;
  counts: Record<string, number>;
}

interface Row {
  id: string;
  kind: RunRecord['kind'];
  parent_id: string | null;
  endpoint_id: string | null;
  scope: RunScope;
  requested_by: string;
  state: RunState;
  reason: RunReason | null;
  message: string | null;
  counts: Record<string, number>;
}

const columns = 'id, kind, parent_id, endpoint_id, scope, requested_by, state, reason, message, counts';

const toRecord = (row: Row): RunRecord => ({
  id: row.id,
  kind: row.kind,
  parentId: row.parent_id,
  endpointId: row.endpoint_id,
  scope: row.scope,
  requestedBy: row.requested_by,
  state: row.state,
  reason: row.reason,
  message: row.message,
  counts: row.counts,
});

export async function findRun(db: Queryable, id: string): Promise<RunRecord | undefined> {
  const { rows } = await db.query<Row>(`select ${columns} from run where id = $1`, [id]);
  return rows[0] && toRecord(rows[0]);
}

/** The child's id is derived by the caller from parent and endpoint, so that a repeated attempt opens the same run. */
export async function openChildRun(
  db: Queryable,
  child: { id: string; parent: Pick<RunRecord, 'id' | 'scope' | 'requestedBy'>; endpointId: string; workflowId: string },
): Promise<void> {
  await db.query(
    `insert into run (id, kind, parent_id, endpoint_id, scope, requested_by, workflow_id)
     values ($1, 'endpoint-sync', $2, $3, $4, $5, $6) on conflict (id) do nothing`,
    [child.id, child.parent.id, child.endpointId, JSON.stringify(child.parent.scope), child.parent.requestedBy, child.workflowId],
  );
}

/** False when the run has ended: its workflow has nothing to do any more. */
export async function startRun(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update run set state = 'running', started_at = coalesce(started_at, now()) where id = $1 and state in ('pending', 'running')`,
    [id],
  );
  return rowCount === 1;
}

export async function setPhase(db: Queryable, id: string, phase: string): Promise<void> {
  await db.query(`update run set phase = $2 where id = $1 and state = 'running'`, [id, phase]);
}

export async function addCounts(db: Queryable, id: string, counts: Record<string, number>): Promise<void> {
  await db.query(`update run set counts = counts || $2 where id = $1`, [id, JSON.stringify(counts)]);
}

export async function addReport(db: Queryable, id: string, report: Record<string, unknown>): Promise<void> {
  await db.query(`update run set report = report || $2 where id = $1`, [id, JSON.stringify(report)]);
}

export interface RunEnd {
  state: Exclude<RunState, 'pending' | 'running'>;
  reason?: RunReason;
  message?: string;
  planDigest?: string;
}

/** Ends a run once; the first end stays. */
export async function endRun(db: Queryable, id: string, end: RunEnd): Promise<void> {
  await db.query(
    `update run set state = $2, reason = $3, message = $4, plan_digest = coalesce($5, plan_digest), phase = null,
       started_at = coalesce(started_at, now()), finished_at = now()
     where id = $1 and state in ('pending', 'running')`,
    [id, end.state, end.reason ?? null, end.message ?? null, end.planDigest ?? null],
  );
}

export async function setNetBoxVersion(db: Queryable, id: string, version: string): Promise<void> {
  await db.query(`update run set netbox_version = $2 where id = $1`, [id, version]);
}

export async function listChildren(db: Queryable, parentId: string): Promise<(RunRecord & { endpointName: string | null })[]> {
  const { rows } = await db.query<Row & { endpoint_name: string | null }>(
    `select ${columns
      .split(', ')
      .map(column => `r.${column}`)
      .join(', ')}, e.name as endpoint_name
     from run r left join endpoint e on e.id = r.endpoint_id where r.parent_id = $1 order by e.name`,
    [parentId],
  );
  return rows.map(row => ({ ...toRecord(row), endpointName: row.endpoint_name }));
}

/** The open run that holds an endpoint's sync, when there is one. */
export async function findOpenSync(db: Queryable, endpointId: string): Promise<RunRecord | undefined> {
  const { rows } = await db.query<Row>(
    `select ${columns} from run where endpoint_id = $1 and kind = 'endpoint-sync' and state = 'running' order by started_at limit 1`,
    [endpointId],
  );
  return rows[0] && toRecord(rows[0]);
}

export async function ensurePartitions(db: Queryable): Promise<void> {
  await db.query(`select ensure_run_partitions(current_date - 1, 4)`);
}

/** Ends runs of an endpoint whose workflow is gone, e.g. terminated: whoever calls this holds the endpoint's lock. */
export async function endOrphans(db: Queryable, endpointId: string, exceptRunId: string): Promise<void> {
  await db.query(
    `update run set state = 'failed', reason = 'internal', phase = null, finished_at = now(),
       message = 'Its workflow was terminated before the run ended.'
     where endpoint_id = $1 and kind = 'endpoint-sync' and state = 'running' and id <> $2`,
    [endpointId, exceptRunId],
  );
}
