/** Merges a branch for a plan that somebody has read: planned once more, compared, merged by NetBox, and applied. */
import type { IntentMerge } from '../../database/repositories/intent/merges';
import { mergeRefusal, type MergeReason } from '../../domain/intent/merge';
import type { RunReason } from '../../domain/run';
import { applyMerge, derivedId } from './apply-merge';
import type { ApplyToStart } from './branch-event';
import type { IntentDeps } from './deps';
import { endMerge, hasEnded, mergeOf } from './merge-row';
import { planOf } from './plan';

export interface OpenedMerge {
  /** The plan that is to be made before the merge; null when NetBox may have been asked already, which is looked at first. */
  planId: string | null;
  /** In a few words. */
  about: string;
}

/** Null when the merge has ended: its workflow has nothing to do any more. */
export async function openMerge(deps: IntentDeps, mergeId: string, attempt: string): Promise<OpenedMerge | null> {
  const { store } = deps;
  const merge = await mergeOf(deps, mergeId);
  const about = `branch ${merge.branch.name}`;
  if (await hasEnded(deps, merge)) return null;
  if (merge.state === 'merging') return { planId: null, about };
  const planId = derivedId(`check of merge ${mergeId} in ${attempt}`);
  const isOpen = await store.transaction(async tx => {
    if (!(await tx.checkMergeWith(mergeId, planId))) return false;
    if (await tx.findIntentPlan(planId)) return true;
    await tx.insertIntentPlan({
      id: planId,
      branch: { ...merge.branch, mergedAt: null },
      changeLog: null,
      // What the branch says about itself is read when it is planned.
      optIn: { by: 'branch', name: merge.branch.name, applyToProxmox: null, applyDestroyConfirmed: null },
      asked: [],
      requestedBy: merge.requestedBy,
      requesterId: merge.requesterId,
      rights: merge.rights,
      stopOnFailure: false,
    });
    return true;
  });
  return isOpen ? { planId, about } : null;
}

/** Whether the branch may be merged for the plan that was read; ends the merge where it may not. */
export async function checkMerge(deps: IntentDeps, mergeId: string): Promise<boolean> {
  const merge = await mergeOf(deps, mergeId);
  if (merge.state !== 'checking' || merge.checkedPlanId === null) return !(await hasEnded(deps, merge));
  const plan = await planOf(deps, merge.checkedPlanId);
  const changes = await deps.store.listGuestChanges(plan.id);
  const refusal = mergeRefusal({ ...plan, changes }, merge);
  if (refusal) await endMerge(deps, merge, { state: 'refused', ...refusal });
  return refusal === undefined;
}

/** The run of the merge, which is made once, whoever sees the merge first; null when there is nothing to apply. */
export async function applyOwnMerge(deps: IntentDeps, mergeId: string): Promise<ApplyToStart | null> {
  const merge = await mergeOf(deps, mergeId);
  // An earlier attempt got as far as that, and nobody heard of it.
  if (await hasEnded(deps, merge)) return merge.runId === null ? null : startOf(deps, merge, merge.runId);
  if (merge.state !== 'merging') return null;
  const branch = await deps.branching.find(merge.branch.id);
  if (branch?.mergedTime === undefined) {
    const message = 'The branch was reverted, or deleted, right after it was merged: nothing is applied.';
    await endMerge(deps, merge, { state: 'refused', reason: 'merge_unknown', message });
    return null;
  }
  const { start } = await applyMerge(deps, { ...branch, mergedTime: branch.mergedTime }, branch.mergedBy?.username ?? null);
  const message = `Merged, and applied by run ${start.runId}.`;
  await endMerge(deps, merge, { state: 'merged', message, mergedAt: branch.mergedTime, runId: start.runId });
  return start;
}

const startOf = (deps: IntentDeps, { branch, requestedBy }: IntentMerge, runId: string): ApplyToStart => ({
  runId,
  workflowId: deps.workflowIdOf(runId),
  actor: requestedBy,
  summary: `Apply the branch ${branch.name}, merged by ${requestedBy}`,
});

/** What cannot go on. Where NetBox was asked, it may merge all the same: then the watch of branches applies it. */
export async function failMerge(
  deps: IntentDeps,
  mergeId: string,
  { reason, message }: { reason: MergeReason | RunReason; message: string },
): Promise<void> {
  const merge = await mergeOf(deps, mergeId);
  if (await hasEnded(deps, merge)) return;
  const rest = merge.state === 'merging' ? ' NetBox may have merged the branch all the same: if it has, that is applied.' : '';
  await endMerge(deps, merge, { state: 'failed', reason, message: `${message}${rest}` });
}
