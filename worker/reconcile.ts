import { type Client, ScheduleAlreadyRunning, WorkflowNotFoundError, type WorkflowExecutionStatusName } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { createReconcileActivities, type ReconcileActivities } from '../activities/runs/reconcile';
import { createReflectionStore } from '../database/reflection-store';
import type { WorkflowStanding } from '../domain/lost-runs';
import { searchAttributes } from '../temporal/search-attributes';
import { taskQueues, workflowIds, workflowTypes } from '../workflows/names';

/** Puts the reconciler together: the only activity that asks Temporal about other workflows. */
export const composeReconcile = (pool: Pool, client: Client): ReconcileActivities =>
  createReconcileActivities({
    store: createReflectionStore(pool),
    standingOf: workflowId => standingOf(client, workflowId),
  });

const standings: Partial<Record<WorkflowExecutionStatusName, WorkflowStanding>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed-out',
};

export async function standingOf(client: Client, workflowId: string): Promise<WorkflowStanding> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return standings[status.name] ?? 'open';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'none';
    throw error;
  }
}

/** Has the reconciler run every minute. One that is there stays as it is, since an operator may have paused it; where we may not make one, the log says so. */
export async function scheduleReconcile(client: Client, log: Pick<Logger, 'warn'>): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: workflowIds.reconcile,
      spec: { intervals: [{ every: '1 minute' }] },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.reconcile,
        workflowId: workflowIds.reconcile,
        taskQueue: taskQueues.control,
        staticSummary: 'Ends runs that were left open, and starts those that were never started',
        typedSearchAttributes: [{ key: searchAttributes.runKind, value: 'reconcile' }],
      },
      policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
    });
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return;
    log.warn(
      { err: error },
      `the Schedule ${workflowIds.reconcile} could not be made: runs whose workflow is terminated stay open`,
    );
  }
}
