import type { OptIn } from '../../../domain/intent/gate';
import type { PostedChange } from '../../../domain/intent/changes/posted-change';
import type { ShapeProblem } from '../../../domain/intent/changes/stored-change';
import type { RightsAtRequest } from '../../../domain/intent/rights-at-request';
import type { RunReason } from '../../../domain/run';
import type { Queryable } from '../../queryable';

/** A plan of changes of guests: who asked for what, and what came of planning it. */
export interface IntentPlan {
  id: string;
  /** Null: changes that were posted, or that NetBox's change log shows. */
  branch: { id: number; name: string; mergedAt: string | null } | null;
  /** Ids of rows of NetBox's change log; null: it is about a branch, or was posted. */
  changeLog: number[] | null;
  optIn: OptIn;
  asked: PostedChange[];
  requestedBy: string;
  requesterId: string | null;
  rights: RightsAtRequest;
  stopOnFailure: boolean;
  /** A person planned the branch after it had been merged: what is missing of it is to be applied. */
  askedAgain: boolean;
  /** Of a merge through us: the plan that was confirmed. Nothing is done that is not in it. */
  confirmedPlanId: string | null;
  state: 'pending' | 'ready' | 'failed';
  reason: RunReason | null;
  message: string | null;
  digest: string | null;
  problems: ShapeProblem[];
  runId: string | null;
  createdAt: Date;
  plannedAt: Date | null;
}

export type NewIntentPlan = Pick<
  IntentPlan,
  'id' | 'branch' | 'changeLog' | 'optIn' | 'asked' | 'requestedBy' | 'requesterId' | 'rights' | 'stopOnFailure'
> &
  Partial<Pick<IntentPlan, 'confirmedPlanId'>>;

interface Row extends Omit<IntentPlan, 'branch'> {
  branch_id: string | null;
  branch_name: string | null;
  merged_at: string | null;
}

const COLUMNS = `id, branch_id, branch_name, merged_at, change_log as "changeLog", opt_in as "optIn", asked, requested_by as "requestedBy", requester_id as "requesterId",
  rights, stop_on_failure as "stopOnFailure", asked_again as "askedAgain", confirmed_plan_id as "confirmedPlanId", state, reason, message, digest, problems, run_id as "runId", created_at as "createdAt",
  planned_at as "plannedAt"`;

const toPlan = ({ branch_id: id, branch_name: name, merged_at: mergedAt, ...row }: Row): IntentPlan => ({
  ...row,
  branch: id === null ? null : { id: Number(id), name: name ?? '', mergedAt },
});

export async function insertIntentPlan(db: Queryable, plan: NewIntentPlan): Promise<void> {
  const { branch } = plan;
  await db.query(
    `insert into intent_plan (id, source, branch_id, branch_name, merged_at, opt_in, asked, requested_by, requester_id, rights, stop_on_failure,
       change_log, confirmed_plan_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      ...[
        plan.id,
        branch !== null ? 'branch' : plan.changeLog !== null ? 'change-log' : 'request',
        branch?.id,
        branch?.name,
        branch?.mergedAt,
        JSON.stringify(plan.optIn),
      ],
      ...[JSON.stringify(plan.asked), plan.requestedBy, plan.requesterId, JSON.stringify(plan.rights), plan.stopOnFailure],
      plan.changeLog === null ? null : JSON.stringify(plan.changeLog),
      plan.confirmedPlanId,
    ],
  );
}

export async function findIntentPlan(db: Queryable, id: string): Promise<IntentPlan | undefined> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from intent_plan where id = $1`, [id]);
  return rows.map(toPlan)[0];
}

export async function findPlanOfRun(db: Queryable, runId: string): Promise<IntentPlan | undefined> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from intent_plan where run_id = $1`, [runId]);
  return rows.map(toPlan)[0];
}

/** The run that applies the branch now. Until the transaction ends nobody else is told that there is none. */
export async function openRunOfBranch(db: Queryable, branchId: number): Promise<string | undefined> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended('intent branch ' || $1, 0))`, [branchId]);
  const { rows } = await db.query<{ id: string }>(
    'select r.id from intent_plan p join run r on r.id = p.run_id where p.branch_id = $1 and r.finished_at is null limit 1',
    [branchId],
  );
  return rows[0]?.id;
}

/** The newest plan of a branch. */
export async function latestPlanOfBranch(db: Queryable, branchId: number): Promise<IntentPlan | undefined> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from intent_plan where branch_id = $1 order by created_at desc limit 1`,
    [branchId],
  );
  return rows.map(toPlan)[0];
}

/** The newest plan of a branch with this digest. */
export async function planOfBranchWith(db: Queryable, branchId: number, digest: string): Promise<IntentPlan | undefined> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from intent_plan where branch_id = $1 and digest = $2 order by created_at desc limit 1`,
    [branchId, digest],
  );
  return rows.map(toPlan)[0];
}

/** What the branch says about itself, now that it was read. @param mergedAt as NetBox writes it; undefined while it is not merged. */
export async function describeBranch(
  db: Queryable,
  id: string,
  { name, mergedAt, optIn }: { name: string; mergedAt: string | undefined; optIn: OptIn },
): Promise<void> {
  await db.query(
    `update intent_plan set branch_name = $2, opt_in = $3, merged_at = coalesce(merged_at, $4),
       asked_again = asked_again or (merged_at is null and $4::text is not null)
      where id = $1 and state = 'pending'`,
    [id, name, JSON.stringify(optIn), mergedAt],
  );
}

/** The first end of planning stays. */
export async function finishIntentPlan(
  db: Queryable,
  id: string,
  end:
    | { state: 'ready'; digest: string; message: string; problems: readonly ShapeProblem[] }
    | { state: 'failed'; reason: RunReason; message: string },
): Promise<boolean> {
  const ready = end.state === 'ready';
  const { rowCount } = await db.query(
    `update intent_plan set state = $2, reason = $3, message = $4, digest = $5, problems = $6, planned_at = now()
      where id = $1 and state = 'pending'`,
    [id, end.state, ready ? null : end.reason, end.message, ready ? end.digest : null, JSON.stringify(ready ? end.problems : [])],
  );
  return rowCount === 1;
}

/** A run takes a plan. False when another one has, or its digest is another one. */
export async function takeIntentPlan(
  db: Queryable,
  id: string,
  runId: string,
  { digest, stopOnFailure }: { digest: string; stopOnFailure: boolean },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update intent_plan set run_id = $2, stop_on_failure = stop_on_failure or $4
      where id = $1 and run_id is null and state = 'ready' and digest = $3`,
    [id, runId, digest, stopOnFailure],
  );
  return rowCount === 1;
}

/** Gives a plan that is made in the run itself to that run. Unique violation of `intent_plan_merge` when the merge has its run. */
export async function giveIntentPlan(db: Queryable, id: string, runId: string): Promise<void> {
  await db.query('update intent_plan set run_id = $2 where id = $1 and run_id is null', [id, runId]);
}
