import type { Queryable } from '../../queryable';

/** What became known of a branch of NetBox, and what was done about it. */
export interface BranchEventRecord {
  branchId: number;
  /** As NetBox writes it. */
  happenedAt: string;
  kind: 'merged' | 'reverted';
  branchName: string;
  actor: string | null;
  /** In words. */
  outcome: string;
  planId: string | null;
}

/** False when it was known already. */
export async function noteBranchEvent(db: Queryable, event: BranchEventRecord): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into branch_event (branch_id, happened_at, kind, branch_name, actor, outcome, plan_id) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict do nothing`,
    [event.branchId, event.happenedAt, event.kind, event.branchName, event.actor, event.outcome, event.planId],
  );
  return rowCount === 1;
}

export async function knowsBranchEvent(
  db: Queryable,
  { branchId, happenedAt, kind }: Pick<BranchEventRecord, 'branchId' | 'happenedAt' | 'kind'>,
): Promise<boolean> {
  const { rowCount } = await db.query('select from branch_event where branch_id = $1 and happened_at = $2 and kind = $3', [
    branchId,
    happenedAt,
    kind,
  ]);
  return rowCount === 1;
}

/** What is known of one branch, from the newest on. */
export async function listBranchEvents(db: Queryable, branchId: number): Promise<BranchEventRecord[]> {
  const { rows } = await db.query<Omit<BranchEventRecord, 'branchId'>>(
    `select happened_at as "happenedAt", kind, branch_name as "branchName", actor, outcome, plan_id as "planId"
       from branch_event where branch_id = $1 order by happened_at desc`,
    [branchId],
  );
  return rows.map(row => ({ ...row, branchId }));
}
