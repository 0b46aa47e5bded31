import type { IntentMerge, MergeEnd } from '../../database/repositories/intent/merges';
import type { AuditResult } from '../../domain/audit/record';
import { StopRun } from '../failures';
import { notSent } from './audit';
import type { IntentDeps } from './deps';

export async function mergeOf({ store }: IntentDeps, mergeId: string): Promise<IntentMerge> {
  const merge = await store.findIntentMerge(mergeId);
  if (!merge) throw new StopRun('internal', `There is no merge ${mergeId}.`);
  return merge;
}

const auditResults: Readonly<Record<MergeEnd['state'], AuditResult>> = {
  merged: 'succeeded',
  refused: 'refused',
  failed: 'unknown',
};

/** Ends it, and the rows of the audit log that were written before NetBox was asked. */
export async function endMerge(deps: IntentDeps, merge: IntentMerge, end: MergeEnd): Promise<void> {
  await deps.store.endIntentMerge(merge.id, end);
  await hasEnded(deps, await mergeOf(deps, merge.id));
}

/** Whether it has ended. Whoever ended it may have died before the audit log had it. */
export async function hasEnded({ audit }: IntentDeps, merge: IntentMerge): Promise<boolean> {
  const { id, branch, state, reason, message, runId, auditSeq } = merge;
  if (state === 'pending' || state === 'checking' || state === 'merging') return false;
  const open = await audit.listIntents({
    about: { objectType: 'branch', objectId: String(branch.id) },
    detail: { merge: id },
    onlyOpen: true,
  });
  for (const { seq } of open) {
    if (seq !== auditSeq) await audit.complete(seq, notSent);
    else
      await audit.complete(seq, {
        result: auditResults[state],
        ...(reason !== null && { reason: `${reason}: ${message ?? ''}` }),
        ...(runId !== null && { runId }),
      });
  }
  return true;
}
