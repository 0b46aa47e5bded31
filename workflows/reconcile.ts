import { ParentClosePolicy, patched, proxyActivities, setCurrentDetails, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { DeletionActivities } from '../activities/deletion/activities';
import type { ReconcileActivities, RunToStart } from '../activities/runs/reconcile';
import { searchAttributes } from '../temporal/search-attributes';
import { fullSync } from './full-sync';
import { taskQueues, workflowIds } from './names';
import { startDeletion } from './start-deletion';

const { reconcileRuns } = proxyActivities<ReconcileActivities>({
  taskQueue: taskQueues.control,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '5 minutes',
  // The next minute tries again.
  retry: { maximumAttempts: 2 },
  summary: 'Compare open runs with their workflows',
});

const { listLostDeletions } = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.control,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 2 },
  summary: 'Compare open deletion requests with their workflows',
});

const { takeOffLeftMarks } = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '30 seconds',
  startToCloseTimeout: '3 minutes',
  // The next minute tries again, also where no worker takes it now.
  scheduleToStartTimeout: '30 seconds',
  retry: { maximumAttempts: 1 },
  summary: 'Take off guests what ended deletion requests left there',
});

export interface ReconcileResult {
  started: number;
  ended: number;
  settled: number;
}

/** Nothing stays open: ends runs whose workflow is gone, and starts those that never had one. A Schedule of Temporal starts it every minute. */
export async function reconcile(): Promise<ReconcileResult> {
  const { toStart, ended, settled } = await reconcileRuns();
  for (const run of toStart) await start(run);
  // Releases before deletion requests have no such step in their histories.
  if (patched('deletion-requests'))
    for (const request of await listLostDeletions()) await startDeletion(request, 'taken up again');
  // Releases before it left marks on guests.
  if (patched('left-on-guests')) await takeOffLeftMarks().catch(() => 0);
  setCurrentDetails(`started: ${toStart.length}, ended: ${ended}, settled: ${settled}`);
  return { started: toStart.length, ended, settled };
}

/** A run has one workflow, ever: one that was started meanwhile is left alone. */
async function start({ runId, requestedBy, dryRun }: RunToStart): Promise<void> {
  try {
    await startChild(fullSync, {
      workflowId: workflowIds.fullSync(runId),
      args: [{ runId }],
      taskQueue: taskQueues.control,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: `Full sync${dryRun ? ' (dry run)' : ''} that was left behind, asked for by ${requestedBy}`,
      typedSearchAttributes: [
        { key: searchAttributes.runKind, value: 'full-sync' },
        { key: searchAttributes.actor, value: requestedBy },
        { key: searchAttributes.state, value: 'pending' },
        { key: searchAttributes.dryRun, value: dryRun },
      ],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
