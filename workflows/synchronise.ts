import {
  CancellationScope,
  ParentClosePolicy,
  isCancellation,
  proxyActivities,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { OpenedEndpoint } from '../activities/reflection/runs';
import type { ReflectionActivities } from '../activities/reflection/activities';
import { searchAttributes } from '../temporal/search-attributes';
import { endpointSync } from './endpoint-sync';
import { taskQueues, workflowIds } from './names';

const quick = proxyActivities<ReflectionActivities>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '10 minutes',
});
const waiting = proxyActivities<ReflectionActivities>({
  taskQueue: taskQueues.control,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '6 hours',
  summary: 'Wait for the sync that runs already',
});

/**
 * The child's id is the endpoint's lock: another sync of it is waited for, then this one runs with its own scope.
 * @param looks at the lock, of which the first ten take about half an hour; the run is cancelled after the last one.
 */
export async function synchronise(item: OpenedEndpoint, dryRun: boolean, actor: string, looks = Infinity): Promise<void> {
  for (let seconds = 10, look = 1; look <= looks; seconds = Math.min(seconds * 2, longestWaitSeconds), look++) {
    const child = await CancellationScope.nonCancellable(() => start(item, dryRun, actor));
    if (child) return result(child, item.runId);
    try {
      await waiting.awaitEndpoint({ endpointId: item.endpointId, seconds });
    } catch (error) {
      if (!isCancellation(error)) throw error;
      const message = 'Cancelled before its turn came; nothing was read or written.';
      await CancellationScope.nonCancellable(() => quick.endRun({ runId: item.runId, state: 'cancelled', message }));
      throw error;
    }
  }
  const message = 'Another sync of the endpoint went on for too long: the next one shows what this one was to show.';
  await quick.endRun({ runId: item.runId, state: 'cancelled', message });
}

/** Before the lock is tried again: a terminated workflow frees it, and leaves its run open. */
const longestWaitSeconds = 300;

/** Cancelling this workflow stops the waiting, not the child. A child that was ended from outside counts as failed. */
async function result(child: ChildWorkflowHandle<typeof endpointSync>, runId: string): Promise<void> {
  const ended = child.result().then(
    () => undefined,
    (error: unknown) => error,
  );
  const failure = await Promise.race([ended, CancellationScope.current().cancelRequested]);
  if (failure === undefined || isCancellation(failure)) return;
  const message = 'Its workflow was ended from outside before the run was complete.';
  await quick.endRun({ runId, state: 'failed', reason: 'internal', message });
}

async function start(
  item: OpenedEndpoint,
  dryRun: boolean,
  actor: string,
): Promise<ChildWorkflowHandle<typeof endpointSync> | undefined> {
  try {
    return await startChild(endpointSync, {
      workflowId: workflowIds.endpointSync(item.endpointId),
      args: [{ runId: item.runId }],
      taskQueue: taskQueues.control,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Sync ${item.endpointName}${dryRun ? ' (dry run)' : ''}`,
      staticDetails: `Reflects the Proxmox endpoint **${item.endpointName}** into NetBox.`,
      typedSearchAttributes: [
        { key: searchAttributes.endpoint, value: item.endpointId },
        { key: searchAttributes.runKind, value: 'endpoint-sync' },
        { key: searchAttributes.actor, value: actor },
        { key: searchAttributes.state, value: 'running' },
        { key: searchAttributes.dryRun, value: dryRun },
      ],
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}
