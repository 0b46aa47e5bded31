import {
  CancellationScope,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ReflectionActivities } from '../activities/reflection/activities';
import type { RunReason, RunState } from '../domain/run';
import { searchAttributes } from '../temporal/search-attributes';
import { taskQueues, type RunInput } from './names';
import { synchronise } from './synchronise';

const quick = proxyActivities<ReflectionActivities>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '10 minutes',
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

/** Waits for all, and then throws what one of them threw. */
async function allOf(work: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(each => each.status === 'rejected');
  if (failed) throw failed.reason;
}
