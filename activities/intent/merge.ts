/** Merges a branch for a plan that somebody has read: planned once more, compared, merged by NetBox, and applied. */
import type { MergeOutcome } from '../../clients/netbox/branching/merge';
import type { IntentMerge, MergeEnd } from '../../database/repositories/intent/merges';
import type { AuditResult } from '../../domain/audit/record';
import { mergeRefusal, type MergeReason } from '../../domain/intent/merge';
import type { RunReason } from '../../domain/run';
import { redactText } from '../../domain/redaction';
import { StopRun } from '../failures';
import { applyMerge, derivedId, ownMerge } from './apply-merge';
import type { ApplyToStart } from './branch-event';
import type { IntentDeps } from './deps';
import { planOf } from './plan';

export interface OpenedMerge {
  /** The plan that is to be made before the merge; null when NetBox may have been asked already, which is looked at first. */
  planId: string | null;
  /** In a few words. */
  about: string;
}

/** So long a merge may take in NetBox, or wait there for its turn. */
const longestMs = 3_600_000;

/** `again`: it is not known that NetBox has merged, and nothing of ours is under way there any more: plan and compare once more. */
export type MergeStep = 'merged' | 'ended' | 'again';

/** Null when the merge has ended: its workflow has nothing to do any more. */
export async function openMerge(deps: IntentDeps, mergeId: string, attempt: string): Promise<OpenedMerge | null> {
  const { store } = deps;
  const merge = await mergeOf(deps, mergeId);
  const about = `branch ${merge.branch.name}`;
  if (merge.finishedAt !== null) return null;
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
  if (merge.state !== 'checking' || merge.checkedPlanId === null) return merge.finishedAt === null;
  const plan = await planOf(deps, merge.checkedPlanId);
  const changes = await deps.store.listGuestChanges(plan.id);
  const refusal = mergeRefusal({ ...plan, changes }, merge);
  if (refusal) await endMerge(deps, merge, { state: 'refused', ...refusal });
  return refusal === undefined;
}

/** Has NetBox merge the branch, and waits for its job. A repeated attempt looks what became of the one before. */
export async function mergeInNetBox(
  deps: IntentDeps,
  mergeId: string,
  beat: (what: string) => void,
  signal: AbortSignal,
): Promise<MergeStep> {
  const { branching, store } = deps;
  const merge = await mergeOf(deps, mergeId);
  if (merge.finishedAt !== null) return 'ended';
  await deps.netbox.open();
  const wait = { waitMs: longestMs, signal, onPoll: () => beat(`NetBox merges ${merge.branch.name}`) };
  if (merge.state === 'merging') return settleMerge(deps, merge, wait);
  const seq = await deps.audit.begin(entryOf(merge));
  if (!(await store.beginMerging(mergeId, seq))) {
    await deps.audit.complete(seq, { result: 'refused', reason: 'Another attempt has begun.' });
    return 'again';
  }
  const outcome = await branching.merge(merge.branch.id, { ...wait, acknowledgeConflicts: merge.acknowledgeConflicts });
  const sent = { ...merge, auditSeq: seq };
  if (outcome.kind === 'running' || outcome.kind === 'unanswered') return settleMerge(deps, sent, wait);
  if (outcome.kind === 'merged' || outcome.kind === 'not-ready') return settleMerge(deps, sent, wait, outcome);
  await endMerge(deps, sent, { state: 'refused', ...refusedAs(outcome) });
  return 'ended';
}

