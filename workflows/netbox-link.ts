import { proxyActivities } from '@temporalio/workflow';
import type { PeopleActivities } from '../activities/people/netbox-link';
import { taskQueues, type NetBoxLinkInput } from './names';

const { proveNetBoxUser } = proxyActivities<PeopleActivities>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 2 },
  summary: 'Sign in at NetBox',
});

/** Asks NetBox who a person is who gave name and password; both, and the answer, are in the row. */
export async function netboxLink({ attemptId }: NetBoxLinkInput): Promise<void> {
  await proveNetBoxUser({ attemptId });
}
