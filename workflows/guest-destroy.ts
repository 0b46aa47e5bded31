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
const quick = proxyActivities<DeletionActivities>({ taskQueue: taskQueues.control, startToCloseTimeout: '30 seconds' });

/** Carries an approved request out, once. It is never cancelled in the middle. The workflow's id is the guest's lock. */
export async function guestDestroy({ requestId }: DeletionInput): Promise<{ state: DeletionState }> {
  return CancellationScope.nonCancellable(async () => {
    let state: DeletionState;
    try {
      state = await sending.sendDestroy({ requestId, now: Date.now() });
    } catch {
      // The worker ended in the middle, or Proxmox could not be read: the row says whether the permit was taken.
      ({ state } = await quick.readDeletion({ requestId }));
    }
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
