import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, proxyActivities, setCurrentDetails, startChild } from '@temporalio/workflow';
import type { IntentActivities } from '../activities/intent/activities';
import type { ApplyToStart } from '../activities/intent/branch-event';
import { searchAttributes } from '../temporal/search-attributes';
import { intentApply } from './intent-apply';
import { taskQueues } from './names';

const { watchBranches } = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.control,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '2 hours',
  retry: { maximumInterval: '1 minute' },
  summary: 'Wait for a merged branch',
});

/** Looks that one execution takes: the Schedule starts the next one. */
const looks = 50;

/** Waits for branches that are merged in NetBox and meant for Proxmox, and starts their runs. Ends after an hour without any. */
export async function watch(): Promise<{ started: number }> {
  let started = 0;
  for (let n = 0; n < looks; n++) {
    const found = await watchBranches();
    if (found.length === 0) break;
    for (const run of found) if (await start(run)) started++;
    setCurrentDetails(`${started} runs were started`);
  }
  return { started };
}

async function start({ runId, workflowId, actor, summary }: ApplyToStart): Promise<boolean> {
  try {
    await startChild(intentApply, {
      workflowId,
      args: [{ runId }],
      taskQueue: taskQueues.control,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: summary,
      typedSearchAttributes: [
        { key: searchAttributes.runKind, value: 'intent-apply' },
        { key: searchAttributes.actor, value: actor },
        { key: searchAttributes.state, value: 'pending' },
      ],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
