import { randomUUID } from 'node:crypto';
import { listGuestChanges } from '../../database/repositories/intent/changes';
import {
  findIntentMerge,
  insertIntentMerge,
  openMergeOfBranch,
  type IntentMerge,
} from '../../database/repositories/intent/merges';
import { planOfBranchWith, type IntentPlan } from '../../database/repositories/intent/plans';
import { rightsAtRequest } from '../../domain/intent/rights-at-request';
import { workflowIds } from '../../workflows/names';
import type { ApiDependencies } from '../dependencies';
import { Problem } from '../errors';
import type { Asking } from '../runs/launch';
import { notFound } from '../validate';
import { maySee, requireIntent, requireRights, requireSomeIntent } from './ask';
import type { IntentMergeView, MergeBody } from './schema';

type Needs = Pick<ApiDependencies, 'database' | 'temporal' | 'environment'>;

/**
 * Writes the row of a merge, starts the workflow that plans the branch once more, has NetBox merge it and applies it, and gives the row's id. Whoever
 * asks again for what is under way is given that.
 */
export async function askForMerge(needs: Needs, { caller, audit }: Asking, body: MergeBody): Promise<string> {
  requireSomeIntent(caller);
  const { database, temporal } = needs;
  const mergeId = randomUUID();
  const merge = async (): Promise<string> => {
    await requireIntent(needs);
    const requesterId = caller.userId;
    if (requesterId === null) {
      throw new Problem('not-a-person', 'A merge is applied with the rights of a user: ask with the token of one.');
    }
    const plan = await readPlan(needs, caller, body);
    await requireRights(database, plan.id, caller, { blockedToo: true });
    if (!body.allow_blocked) await requireNothingBlocked(needs, plan.id);
    const isNew = await insertIntentMerge(database, {
      id: mergeId,
      planId: plan.id,
      digest: body.digest,
      branch: { id: plan.branch.id, name: plan.branch.name },
      requestedBy: caller.name,
      requesterId,
      rights: rightsAtRequest(caller),
      allowBlocked: body.allow_blocked,
      acknowledgeConflicts: body.acknowledge_conflicts,
      stopOnFailure: body.stop_on_failure,
    });
    const id = isNew ? mergeId : await sameMerge(needs, caller, body);
    await temporal.ask(startOf(id, caller.name, plan.branch.name));
    return id;
  };
  const effect = { action: 'intent.merge', object: { type: 'branch', id: String(body.branch_id) }, detail: body } as const;
  return audit.effect(effect, merge, id => ({ detail: { merge: id } }));
}

export async function mergeOf({ database }: Pick<Needs, 'database'>, id: string): Promise<IntentMerge> {
  const merge = await findIntentMerge(database, id);
  if (merge === undefined) throw notFound('merge');
  return merge;
}

export const viewMerge = (merge: IntentMerge): IntentMergeView => ({
  id: merge.id,
  branch: merge.branch,
  planId: merge.planId,
  digest: merge.digest,
  state: merge.state,
  reason: merge.reason,
  message: merge.message,
  checkedPlanId: merge.checkedPlanId,
  mergedAt: merge.mergedAt,
  runId: merge.runId,
  requestedBy: merge.requestedBy,
  createdAt: merge.createdAt.toISOString(),
  finishedAt: merge.finishedAt?.toISOString() ?? null,
});

const startOf = (mergeId: string, actor: string, branch: string) =>
  ({
    type: 'intentMerge',
    workflowId: workflowIds.intentMerge(mergeId),
    input: { mergeId },
    actor,
    summary: `Merge and apply the branch ${branch}, asked for by ${actor}`,
  }) as const;

type BranchPlan = IntentPlan & { branch: NonNullable<IntentPlan['branch']> };

/** The newest plan of the branch with that digest: what the caller has read. */
async function readPlan(
  { database }: Needs,
  caller: Asking['caller'],
  { branch_id: branchId, digest }: MergeBody,
): Promise<BranchPlan> {
  const plan = await planOfBranchWith(database, branchId, digest);
  if (plan === undefined || plan.branch === null || !(await maySeeAll(database, plan, caller))) {
    throw new Problem(
      'other-plan',
      `No plan of branch ${branchId} has this digest. Plan the branch, and merge what you have read.`,
    );
  }
  if (plan.branch.mergedAt !== null) throw new Problem('other-plan', `The branch ${plan.branch.name} was merged already.`);
  return { ...plan, branch: plan.branch };
}

async function maySeeAll(database: Needs['database'], plan: IntentPlan, caller: Asking['caller']): Promise<boolean> {
  const changes = await listGuestChanges(database, plan.id);
  return maySee(plan, caller) && changes.every(({ endpointId }) => endpointId === null || caller.sees(endpointId));
}

async function requireNothingBlocked({ database }: Needs, planId: string): Promise<void> {
  const blocked = (await listGuestChanges(database, planId)).filter(({ verdict }) => verdict === 'blocked');
  if (blocked.length === 0) return;
  const names = blocked.slice(0, 5).map(({ name }) => name);
  throw new Problem(
    'plan-blocked',
    `${blocked.length} of its guests are blocked: ${names.join(', ')}. Do what the plan says about them, or ask for the others with allow_blocked.`,
  );
}

/** The merge of the branch that is open, if it is for the same plan. */
async function sameMerge({ database }: Needs, caller: Asking['caller'], body: MergeBody): Promise<string> {
  const open = await openMergeOfBranch(database, body.branch_id);
  if (open?.digest === body.digest && open.requesterId === caller.userId) return open.id;
  throw new Problem('merge-open', `The branch is being merged for ${open?.requestedBy ?? 'somebody else'} just now.`);
}
