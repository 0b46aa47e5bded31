import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  CancelledFailure,
  ParentClosePolicy,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { DeletionActivities } from '../activities/deletion/activities';
import type { IntentActivities } from '../activities/intent/activities';
import type { NextChange, OpenedApply } from '../activities/intent/runs';
import type { RunState } from '../domain/run';
import { searchAttributes } from '../temporal/search-attributes';
import { guestChange } from './guest-change';
import { reasonOf } from './intent-plan';
import { applyProgress, pauseApply, resumeApply, type ApplyProgress } from './messages';
import { taskQueues, workflowIds, type IntentApplyInput } from './names';
import { startDeletion } from './start-deletion';
import { synchronise } from './synchronise';

const quick = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '10 minutes',
});
const planning = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '1 hour',
  retry: { maximumAttempts: 5 },
  summary: 'Read guests and cluster, plan and check',
});

const telling = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.reflect,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '30 minutes',
  retry: { initialInterval: '2 seconds', maximumAttempts: 6 },
  summary: 'Tell NetBox what was refused',
});

const deletions = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '5 minutes',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  summary: 'Open deletion requests',
});

export interface IntentApplyResult {
  state: RunState;
  message?: string;
}

/** Guests of one history. */
const guestsOfHistory = 100;

/** Ends of a guest after which a run that stops at the first failure begins no other one. */
const failures = new Set(['refused', 'failed', 'partly_applied', 'unknown_outcome']);

/** Applies the plan of a run, one guest after the other, each in a workflow of its own. Pausing and cancelling hold between two guests. */
export async function intentApply({ runId, continued }: IntentApplyInput): Promise<IntentApplyResult> {
  const progress: ApplyProgress = { paused: continued?.paused ?? false, done: 0, current: null };
  setHandler(applyProgress, () => progress);
  setHandler(pauseApply, () => void (progress.paused = true));
  setHandler(resumeApply, () => void (progress.paused = false));
  let rest: IntentApplyResult | 'more';
  try {
    rest = await apply(runId, continued === undefined, progress);
  } catch (error) {
    return CancellationScope.nonCancellable(() => endedBy(error, runId));
  }
  if (rest !== 'more') return rest;
  return continueAsNew<typeof intentApply>({ runId, continued: { paused: progress.paused } });
}

async function apply(runId: string, isFirst: boolean, progress: ApplyProgress): Promise<IntentApplyResult | 'more'> {
  const opened = await quick.openIntentApply({ runId });
  if (opened === null) return { state: 'cancelled', message: 'The run had ended before its workflow began.' };
  if (isFirst) {
    setCurrentDetails(`planning ${opened.about}`);
    await planning.makeIntentPlan({ planId: opened.planId });
    for (const request of await deletions.openDeletions({ runId })) await startDeletion(request, `by ${opened.about}`);
    const { queued } = await quick.queueGuestChanges({ runId });
    upsertSearchAttributes([{ key: searchAttributes.changed, value: queued }]);
  }
  const next = await quick.nextGuestChanges({ runId, limit: guestsOfHistory });
  for (const change of next) {
    await waitWhilePaused(runId, progress);
    progress.current = change.summary;
    setCurrentDetails(`${change.summary}; ${progress.done} of ${next.length} are done`);
    const state = await CancellationScope.nonCancellable(() => changeGuest(change, opened));
    progress.done++;
    progress.current = null;
    if (opened.stopOnFailure && failures.has(state)) {
      const message = `The run stops after its first failure, which was: ${change.summary}.`;
      await quick.leaveGuestChanges({ runId, reason: 'stopped_after_failure', message });
      return close(runId);
    }
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The run was cancelled between two guests.');
  }
  return next.length < guestsOfHistory ? close(runId) : 'more';
}

/** Looks at the lock of an endpoint's sync: somebody waits for the end of this run. */
const looks = 6;

async function close(runId: string, cancelled = false): Promise<IntentApplyResult> {
  return CancellationScope.nonCancellable(async () => {
    await showInNetBox(runId).catch((error: unknown) => setCurrentDetails(`NetBox was not told: ${reasonOf(error).message}`));
    return finish(await quick.closeIntentApply({ runId, cancelled }));
  });
}

/** What was refused is told there, and what was made is reflected before the run ends: the next sync has nothing to do for it. */
async function showInNetBox(runId: string): Promise<void> {
  await telling.stampRefusals({ runId });
  const { endpoints, requestedBy } = await quick.openReflections({ runId });
  if (endpoints.length > 0) setCurrentDetails('showing in NetBox what was made');
  await Promise.all(endpoints.map(item => synchronise(item, false, requestedBy, looks)));
}

async function waitWhilePaused(runId: string, progress: ApplyProgress): Promise<void> {
  if (!progress.paused) return;
  setCurrentDetails('**paused**: no further guest is begun');
  await quick.notePause({ runId, paused: true });
  await condition(() => !progress.paused);
  await quick.notePause({ runId, paused: false });
}

/** Attempts with a guest whose workflow was ended from outside; the next one finds out what was done. */
const attempts = 3;
/** How often, and how long apart, another workflow of the guest is waited for. */
const waits = 30;

async function changeGuest(change: NextChange, opened: OpenedApply): Promise<string> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const child = await startGuest(change, opened);
    if (child === undefined) break;
    try {
      return (await child.result()).state;
    } catch {
      // Terminated, or timed out.
    }
  }
  const { changeId } = change;
  const busy = { reason: 'guest_busy', message: 'Something else works on the guest. Apply again when it has ended.' };
  await quick.leaveGuestChange({ changeId, ...busy });
  return quick.endGuestChange({ changeId, interrupted: busy });
}

async function startGuest(change: NextChange, { requestedBy, about }: OpenedApply) {
  const { changeId, endpointId, vmid, summary } = change;
  for (let waited = 0; waited < waits; waited++) {
    try {
      return await startChild(guestChange, {
        workflowId: workflowIds.guest(endpointId, vmid),
        args: [{ changeId }],
        taskQueue: taskQueues.control,
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: summary,
        staticDetails: `Asked for by ${requestedBy}, in ${about}.`,
        typedSearchAttributes: [
          { key: searchAttributes.endpoint, value: endpointId },
          { key: searchAttributes.runKind, value: 'guest-change' },
          { key: searchAttributes.actor, value: requestedBy },
          { key: searchAttributes.vmid, value: vmid },
          { key: searchAttributes.state, value: 'running' },
        ],
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      await sleep('10 seconds', { summary: 'Something else works on the guest' });
    }
  }
  return undefined;
}

async function endedBy(error: unknown, runId: string): Promise<IntentApplyResult> {
  if (isCancellation(error)) {
    await quick.leaveGuestChanges({ runId, reason: 'cancelled', message: 'The run was cancelled before its turn.' });
    await close(runId, true);
    throw error;
  }
  const why = reasonOf(error);
  await quick.failIntentApply({ runId, ...why });
  return finish({ state: 'failed', message: why.message });
}

function finish({ state, message }: IntentApplyResult): IntentApplyResult {
  upsertSearchAttributes([
    { key: searchAttributes.state, value: state },
    { key: searchAttributes.outcome, value: state },
  ]);
  setCurrentDetails(`**${state}** ${message ?? ''}`);
  return { state, ...(message !== undefined && { message }) };
}
