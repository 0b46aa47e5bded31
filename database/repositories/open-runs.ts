import type { OpenRun } from '../../domain/lost-runs';
import type { RunScope } from '../../domain/run';
import type { Queryable } from '../queryable';

/** An open run with what it takes to look for its workflow, or to start it. */
export interface OpenRunRecord extends OpenRun {
  workflowId: string;
  scope: RunScope;
  requestedBy: string;
}

/** A run that was asked for a moment ago is being started by whoever wrote it down. */
const STARTING = '30 seconds';

/** Runs of one kind that have not ended, oldest first. */
export async function listOpenRuns(db: Queryable, kind: OpenRun['kind']): Promise<OpenRunRecord[]> {
  const { rows } = await db.query<{
    id: string;
    state: OpenRun['state'];
    parent_open: boolean;
    workflow_id: string;
    scope: RunScope;
    requested_by: string;
  }>(
    `select run.id, run.state, run.workflow_id, run.scope, run.requested_by,
       coalesce(parent.state in ('pending', 'running'), false) as parent_open
     from run left join run parent on parent.id = run.parent_id
     where run.kind = $1 and run.state in ('pending', 'running') and run.created_at < now() - interval '${STARTING}'
     order by run.created_at`,
    [kind],
  );
  return rows.map(row => ({
    id: row.id,
    kind,
    state: row.state,
    parentOpen: row.parent_open,
    workflowId: row.workflow_id,
    scope: row.scope,
    requestedBy: row.requested_by,
  }));
}
