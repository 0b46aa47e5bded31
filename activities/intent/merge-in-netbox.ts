/** One merge of a branch by NetBox for a plan that somebody has read: asked for once, and judged by the branch. */
import type { MergeOutcome } from '../../clients/netbox/branching/merge';
import type { WaitOptions } from '../../clients/netbox/branching/wait';
import { NetBoxPermissionError } from '../../clients/netbox/errors';
import type { IntentMerge } from '../../database/repositories/intent/merges';
import type { AuditEntry } from '../../domain/audit/record';
import type { MergeReason } from '../../domain/intent/merge';
import { redactText } from '../../domain/redaction';
import { ownMerge } from './apply-merge';
import type { IntentDeps } from './deps';
import { endMerge, hasEnded, mergeOf } from './merge-row';

/** So long a merge may take in NetBox, or wait there for its turn. */
const longestMs = 3_600_000;

/** `again`: it is not known that NetBox has merged, and nothing of ours is under way there any more: plan and compare once more. */
export type MergeStep = 'merged' | 'ended' | 'again';

/** Has NetBox merge the branch, and waits for its job. A repeated attempt looks what became of the one before. */
export async function mergeInNetBox(
  deps: IntentDeps,
  mergeId: string,
  beat: (what: string) => void,
  signal: AbortSignal,
): Promise<MergeStep> {
  const { store } = deps;
  const merge = await mergeOf(deps, mergeId);
  if (await hasEnded(deps, merge)) return 'ended';
  await deps.netbox.open();
  const wait = { waitMs: longestMs, signal, onPoll: () => beat(`NetBox merges ${merge.branch.name}`) };
  if (merge.state === 'merging') return settleMerge(deps, merge, wait);
  const seq = await deps.audit.begin(entryOf(merge));
  if (!(await store.beginMerging(mergeId, seq))) {
    await deps.audit.complete(seq, { result: 'refused', reason: 'Another attempt has begun.' });
    return 'again';
  }
  const sent = { ...merge, auditSeq: seq };
  const outcome = await askNetBox(deps, sent, wait);
  if (outcome === undefined) return 'ended';
  if (outcome.kind === 'running' || outcome.kind === 'unanswered') return settleMerge(deps, sent, wait);
  if (outcome.kind === 'merged' || outcome.kind === 'not-ready') return settleMerge(deps, sent, wait, outcome);
  await endMerge(deps, sent, { state: 'refused', ...refusedAs(outcome) });
  return 'ended';
}

/** Undefined when NetBox's account may not merge, which ends the merge. */
async function askNetBox(deps: IntentDeps, merge: IntentMerge, wait: WaitOptions): Promise<MergeOutcome | undefined> {
  const { acknowledgeConflicts } = merge;
  try {
    return await deps.branching.merge(merge.branch.id, { ...wait, acknowledgeConflicts });
  } catch (error) {
    if (!(error instanceof NetBoxPermissionError)) throw error;
    const message =
      "NetBox's account may not merge branches here. Merge it in NetBox, or give the account the permission netbox_branching.merge_branch.";
    await endMerge(deps, merge, { state: 'refused', reason: 'netbox-permission', message });
    return undefined;
  }
}

/** Judges by the branch, once nothing merges it any more. */
async function settleMerge(deps: IntentDeps, merge: IntentMerge, wait: WaitOptions, outcome?: MergeOutcome): Promise<MergeStep> {
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
  // In this order: the next round writes a row of its own.
  if (merge.auditSeq !== null) {
    await deps.audit.complete(merge.auditSeq, { result: 'failed', reason: 'NetBox has not merged the branch.' });
  }
  await deps.store.checkMergeAgain(merge.id);
  return 'again';
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

const entryOf = ({ branch, requestedBy, requesterId, id, digest }: IntentMerge): AuditEntry => ({
  action: 'intent.merge',
  actor: { kind: 'user', id: requesterId, name: requestedBy, authenticatedBy: 'none', label: null },
  object: { type: 'branch', id: String(branch.id) },
  endpointId: null,
  runId: null,
  beforeDigest: null,
  afterDigest: null,
  reason: null,
  detail: { branch: branch.name, merge: id, digest },
  requestId: null,
});