/** Judges by the branch, once nothing merges it any more. */
async function settleMerge(
  deps: IntentDeps,
  merge: IntentMerge,
  wait: Parameters<IntentDeps['branching']['awaitMerges']>[1],
  outcome?: MergeOutcome,
): Promise<MergeStep> {
  const branch = await deps.branching.awaitMerges(merge.branch.id, wait);
  if (!branch) {
    const message = `NetBox has no branch ${merge.branch.name} any more, or its token may not see it.`;
    await endMerge(deps, merge, { state: 'refused', reason: 'branch_not_found', message });
    return 'ended';
  }
  if (branch.mergedTime !== undefined) {
    if (await ownMerge(deps, branch)) return 'merged';
    const message = `${branch.mergedBy?.username ?? 'Somebody'} merged the branch in NetBox at the same time. That merge is applied as theirs.`;
    await endMerge(deps, merge, { state: 'refused', reason: 'merged_elsewhere', message });
    return 'ended';
  }
  if (outcome?.kind === 'not-ready' && branch.status !== 'ready') {
    const message = `The branch is ${branch.status} in NetBox: only one that is ready can be merged.`;
    await endMerge(deps, merge, { state: 'refused', reason: 'branch_not_ready', message });
    return 'ended';
  }
  await deps.store.checkMergeAgain(merge.id);
  if (merge.auditSeq !== null) {
    await deps.audit.complete(merge.auditSeq, { result: 'failed', reason: 'NetBox has not merged the branch.' });
  }
  return 'again';
}

/** The run of the merge, which is made once, whoever sees the merge first; null when there is nothing to apply. */
export async function applyOwnMerge(deps: IntentDeps, mergeId: string): Promise<ApplyToStart | null> {
  const merge = await mergeOf(deps, mergeId);
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

/** What cannot go on. Where NetBox was asked, it may merge all the same: then the watch of branches applies it. */
export async function failMerge(
  deps: IntentDeps,
  mergeId: string,
  { reason, message }: { reason: MergeReason | RunReason; message: string },
): Promise<void> {
  const merge = await mergeOf(deps, mergeId);
  if (merge.finishedAt !== null) return;
  const rest = merge.state === 'merging' ? ' NetBox may have merged the branch all the same: if it has, that is applied.' : '';
  await endMerge(deps, merge, { state: 'failed', reason, message: `${message}${rest}` });
}

async function mergeOf({ store }: IntentDeps, mergeId: string): Promise<IntentMerge> {
  const merge = await store.findIntentMerge(mergeId);
  if (!merge) throw new StopRun('internal', `There is no merge ${mergeId}.`);
  return merge;
}

function refusedAs(outcome: MergeOutcome): { reason: MergeReason; message: string } {
  switch (outcome.kind) {
    case 'conflicts': {
      const told = outcome.conflicts
        .slice(0, 5)
        .map(conflict => `${conflict.objectType} ${conflict.objectName} (${conflict.fields.join(', ')})`);
      const message = `Main and the branch have changed the same: ${told.join('; ')}. Look at them in NetBox, then merge with the conflicts acknowledged.`;
      return { reason: 'branch_conflicts', message };
    }
    case 'nothing-to-merge':
      return { reason: 'branch_empty', message: 'The branch has no changes.' };
    default: {
      const { error = '', problems = [] } = outcome.kind === 'failed' ? outcome : {};
      const [problem] = problems;
      const words = redactText(problem ? `${problem.model} ${problem.field}: ${problem.detail}` : error);
      return { reason: 'merge_refused', message: `NetBox could not merge the branch, and nothing of it is in main: ${words}` };
    }
  }
}

const auditResults: Readonly<Record<MergeEnd['state'], AuditResult>> = {
  merged: 'succeeded',
  refused: 'refused',
  failed: 'unknown',
};

async function endMerge(deps: IntentDeps, merge: IntentMerge, end: MergeEnd): Promise<void> {
  await deps.store.endIntentMerge(merge.id, end);
  if (merge.auditSeq === null) return;
  await deps.audit.complete(merge.auditSeq, {
    result: auditResults[end.state],
    ...(end.reason !== undefined && { reason: `${end.reason}: ${end.message}` }),
    ...(end.runId !== undefined && { runId: end.runId }),
  });
}

const entryOf = ({ branch, requestedBy, requesterId, id, digest }: IntentMerge) => ({
  action: 'intent.merge' as const,
  actor: { kind: 'user' as const, id: requesterId, name: requestedBy, authenticatedBy: 'none', label: null },
  object: { type: 'branch', id: String(branch.id) },
  endpointId: null,
  runId: null,
  beforeDigest: null,
  afterDigest: null,
  reason: null,
  detail: { branch: branch.name, merge: id, digest },
  requestId: null,
});
