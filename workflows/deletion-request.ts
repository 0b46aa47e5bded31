import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { DeletionActivities, DeletionStanding } from '../activities/deletion/activities';
import type { Recorded } from '../activities/deletion/record-decision';
import { stateWords } from '../domain/deletion/state-words';
import type { DeletionState } from '../domain/deletion/states';
import { searchAttributes } from '../temporal/search-attributes';
import { guestDestroy } from './guest-destroy';
import { reasonOf } from './intent-plan';
import { deletionSignals, deletionUpdates, lookAgain, type DeletionVerdict } from './messages';
import { taskQueues, workflowIds, type DeletionInput } from './names';

const quick = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});
const preparing = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '10 minutes',
  retry: { initialInterval: '2 seconds', maximumInterval: '1 minute', maximumAttempts: 60 },
  summary: 'Mark the guest, and keep what is there',
});
const cleaning = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 10 },
});
const telling = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.reflect,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '2 seconds', maximumInterval: '1 minute', maximumAttempts: 20 },
  summary: 'Tell NetBox',
});

/** However long NetBox is away: until then the request is not closed, and no sync makes the virtual machine anew. */
const restoring = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.reflect,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '5 minutes' },
  summary: 'Bring back what a merged delete took',
});

export interface DeletionResult {
  state: DeletionState;
}

/** A code of ours, in hex. Whether it is one is asked of the database. */
const codeShape = /^[0-9a-f]{32}$/;

const approved: readonly DeletionState[] = ['approved', 'held', 'blocked'];

/**
 * Waits for somebody to decide whether a guest is destroyed, and has it done. It decides nothing itself: every change of state is an update of the
 * request's row, which an activity makes, and this follows. So ending it from outside delays, and starting it again goes on.
 */
export async function deletionRequest({ requestId }: DeletionInput): Promise<DeletionResult> {
  return CancellationScope.nonCancellable(() => follow(requestId));
}

async function follow(requestId: string): Promise<DeletionResult> {
  let news = 0;
  let latest: DeletionStanding | undefined;
  const decide = async (verdict: DeletionVerdict, code: string): Promise<Recorded> => {
    const recorded = await quick.recordDecision({ requestId, verdict, code: code.trim(), now: Date.now() });
    news++;
    return recorded;
  };
  for (const verdict of ['approve', 'reject', 'cancel'] as const) {
    setHandler(
      deletionUpdates[verdict],
      async code => {
        const recorded = await decide(verdict, code);
        if (recorded.recorded) return { state: recorded.state };
        throw ApplicationFailure.nonRetryable(recorded.message, recorded.code);
      },
      { validator: code => refuseEarly(code, latest) },
    );
    setHandler(deletionSignals[verdict], async code => {
      // Whoever signals gets no answer: the audit log has it.
      if (typeof code === 'string' && codeShape.test(code.trim())) await decide(verdict, code);
    });
  }
  setHandler(lookAgain, () => void news++);

  for (;;) {
    const seen = news;
    latest = await quick.readDeletion({ requestId });
    show(latest);
    if (latest.isFinal) break;
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      return continueAsNew<typeof deletionRequest>({ requestId });
    }
    // Once it is being carried out, its end is all that matters.
    if (latest.state === 'executing') {
      await carryOut(requestId, latest);
      continue;
    }
    if (Date.now() >= latest.deadline) {
      await quick.expireDeletion({ requestId });
      continue;
    }
    if (!latest.prepared) {
      await prepare(requestId);
      continue;
    }
    if (latest.remindAt !== null && Date.now() >= latest.remindAt) {
      await quick.remindOfDeletion({ requestId, now: Date.now() });
      continue;
    }
    if (approved.includes(latest.state)) {
      if (latest.state === 'approved' && latest.heldUntil !== null && latest.heldUntil > Date.now()) {
        await wait(latest, () => news !== seen, latest.heldUntil - Date.now());
        continue;
      }
      const state = await carryOut(requestId, latest);
      if (state === undefined || approved.includes(state)) await wait(latest, () => news !== seen, latest.lookMs);
      continue;
    }
    await wait(latest, () => news !== seen, Infinity);
  }
  return end(requestId, latest);
}

