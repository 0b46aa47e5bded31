import { ActivityFailure, ApplicationFailure, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { IntentActivities } from '../activities/intent/activities';
import type { RunReason } from '../domain/run';
import { taskQueues, type IntentPlanInput } from './names';

const { makeIntentPlan } = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '1 hour',
  retry: { maximumAttempts: 3 },
  summary: 'Read guests and cluster, plan and check',
});
const { failIntentPlan } = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '30 seconds',
});

/** Plans changes of guests; the plan, or why there is none, is in its row. */
export async function intentPlan({ planId }: IntentPlanInput): Promise<void> {
  try {
    const { message } = await makeIntentPlan({ planId });
    setCurrentDetails(message);
  } catch (error) {
    const why = reasonOf(error);
    setCurrentDetails(`**failed** ${why.message}`);
    await failIntentPlan({ planId, ...why });
  }
}

/** What an activity failed with, in the words of the record. */
export function reasonOf(error: unknown): { reason: RunReason; message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof Error)) throw error;
  const reason = (cause instanceof ApplicationFailure && cause.type ? cause.type : 'internal') as RunReason;
  return { reason, message: cause.message };
}
