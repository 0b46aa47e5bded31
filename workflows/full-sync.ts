import {
  CancellationScope,
  ParentClosePolicy,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  startChild,
  upsertSearchAttributes,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { OpenedEndpoint } from '../activities/reflection/runs';
import type { ReflectionActivities } from '../activities/reflection/activities';
import type { RunReason, RunState } from '../domain/run';
import { searchAttributes } from '../temporal/search-attributes';
import { endpointSync } from './endpoint-sync';
import { taskQueues, workflowIds, type RunInput } from './names';

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

export interface FullSyncResult {
  state: RunState;
  reason?: RunReason;
  message?: string;
}

/** Synchronises all or chosen endpoints, each in a child of its own: one that fails does not hold up the others. */
export async function fullSync({ runId }: RunInput): Promise<FullSyncResult> {
  const opened = await quick.openFullSync({ runId });
  if (opened === null) return { state: 'cancelled', message: 'The run had ended before its workflow began.' };
  upsertSearchAttributes([{ key: searchAttributes.state, value: 'running' }]);
  setCurrentDetails(`${opened.endpoints.length} endpoints: ${opened.endpoints.map(item => item.endpointName).join(', ')}`);
  try {
    await allOf(opened.endpoints.map(item => synchronise(item, opened.dryRun, opened.requestedBy)));
  } catch (error) {
    // Children go on by themselves; a cancelled parent starts no further one.
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() =>
      quick.endRun({ runId, state: 'cancelled', message: 'Cancelled; no further endpoint was started.' }),
    );
    throw error;
  }
  const end = await quick.closeFullSync({ runId });
  upsertSearchAttributes([
    { key: searchAttributes.state, value: end.state },
    { key: searchAttributes.outcome, value: end.reason ?? end.state },
  ]);
  setCurrentDetails(`**${end.state}** ${end.message ?? ''}`);
  return end;
}

/** The child's id is the endpoint's lock: another sync of it is waited for, then this one runs with its own scope. */
async function synchronise(item: OpenedEndpoint, dryRun: boolean, actor: string): Promise<void> {
  for (let seconds = 10; ; seconds = Math.min(seconds * 2, longestWaitSeconds)) {
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
}

/** Before the lock is tried again: a terminated workflow frees it, and leaves its run open. */
const longestWaitSeconds = 300;

/** Waits for all, and then throws what one of them threw. */
async function allOf(work: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(each => each.status === 'rejected');
  if (failed) throw failed.reason;
}

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
