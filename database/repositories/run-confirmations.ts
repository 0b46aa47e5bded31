import type { RunReason } from '../../domain/run';
import type { Queryable } from '../queryable';
import type { RunEnd } from './run-records';

/** What became of runs that waited for a person. */

export interface ConfirmedRun {
  id: string;
  confirmedBy: string;
  /** The run that the confirmation started. */
  by: { id: string; state: RunEnd['state']; reason: RunReason | null };
}

/** Runs of endpoints that still count as waiting, although the run that was started by their confirmation has ended. */
export async function listConfirmed(db: Queryable): Promise<ConfirmedRun[]> {
  const { rows } = await db.query<{
    id: string;
    confirmed_by: string;
    by_id: string;
    by_state: RunEnd['state'];
    by_reason: RunReason | null;
  }>(
    `select waiting.id, waiting.confirmed_by, confirming.id as by_id, confirming.state as by_state, confirming.reason as by_reason
     from run waiting cross join lateral (
       -- A confirmation that could not be started was taken back, and its run is no answer to a later one.
       select id, state, reason from run where kind = 'full-sync' and scope ->> 'confirms' = waiting.id::text
       order by created_at desc limit 1) confirming
     where waiting.kind = 'endpoint-sync' and waiting.state = 'awaiting_confirmation' and waiting.confirmed_at is not null
       and confirming.state in ('completed', 'partial', 'failed', 'cancelled')`,
  );
  return rows.map(row => ({
    id: row.id,
    confirmedBy: row.confirmed_by,
    by: { id: row.by_id, state: row.by_state, reason: row.by_reason },
  }));
}

/** Full syncs that wait although none of their endpoints' runs does any more. */
export async function listWaitingFullSyncs(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from run whole where kind = 'full-sync' and state = 'awaiting_confirmation'
       and exists (select from run where parent_id = whole.id)
       and not exists (select from run where parent_id = whole.id and state in ('pending', 'running', 'awaiting_confirmation'))`,
  );
  return rows.map(({ id }) => id);
}

/** Moves a run that waits to its end; false when it does not wait any more. */
export async function settleWaiting(db: Queryable, id: string, { state, reason, message }: RunEnd): Promise<boolean> {
  const { rowCount } = await db.query(
    `update run set state = $2, reason = $3, message = $4 where id = $1 and state = 'awaiting_confirmation'`,
    [id, state, reason ?? null, message ?? null],
  );
  return rowCount === 1;
}