/** Before anything is written to the history. */
function refuseEarly(code: string, latest: DeletionStanding | undefined): void {
  if (typeof code !== 'string' || !codeShape.test(code.trim())) {
    throw ApplicationFailure.nonRetryable(
      'Send a code: 32 digits and letters, from the page or from `proxbox deletion code`.',
      'unknown_code',
    );
  }
  if (latest?.isFinal === true) throw ApplicationFailure.nonRetryable(`The request has ended: ${latest.state}.`, 'final');
}

async function prepare(requestId: string): Promise<void> {
  try {
    await preparing.prepareDeletion({ requestId });
  } catch (error) {
    await quick.refuseDeletion({ requestId, ...reasonOf(error) });
  }
}

/** Until there is news, the next reminder or the deadline comes, or so much time is over. */
async function wait(standing: DeletionStanding, hasNews: () => boolean, mostMs: number): Promise<void> {
  const until = Math.min(standing.deadline, standing.remindAt ?? Infinity);
  await condition(hasNews, Math.max(1, Math.min(until - Date.now(), mostMs)));
}

/** @returns undefined when something else works on the guest. */
async function carryOut(requestId: string, { endpointId, vmid, about }: DeletionStanding): Promise<DeletionState | undefined> {
  try {
    const child = await startChild(guestDestroy, {
      workflowId: workflowIds.guest(endpointId, vmid),
      args: [{ requestId }],
      taskQueue: taskQueues.control,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Destroy ${about}, as it was approved`,
      typedSearchAttributes: [
        { key: searchAttributes.endpoint, value: endpointId },
        { key: searchAttributes.runKind, value: 'guest-destroy' },
        { key: searchAttributes.vmid, value: vmid },
        { key: searchAttributes.state, value: 'running' },
      ],
    });
    return (await child.result()).state;
  } catch (error) {
    // Something else works on the guest, or its workflow was ended from outside: the row says how far it came.
    const why =
      error instanceof WorkflowExecutionAlreadyStartedError ? 'Something else works on the guest' : 'Its workflow was ended';
    await sleep('10 seconds', { summary: why });
    return undefined;
  }
}

/** Cleans up. What does not work in the end is left, and told; a guest keeps the tag rather than a request staying open. */
async function end(requestId: string, latest: DeletionStanding): Promise<DeletionResult> {
  await cleaning
    .unmarkGuest({ requestId })
    .catch((error: unknown) => setCurrentDetails(`The tag is still there: ${reasonOf(error).message}`));
  await restoring
    .restoreNetBox({ requestId })
    .catch((error: unknown) => setCurrentDetails(`NetBox's virtual machine was not brought back: ${reasonOf(error).message}`));
  await telling
    .tellNetBoxOfDestroy({ requestId })
    .catch((error: unknown) => setCurrentDetails(`NetBox was not told: ${reasonOf(error).message}`));
  await quick.closeDeletion({ requestId });
  await condition(allHandlersFinished);
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: latest.state }]);
  return { state: latest.state };
}

/** Where it stands, what that means and what comes next: for whoever looks at it in Temporal. */
function show({ state, isFinal, about, deadline, reasons }: DeletionStanding): void {
  upsertSearchAttributes([
    { key: searchAttributes.state, value: state },
    { key: searchAttributes.expiresAt, value: new Date(deadline) },
  ]);
  setCurrentDetails(
    [
      `**${state.replaceAll('_', ' ')}**: ${about}`,
      stateWords[state],
      ...(isFinal || state === 'executing' ? [] : [`Expires at ${new Date(deadline).toISOString()}.`]),
      ...(reasons === '' ? [] : [reasons]),
    ].join('\n\n'),
  );
}
