import type { RunScope } from '../../../domain/run';
import type { Queryable } from '../../queryable';

export interface IntentRunRequest {
  id: string;
  /** What is known of its endpoints when it is asked for; a branch's are found when it is planned. */
  scope: RunScope;
  requestedBy: string;
  workflowId: string;
}

/** False when there is such a run already: a merge has one run, however often it is heard of. */
export async function insertIntentRun(db: Queryable, { id, scope, requestedBy, workflowId }: IntentRunRequest): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into run (id, kind, scope, requested_by, workflow_id) values ($1, 'intent-apply', $2, $3, $4) on conflict (id) do nothing`,
    [id, JSON.stringify(scope), requestedBy, workflowId],
  );
  return rowCount === 1;
}

export async function listPendingIntentRuns(db: Queryable): Promise<IntentRunRequest[]> {
  const { rows } = await db.query<IntentRunRequest>(
    `select id, scope, requested_by as "requestedBy", workflow_id as "workflowId" from run
      where kind = 'intent-apply' and state = 'pending' order by created_at`,
  );
  return rows;
}

/** Those that are neither ended nor as young as that. */
export async function listOpenIntentRuns(db: Queryable, youngSeconds: number): Promise<IntentRunRequest[]> {
  const { rows } = await db.query<IntentRunRequest>(
    `select id, scope, requested_by as "requestedBy", workflow_id as "workflowId" from run
      where kind = 'intent-apply' and state in ('pending', 'running') and created_at < now() - make_interval(secs => $1) order by created_at`,
    [youngSeconds],
  );
  return rows;
}

/** The endpoints that the run turned out to be about: who may see it follows from them. */
export async function setRunEndpoints(db: Queryable, runId: string, endpointIds: readonly string[]): Promise<void> {
  await db.query(`update run set scope = scope || jsonb_build_object('endpoints', $2::jsonb) where id = $1`, [
    runId,
    JSON.stringify(endpointIds),
  ]);
}
