import { CancellationScope, proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { DeletionActivities } from '../activities/deletion/activities';
import type { DeletionState } from '../domain/deletion/states';
import { searchAttributes } from '../temporal/search-attributes';
import { taskQueues, type DeletionInput } from './names';

/** One attempt, never another: whoever comes after it finds out what it did. */
const sending = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '30 minutes',
  retry: { maximumAttempts: 1 },
  summary: 'Recheck, and destroy',
});
const resolving = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '12 hours',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  summary: 'Read what became of it',
});
const backingUp = proxyActivities<DeletionActivities>({
  taskQueue: taskQueues.mutate,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '12 hours',
  retry: { initialInterval: '5 seconds', maximumInterval: '1 minute', maximumAttempts: 20 },
  summary: 'Make a backup, where one is wanted first',
});
const quick = proxyActivities<DeletionActivities>({ taskQueue: taskQueues.control, startToCloseTimeout: '30 seconds' });

/** Carries an approved request out, once. It is never cancelled in the middle. The workflow's id is the guest's lock. */
export async function guestDestroy({ requestId }: DeletionInput): Promise<{ state: DeletionState }> {
  return CancellationScope.nonCancellable(async () => {
    let state = await send(requestId);
    // Where a backup is all that is in the way, it is made, and everything is asked again.
    if (state === 'blocked' && (await backedUp(requestId))) state = await send(requestId);
    if (state === 'executing') {
      setCurrentDetails('**sent**: reading what becomes of it');
      state = await resolving.resolveDestroy({ requestId });
    }
    upsertSearchAttributes([
      { key: searchAttributes.state, value: state },
      { key: searchAttributes.outcome, value: state },
    ]);
    setCurrentDetails(`**${state.replaceAll('_', ' ')}**`);
    return { state };
  });
}

async function send(requestId: string): Promise<DeletionState> {
  try {
    return await sending.sendDestroy({ requestId, now: Date.now() });
  } catch {
    // The worker ended in the middle, or Proxmox could not be read: the row says whether the permit was taken.
    return (await quick.readDeletion({ requestId })).state;
  }
}

/** What could not be found out is found out at the next look. */
const backedUp = (requestId: string): Promise<boolean> => backingUp.backUpGuest({ requestId }).catch(() => false);
