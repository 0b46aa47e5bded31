import { proxyActivities } from '@temporalio/workflow';
import type { EndpointActivities } from '../activities/endpoints/activities';
import { taskQueues, type ProbeInput } from './names';

const { probeEndpoint } = proxyActivities<EndpointActivities>({
  taskQueue: taskQueues.control,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '3 minutes',
  scheduleToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 3 },
  summary: 'Ask Proxmox and NetBox',
});

/** Tests the connections of an endpoint; what was found is in the row. */
export async function endpointProbe({ probeId }: ProbeInput): Promise<void> {
  await probeEndpoint({ probeId });
}
