import type { IntentDeps } from './deps';

/** A merge that has its row, and needs its workflow. */
export interface MergeToStart {
  mergeId: string;
  workflowId: string;
  actor: string;
  summary: string;
}

/** One that is younger may be about to be started by whoever asked for it. */
const youngSeconds = 30;

/** Merges that are open and have no workflow any more, or never had one: they go on where they stood. */
export async function lostMerges({ store, standingOf, mergeWorkflowIdOf }: IntentDeps): Promise<MergeToStart[]> {
  const lost: MergeToStart[] = [];
  for (const { id, branch, requestedBy } of await store.listOpenMerges(youngSeconds)) {
    const workflowId = mergeWorkflowIdOf(id);
    if ((await standingOf(workflowId)) === 'open') continue;
    const summary = `Merge the branch ${branch.name} for ${requestedBy}, where it was left`;
    lost.push({ mergeId: id, workflowId, actor: requestedBy, summary });
  }
  return lost;
}
