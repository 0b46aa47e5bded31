import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { IntentActivities } from '../activities/intent/activities';
import { taskQueues } from './names';
import { startApply } from './start-apply';
import { startMerge } from './start-merge';

const { watchBranches } = proxyActivities<IntentActivities>({
  taskQueue: taskQueues.control,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '2 hours',
  retry: { maximumInterval: '1 minute' },
  summary: 'Wait for changes in NetBox',
});

/** Looks that one execution takes: the Schedule starts the next one. */
const looks = 50;

/** Waits for changes in NetBox that are meant for Proxmox, such as merged branches, and starts their runs. Ends after an hour without any. */
export async function watch(): Promise<{ started: number }> {
  let started = 0;
  for (let n = 0; n < looks; n++) {
    const found = await watchBranches();
    if (found.length === 0) break;
    for (const work of found) {
      const isNew = 'apply' in work ? await startApply(work.apply) : await startMerge(work.merge);
      if (isNew) started++;
    }
    setCurrentDetails(`${started} workflows were started`);
  }
  return { started };
}
