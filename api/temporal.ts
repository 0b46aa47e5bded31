import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { taskQueues, workflowIds, workflowTypes, type RunInput } from '../workflows/names';
import { TemporalUnavailableError } from './errors';

/** What the API asks of Temporal. Every call is bounded in time and throws TemporalUnavailableError when it fails. */
export interface Temporal {
  /** Starts the workflow of a run that is already a row. May be repeated: a run has one workflow, ever. */
  startFullSync(runId: string, summary: string): Promise<void>;
  /** Asks a workflow to stop. False when there is none that could. */
  cancel(workflowId: string): Promise<boolean>;
  /** How many worker processes asked a queue for work lately. */
  pollers(taskQueue: string): Promise<number>;
}

const CALL_MS = 5_000;
/** A worker asks again at least once a minute. */
const POLLER_SEEN_WITHIN_MS = 90_000;
/** Of `temporal.api.enums.v1.TaskQueueType`. */
const QUEUE_TYPES = [1, 2] as const;

export function createTemporal(client: Client): Temporal {
  const call = <T>(work: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + CALL_MS, work).catch((error: unknown) => {
      throw new TemporalUnavailableError(error);
    });

  return {
    startFullSync: (runId, summary) => call(() => start(client, runId, summary)),
    cancel: workflowId => call(() => cancel(client, workflowId)),
    pollers: taskQueue => call(() => countPollers(client, taskQueue)),
  };
}

async function start(client: Client, runId: string, summary: string): Promise<void> {
  const input: RunInput = { runId };
  try {
    await client.workflow.start(workflowTypes.fullSync, {
      workflowId: workflowIds.fullSync(runId),
      taskQueue: taskQueues.control,
      args: [input],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: summary,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function cancel(client: Client, workflowId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).cancel();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function countPollers(client: Client, taskQueue: string): Promise<number> {
  const seenAfter = Date.now() - POLLER_SEEN_WITHIN_MS;
  const answers = await Promise.all(
    QUEUE_TYPES.map(taskQueueType =>
      client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name: taskQueue },
        taskQueueType,
      }),
    ),
  );
  const recent = answers
    .flatMap(({ pollers }) => pollers ?? [])
    .filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > seenAfter);
  return new Set(recent.map(({ identity }) => identity)).size;
}
