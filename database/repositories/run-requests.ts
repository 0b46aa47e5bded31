import type { RunScope } from '../../domain/run';
import type { Queryable } from '../queryable';

/** What people do to runs. Every change of state asks for the state that it expects, so that only one of two can win. */

export interface FullSyncRequest {
  id: string;
  scope: RunScope;
  requestedBy: string;
  workflowId: string;
}

export async function insertFullSync(db: Queryable, { id, scope, requestedBy, workflowId }: FullSyncRequest): Promise<void> {
  await db.query(`insert into run (id, kind, scope, requested_by, workflow_id) values ($1, 'full-sync', $2, $3, $4)`, [
    id,
    JSON.stringify(scope),
    requestedBy,
    workflowId,
  ]);
}

/** Notes who accepted a plan that waits; false when it does not wait, or was accepted already. */
export async function confirmPlan(db: Queryable, runId: string, confirmedBy: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update run set confirmed_by = $2, confirmed_at = now()
      where id = $1 and kind = 'endpoint-sync' and state = 'awaiting_confirmation' and confirmed_at is null`,
    [runId, confirmedBy],
  );
  return rowCount === 1;
}

/**
 * Ends a run whose workflow could not be started, and gives back the confirmation that it stood for. False when its workflow has taken
 * the run over after all: only the answer to the start was lost.
 */
export async function failUnstarted(db: Queryable, runId: string, message: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `with failed as (
       update run set state = 'failed', reason = 'internal', message = $2, finished_at = now()
        where id = $1 and state = 'pending' returning id, scope ->> 'confirms' as confirms
     ), reopened as (
       update run set confirmed_by = null, confirmed_at = null from failed where run.id = failed.confirms::uuid
     )
     select id from failed`,
    [runId, message],
  );
  return rowCount === 1;
}

/** Ends a run that no workflow will end; does nothing to one that is in another state by now. */
export async function cancelRun(
  db: Queryable,
  runId: string,
  from: readonly ('pending' | 'running')[],
  message: string,
): Promise<void> {
  await db.query(`update run set state = 'cancelled', message = $3, finished_at = now() where id = $1 and state = any($2)`, [
    runId,
    from,
    message,
  ]);
}

/** Full syncs whose workflow may never have been started: the process that wrote the row ended before it could. */
export async function listPendingFullSyncs(db: Queryable): Promise<FullSyncRequest[]> {
  const { rows } = await db.query<{ id: string; scope: RunScope; requested_by: string; workflow_id: string }>(
    `select id, scope, requested_by, workflow_id from run where kind = 'full-sync' and state = 'pending' order by created_at`,
  );
  return rows.map(row => ({ id: row.id, scope: row.scope, requestedBy: row.requested_by, workflowId: row.workflow_id }));
}
