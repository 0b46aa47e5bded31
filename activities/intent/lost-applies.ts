import type { ApplyToStart } from './branch-event';
import type { IntentDeps } from './deps';

/** A run that is younger may be about to be started by whoever made it. */
const youngSeconds = 30;

/** Runs that apply changes and have no workflow any more, or never had one: they go on where they stood. One that was cancelled is ended. */
export async function lostApplies({ store, standingOf }: IntentDeps): Promise<ApplyToStart[]> {
  const lost: ApplyToStart[] = [];
  for (const run of await store.listOpenIntentRuns(youngSeconds)) {
    const standing = await standingOf(run.workflowId);
    if (standing === 'open') continue;
    if (standing === 'cancelled') {
      await store.endRun(run.id, { state: 'cancelled', message: 'Its workflow was cancelled before the run was complete.' });
      continue;
    }
    const summary = `Apply changes, asked for by ${run.requestedBy}, where they were left`;
    lost.push({ runId: run.id, workflowId: run.workflowId, actor: run.requestedBy, summary });
  }
  return lost;
}
