import type { IntentMerge, MergeEnd } from '../../database/repositories/intent/merges';
import type { AuditResult } from '../../domain/audit/record';
import { StopRun } from '../failures';
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

/** Ends it, and the row of the audit log that was written before NetBox was asked. */
export async function endMerge(deps: IntentDeps, merge: IntentMerge, end: MergeEnd): Promise<void> {
  await deps.store.endIntentMerge(merge.id, end);
  if (merge.auditSeq === null) return;
  await deps.audit.complete(merge.auditSeq, {
    result: auditResults[end.state],
    ...(end.reason !== undefined && { reason: `${end.reason}: ${end.message}` }),
    ...(end.runId !== undefined && { runId: end.runId }),
  });
}
