import type { MergeReason } from '../../../domain/intent/merge';
import type { RightsAtRequest } from '../../../domain/intent/rights-at-request';
import type { RunReason } from '../../../domain/run';
import type { Queryable } from '../../queryable';

export type MergeState = 'pending' | 'checking' | 'merging' | 'merged' | 'refused' | 'failed';

/** Somebody has read a plan of a branch, and wants the branch to be merged for it. */
export interface IntentMerge {
  id: string;
  /** The plan that was read. */
  planId: string;
  digest: string;
  branch: { id: number; name: string };
  requestedBy: string;
  requesterId: string;
  rights: RightsAtRequest;
  /** Merge although some guests are blocked; the others are applied. */
  allowBlocked: boolean;
  /** Merge although main changed the same attributes. */
  acknowledgeConflicts: boolean;
  stopOnFailure: boolean;
  state: MergeState;
  reason: MergeReason | RunReason | null;
  message: string | null;
  /** The plan that was made right before the merge. */
  checkedPlanId: string | null;
  /** As NetBox writes it. */
  mergedAt: string | null;
  auditSeq: number | null;
  runId: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

export type NewIntentMerge = Pick<
  IntentMerge,
  | 'id'
  | 'planId'
  | 'digest'
  | 'branch'
  | 'requestedBy'
  | 'requesterId'
  | 'rights'
  | 'allowBlocked'
  | 'acknowledgeConflicts'
  | 'stopOnFailure'
>;

interface Row extends Omit<IntentMerge, 'branch' | 'auditSeq'> {
  branch_id: string;
  branch_name: string;
  audit_seq: string | null;
}

const SELECT = `select id, plan_id as "planId", digest, branch_id, branch_name, requested_by as "requestedBy", requester_id as "requesterId", rights,
    allow_blocked as "allowBlocked", acknowledge_conflicts as "acknowledgeConflicts", stop_on_failure as "stopOnFailure", state, reason, message,
    checked_plan_id as "checkedPlanId", merged_at as "mergedAt", audit_seq, run_id as "runId", created_at as "createdAt", finished_at as "finishedAt"
  from intent_merge`;

const toMerge = ({ branch_id, branch_name, audit_seq, ...row }: Row): IntentMerge => ({
  ...row,
  branch: { id: Number(branch_id), name: branch_name },
  auditSeq: audit_seq === null ? null : Number(audit_seq),
});

/** False when a merge of the branch is open already. */
export async function insertIntentMerge(db: Queryable, merge: NewIntentMerge): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into intent_merge (id, plan_id, digest, branch_id, branch_name, requested_by, requester_id, rights, allow_blocked,
       acknowledge_conflicts, stop_on_failure)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (branch_id) where finished_at is null do nothing`,
    [
      ...[merge.id, merge.planId, merge.digest, merge.branch.id, merge.branch.name, merge.requestedBy, merge.requesterId],
      ...[JSON.stringify(merge.rights), merge.allowBlocked, merge.acknowledgeConflicts, merge.stopOnFailure],
    ],
  );
  return rowCount === 1;
}

export async function findIntentMerge(db: Queryable, id: string): Promise<IntentMerge | undefined> {
  const { rows } = await db.query<Row>(`${SELECT} where id = $1`, [id]);
  return rows.map(toMerge)[0];
}

/** The newest that was asked for by means of a plan, or had the plan made as its check. */
export async function latestMergeOfPlan(db: Queryable, planId: string): Promise<IntentMerge | undefined> {
  const { rows } = await db.query<Row>(`${SELECT} where plan_id = $1 or checked_plan_id = $1 order by created_at desc limit 1`, [
    planId,
  ]);
  return rows.map(toMerge)[0];
}

/** The one that is open. */
export async function openMergeOfBranch(db: Queryable, branchId: number): Promise<IntentMerge | undefined> {
  const { rows } = await db.query<Row>(`${SELECT} where branch_id = $1 and finished_at is null`, [branchId]);
  return rows.map(toMerge)[0];
}

/** The newest for which NetBox was asked, or may have been, to merge the branch. */
export async function mergeSentToBranch(db: Queryable, branchId: number): Promise<IntentMerge | undefined> {
  const { rows } = await db.query<Row>(
    `${SELECT} where branch_id = $1 and audit_seq is not null order by created_at desc limit 1`,
    [branchId],
  );
  return rows.map(toMerge)[0];
}

/** Those that are open and older than that. */
export async function listOpenMerges(db: Queryable, youngSeconds: number): Promise<IntentMerge[]> {
  const { rows } = await db.query<Row>(
    `${SELECT} where finished_at is null and created_at < now() - make_interval(secs => $1) order by created_at`,
    [youngSeconds],
  );
  return rows.map(toMerge);
}

/** The plan with which the merge is checked from now on. False when the merge has ended. */
export async function checkMergeWith(db: Queryable, id: string, checkedPlanId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update intent_merge set state = 'checking', checked_plan_id = $2 where id = $1 and finished_at is null`,
    [id, checkedPlanId],
  );
  return rowCount === 1;
}

/** NetBox is about to be asked. False when somebody else got there first. */
export async function beginMerging(db: Queryable, id: string, auditSeq: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update intent_merge set state = 'merging', audit_seq = $2 where id = $1 and state = 'checking'`,
    [id, auditSeq],
  );
  return rowCount === 1;
}

/** NetBox was asked, and has not merged: it is checked anew. */
export async function checkMergeAgain(db: Queryable, id: string): Promise<void> {
  await db.query(`update intent_merge set state = 'checking' where id = $1 and state = 'merging'`, [id]);
}

export interface MergeEnd {
  state: 'merged' | 'refused' | 'failed';
  reason?: MergeReason | RunReason;
  message: string;
  mergedAt?: string;
  runId?: string;
}

/** The first end stays. */
export async function endIntentMerge(db: Queryable, id: string, end: MergeEnd): Promise<boolean> {
  const { rowCount } = await db.query(
    `update intent_merge set state = $2, reason = $3, message = $4, merged_at = $5, run_id = $6, finished_at = now()
      where id = $1 and finished_at is null`,
    [id, end.state, end.reason ?? null, end.message, end.mergedAt ?? null, end.runId ?? null],
  );
  return rowCount === 1;
}
