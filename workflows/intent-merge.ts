import {
  CancellationScope,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { IntentActivities } from '../activities/intent/activities';
import type { MergeStep } from '../activities/intent/merge-in-netbox';
import type { MergeReason } from '../domain/intent/merge';
import type { RunReason } from '../domain/run';
import { searchAttributes } from '../temporal/search-attributes';
import { reasonOf } from './intent-plan';
import { taskQueues, type IntentMergeInput } from './names';
import { startApply } from './start-apply';

const quick = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '1 hour',
});
const planning = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '1 hour',
  retry: { maximumAttempts: 5 },
  summary: 'Plan the branch once more',
});
const merging = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.control,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '2 hours',
  scheduleToCloseTimeout: '1 day',
  retry: { maximumInterval: '1 minute' },
  summary: 'Have NetBox merge the branch',
});

export interface IntentMergeResult {
  /** The run that applies the merge; null when there is none. */
  runId: string | null;
}

/** How often it is planned and compared anew when it turns out that NetBox has not merged. */
const rounds = 5;

/** Merges a branch for a plan that somebody has read, and starts the run of that merge. How it stands is in its row. */
export async function intentMerge({ mergeId }: IntentMergeInput): Promise<IntentMergeResult> {
  try {
    const step = await merge(mergeId);
    const start = step === 'merged' ? await quick.applyIntentMerge({ mergeId }) : null;
    if (start !== null) await startApply(start);
    return finish(start?.runId ?? null);
  } catch (error) {
    return CancellationScope.nonCancellable(async () => {
      await quick.failIntentMerge({ mergeId, ...whyOf(error) });
      if (isCancellation(error)) throw error;
      return finish(null);
    });
  }
}

async function merge(mergeId: string): Promise<Exclude<MergeStep, 'again'>> {
  for (let round = 1; round <= rounds; round++) {
    const opened = await quick.openIntentMerge({ mergeId, attempt: `${workflowInfo().runId}/${round}` });
    if (opened === null) return 'ended';
    if (opened.planId !== null) {
      setCurrentDetails(`planning ${opened.about} once more`);
      await planning.makeIntentPlan({ planId: opened.planId });
      if (!(await quick.checkIntentMerge({ mergeId }))) return 'ended';
    }
    setCurrentDetails(`NetBox merges ${opened.about}`);
    const step = await merging.mergeBranch({ mergeId });
    if (step !== 'again') return step;
  }
  const message = `NetBox was asked ${rounds} times, and has not merged the branch. Look at its jobs, then merge again.`;
  await quick.failIntentMerge({ mergeId, reason: 'merge_unknown', message });
  return 'ended';
}

function whyOf(error: unknown): { reason: MergeReason | RunReason; message: string } {
  if (!isCancellation(error)) return reasonOf(error);
  return { reason: 'cancelled', message: 'The workflow was cancelled before the branch was merged.' };
}

function finish(runId: string | null): IntentMergeResult {
  const outcome = runId === null ? 'not merged' : 'merged';
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: outcome }]);
  setCurrentDetails(runId === null ? '**not merged here**: its row says why' : `**merged**, applied by run ${runId}`);
  return { runId };
}
