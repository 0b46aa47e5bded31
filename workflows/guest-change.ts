import { CancellationScope, proxyActivities, setCurrentDetails, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import type { IntentActivities } from '../activities/intent/activities';
import { searchAttributes } from '../temporal/search-attributes';
import { reasonOf } from './intent-plan';
import { taskQueues, type GuestChangeInput } from './names';

const quick = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '10 minutes',
});
/** A dead worker is noticed within ten seconds; the next attempt finds out what was done. Clones take their time. */
const calling = (seq: number, of: number) =>
  proxyActivities<IntentActivities>({
    taskQueue: taskQueues.mutate,
    heartbeatTimeout: '10 seconds',
    startToCloseTimeout: '12 hours',
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 12 },
    summary: `Recheck and write, call ${seq + 1} of ${of}`,
  });
const ending = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 5 },
  summary: 'Read the guest back',
});
const stamping = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.reflect,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '2 seconds', maximumAttempts: 6 },
  summary: 'Tell NetBox',
});

export interface GuestChangeResult {
  state: string;
}

/** How often, and how long apart, another change of the same guest is waited for. */
const waits = 6;

/** Changes one guest: call by call, each in one attempt with its recheck. It is never cancelled in the middle. The workflow's id is the guest's lock. */
export async function guestChange({ changeId }: GuestChangeInput): Promise<GuestChangeResult> {
  return CancellationScope.nonCancellable(() => change(changeId));
}

async function change(changeId: string): Promise<GuestChangeResult> {
  const begun = await begin(changeId);
  if (begun === undefined) {
    const message = 'Another change of the guest is under way. Apply again when it has ended.';
    await quick.leaveGuestChange({ changeId, reason: 'guest_busy', message });
    return finish('refused');
  }
  let state: string = begun.ended ?? 'running';
  if (begun.ended === null) {
    const interrupted = await makeCalls(changeId, begun.calls);
    state = await ending.endGuestChange({ changeId, interrupted });
  }
  await stamping
    .stampGuestChange({ changeId })
    .catch((error: unknown) => setCurrentDetails(`NetBox was not told: ${reasonOf(error).message}`));
  return finish(state);
}

async function begin(changeId: string) {
  for (let waited = 0; waited < waits; waited++) {
    const begun = await quick.beginGuestChange({ changeId });
    if (begun !== 'busy') return begun;
    await sleep('10 seconds', { summary: 'Another change of the guest is under way' });
  }
  return undefined;
}

/** Until one is not done. @returns why, where no call's own row says it. */
async function makeCalls(changeId: string, calls: number): Promise<{ reason: string; message: string } | null> {
  for (let seq = 0; seq < calls; seq++) {
    setCurrentDetails(`call ${seq + 1} of ${calls}`);
    try {
      const { state } = await calling(seq, calls).makeGuestCall({ changeId, seq });
      if (state !== 'done') return null;
    } catch (error) {
      return reasonOf(error);
    }
  }
  return null;
}

function finish(state: string): GuestChangeResult {
  upsertSearchAttributes([
    { key: searchAttributes.state, value: state },
    { key: searchAttributes.outcome, value: state },
  ]);
  setCurrentDetails(`**${state}**`);
  return { state };
}
