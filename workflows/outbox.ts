import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { NotificationActivities, OutboxSummary } from '../activities/notifications/activities';
import { taskQueues } from './names';

const { writeMessages, readExpiries, sendMessages } = proxyActivities<NotificationActivities>({
  taskQueue: taskQueues.control,
  heartbeatTimeout: '30 seconds',
  startToCloseTimeout: '10 minutes',
  // The next minute tries again.
  retry: { maximumAttempts: 2 },
});

/** Tells people what happened: writes messages about it, and sends those that are due. A Schedule of Temporal starts it every minute. */
export async function outbox(): Promise<OutboxSummary> {
  await readExpiries();
  await writeMessages();
  const summary = await sendMessages();
  setCurrentDetails(`sent: ${summary.sent}, failed: ${summary.failed}`);
  return summary;
}
