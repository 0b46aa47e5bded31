import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { loadConfig } from '../../../../config/load';
import { openSecretBox } from '../../../../database/secrets';
import { defineSearchAttributes } from '../../../../temporal/namespace';
import { searchAttributes } from '../../../../temporal/search-attributes';
import { findTestServer } from '../../../../temporal/test-server';
import { openClients } from '../../../../worker/clients';
import { composeDeletion } from '../../../../worker/deletion';
import { taskQueues, workflowIds } from '../../../../workflows/names';
import type { deletionRequest } from '../../../../workflows/deletion-request';
import type { DeletionActivities } from '../../../../activities/deletion/activities';
import type { Cluster } from '../../reflection/support/lab';
import { workflowBundlePath } from '../../../support/temporal-env';
import { startDeletionLab, type DeletionLab } from './deletion-lab';

const DAY = 86_400_000;

type Handle = WorkflowHandleWithFirstExecutionRunId<typeof deletionRequest>;

export interface Waiting {
  id: string;
  vmid: number;
  /** Milliseconds since 1970, on the clock of the server that skips time. */
  openedAt: number;
  deadline: number;
  handle: Handle;
}

/**
 * Deletion requests with the product's database, API and activities, and with workflows on a server that skips time: a week is over in seconds. The
 * usual worker has ended; this one serves deletion requests alone.
 */
export interface TimeLab extends DeletionLab {
  time: TestWorkflowEnvironment;
  /** Opens a request, and gives it once it waits for a decision. */
  wait(cluster: Cluster, vmid: number): Promise<Waiting>;
  /** Code of a decision, as a person gets it. */
  codeOf(request: { id: string }, verdict: 'approve' | 'reject' | 'cancel'): Promise<string>;
  /** What activities are called with and give can be watched and held up: by name, run around the real one. */
  around: Partial<
    Record<
      keyof DeletionActivities,
      (input: { requestId: string; now?: number }, real: () => Promise<unknown>) => Promise<unknown>
    >
  >;
  stop(): Promise<void>;
}

export async function startTimeLab(env: Record<string, string>, prepare: (lab: DeletionLab) => Promise<void>): Promise<TimeLab> {
  const lab = await startDeletionLab(env);
  await prepare(lab);
  await lab.world.stopWorker();
  const { config, database } = lab.world;
  const path = await findTestServer(loadConfig(), console);
  const time = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  await defineSearchAttributes(time.connection, time.namespace ?? 'default');
  const clients = await openClients(config, database.pool, await openSecretBox(config));
  const real = await composeDeletion(config, database.pool, clients, time.client);
  const around: TimeLab['around'] = {};
  const activities = Object.fromEntries(
    Object.entries(real).map(([name, activity]) => [
      name,
      (input: { requestId: string }) => {
        const work = () => (activity as (given: typeof input) => Promise<unknown>)(input);
        return around[name as keyof DeletionActivities]?.(input, work) ?? work();
      },
    ]),
  );

  const shared = { connection: time.nativeConnection, activities } as const;
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue: taskQueues.control, workflowBundle: { codePath: workflowBundlePath() } }),
    Worker.create({ ...shared, taskQueue: taskQueues.mutate }),
    Worker.create({ ...shared, taskQueue: taskQueues.reflect }),
  ]);
  const running = Promise.all(workers.map(worker => worker.run()));

  return {
    ...lab,
    time,
    around,
    async wait(cluster, vmid) {
      const { status, body } = await lab.requester.say('POST', '', { endpoint_id: cluster.id, vmid, reason: 'no longer needed' });
      if (status !== 201) throw new Error(`asking was answered ${status}: ${JSON.stringify(body)}`);
      const openedAt = await time.currentTimeMs();
      // The clocks of the API and of the database are some milliseconds apart.
      const days = Math.round((Date.parse(body.deadline) - Date.parse(body.openedAt)) / DAY);
      const deadline = openedAt + days * DAY;
      await database.pool.query('update deletion_request set opened_at = $2, deadline = $3 where id = $1', [
        body.id,
        new Date(openedAt),
        new Date(deadline),
      ]);
      const handle: Handle = await time.client.workflow.start<typeof deletionRequest>('deletionRequest', {
        workflowId: workflowIds.deletion(cluster.id, vmid),
        taskQueue: taskQueues.control,
        args: [{ requestId: body.id }],
        typedSearchAttributes: [{ key: searchAttributes.vmid, value: vmid }],
      });
      await lab.until(body.id, 'pending');
      return { id: body.id, vmid, openedAt, deadline, handle };
    },
    codeOf: async ({ id }, verdict) =>
      (await lab.decide(lab.approver, id, 'code', { verdict, ...(verdict === 'reject' && { reason: 'still in use' }) })).body
        .code,
    async stop() {
      workers.forEach(worker => worker.shutdown());
      await running;
      await clients.close();
      await time.teardown();
      await lab.stop();
    },
  };
}
