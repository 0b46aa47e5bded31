import {
  ApplicationFailure,
  CancellationScope,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { SearchAttributeType, WorkflowExecutionAlreadyStartedError, defineSearchAttributeKey } from '@temporalio/common';
import type { ReflectionActivities } from '../activities/reflection/activities';
import type { EndedRun, OpenedFiring, ScheduleActivities } from '../activities/schedules/activities';
import type { RunReason, RunState } from '../domain/run';
import type { FiringResult } from '../domain/schedules/schedule';
import { searchAttributes } from '../temporal/search-attributes';
import { fullSync } from './full-sync';
import { taskQueues, workflowIds, type ScheduledSyncInput } from './names';

const quick = proxyActivities<ScheduleActivities & ReflectionActivities>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '10 minutes',
});
const waiting = proxyActivities<ScheduleActivities>({
  taskQueue: taskQueues.control,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '1 day',
  summary: 'Wait for the end of the run',
});

/** When Temporal's Schedule meant this execution to start. */
const dueAt = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** What came of one firing; a run that failed or was partial is a failure of the workflow instead, as is a refusal. */
export interface ScheduledSyncResult {
  result: FiringResult;
  runId: string | null;
  state: RunState | null;
  reason: RunReason | null;
  message: string | null;
}

/**
 * What a Schedule of Temporal starts: asks whether this sync may run, starts it as a child and waits for it, so that the Schedule sees that it
 * still runs, and how it ended. Cancelling this workflow cancels the sync.
 * @throws ApplicationFailure with the type `refused`, `failed` or `partial`: that is how pause-on-failure hears of it.
 */
export async function scheduledSync({ scheduleId }: ScheduledSyncInput): Promise<ScheduledSyncResult> {
  const { workflowId, firstExecutionRunId, typedSearchAttributes } = workflowInfo();
  const due = typedSearchAttributes.get(dueAt)?.toISOString() ?? null;
  const opened = await quick.openScheduledSync({ scheduleId, execution: firstExecutionRunId, workflowId, dueAt: due });
  const { result, runId, message } = opened;
  if (result === 'refused') return fail('refused', message ?? 'Refused.');
  if (runId === null) return told({ result, runId, state: null, reason: null, message });

  setCurrentDetails(`**${opened.scheduleName}**: run ${runId}`);
  const { state, reason } = await endOf(opened, runId);
  if (state === 'failed' || state === 'partial') return fail(state, `Run ${runId} ended ${state} (${reason ?? 'no reason'}).`);
  return told({ result, runId, state, reason, message });
}

async function endOf(opened: OpenedFiring, runId: string): Promise<EndedRun> {
  const child = await CancellationScope.nonCancellable(() => start(opened, runId));
  if (child === undefined) return waiting.awaitScheduledRun({ runId });
  const ended = child.result().then(
    ({ state, reason }): EndedRun => ({ state, reason: reason ?? null }),
    (error: unknown) => afterFailure(error, runId),
  );
  try {
    return await Promise.race([ended, CancellationScope.current().cancelRequested]);
  } catch (error) {
    await CancellationScope.nonCancellable(async () => {
      await getExternalWorkflowHandle(child.workflowId).cancel();
      await ended;
    });
    throw error;
  }
}

/** The run was cancelled by a person; or its workflow was ended from outside, and left the run open. */
async function afterFailure(error: unknown, runId: string): Promise<EndedRun> {
  if (isCancellation(error)) return { state: 'cancelled', reason: null };
  const end = { state: 'failed', reason: 'internal' } as const;
  await CancellationScope.nonCancellable(() =>
    quick.endRun({ runId, ...end, message: 'Its workflow was ended from outside before the run was complete.' }),
  );
  return end;
}

/** Undefined when the run has its workflow already: an API process that starts looks for runs without one. */
async function start(
  { scheduleName, actor, dryRun }: OpenedFiring,
  runId: string,
): Promise<ChildWorkflowHandle<typeof fullSync> | undefined> {
  try {
    return await startChild(fullSync, {
      workflowId: workflowIds.fullSync(runId),
      args: [{ runId }],
      taskQueue: taskQueues.control,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Scheduled sync ${scheduleName}${dryRun ? ' (dry run)' : ''}, as ${actor}`,
      typedSearchAttributes: [
        { key: searchAttributes.runKind, value: 'full-sync' },
        { key: searchAttributes.actor, value: actor },
        { key: searchAttributes.state, value: 'pending' },
        { key: searchAttributes.dryRun, value: dryRun },
      ],
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

function told(result: ScheduledSyncResult): ScheduledSyncResult {
  const outcome = result.state ?? result.result;
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: outcome }]);
  setCurrentDetails(`**${outcome}** ${result.message ?? ''}`);
  return result;
}

function fail(type: 'refused' | 'failed' | 'partial', message: string): never {
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: type }]);
  setCurrentDetails(`**${type}** ${message}`);
  throw ApplicationFailure.nonRetryable(message, type);
}
