import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Purged, RetentionActivities } from '../activities/retention/activities';
import { taskQueues } from './names';

const { purgeOldRows } = proxyActivities<RetentionActivities>({
  taskQueue: taskQueues.control,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '2 hours',
  retry: { initialInterval: '1 minute', maximumAttempts: 5 },
  summary: 'Drop what is older than the settings say',
});

/** Purges old runs and what expired, once. A Schedule of Temporal starts it every day. The audit log is not touched. */
export async function retention(): Promise<Purged> {
  const purged = await purgeOldRows();
  const shown = Object.entries(purged).map(([what, count]) => `${what}: ${count}`);
  setCurrentDetails(shown.join(', '));
  return purged;
}
