import type { NativeConnection, Worker } from '@temporalio/worker';
import type { ReadinessCheck } from '../telemetry/readiness';

/** Whether Temporal answers for our namespace. */
export const temporalCheck = (connection: NativeConnection, namespace: string): ReadinessCheck => ({
  part: 'temporal',
  problem: async () => {
    await connection.workflowService.describeNamespace({ namespace });
    return undefined;
  },
  unanswered: 'Temporal does not answer, or refuses.',
});

/** Whether each task queue of this process is asked for work. */
export const workersCheck = (workers: readonly Pick<Worker, 'getState' | 'options'>[]): ReadinessCheck => ({
  part: 'workers',
  problem: async () => {
    const idle = workers.filter(worker => worker.getState() !== 'RUNNING').map(({ options }) => options.taskQueue);
    return idle.length === 0
      ? undefined
      : `Nobody here takes work from ${idle.join(', ')}: the process is starting, stopping, or has failed.`;
  },
  unanswered: 'The workers do not answer.',
});
