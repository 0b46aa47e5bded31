import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { SyncWorld } from '../../support/sync-world';
import type { Driver } from './deletion-lane';

/** Drives the real workflows, at a real Temporal, with a real worker. */
export function liveDriver({ client }: SyncWorld): Driver {
  const handleOf = (cluster: { id: string }, vmid: number) => client.workflow.getHandle(`deletion/${cluster.id}/${vmid}`);
  const orGone = (error: unknown): false => {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) return false;
    throw error;
  };
  return {
    isDone: false,
    async send(cluster, vmid, verdict, code, as) {
      const handle = handleOf(cluster, vmid);
      if (as === 'update') return handle.executeUpdate<unknown, [string]>(verdict, { args: [code] }).then(() => true, orGone);
      await handle.signal(verdict, code).catch(orGone);
      return undefined;
    },
    async look(cluster, vmid) {
      await handleOf(cluster, vmid).signal('look').catch(orGone);
    },
    async terminate(cluster, vmid) {
      await handleOf(cluster, vmid).terminate('by hand').catch(orGone);
      await client.workflow.execute('reconcile', {
        workflowId: `reconcile/${randomUUID()}`,
        taskQueue: 'proxbox-control',
        args: [],
      });
    },
  };
}
