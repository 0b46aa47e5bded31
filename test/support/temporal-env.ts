import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { NAMESPACE } from '../../temporal/dev-server';
import { need, readRunNotes } from './run-notes';

export interface TestTemporal {
  /** host:port of the run's development server, which all test files share: task queues and workflow ids must be unique. */
  address: string;
  namespace: string;
  client: Client;
  nativeConnection: NativeConnection;
  close(): Promise<void>;
}

let runtimeInstalled = false;

/** Connections to the run's Temporal server. Call `close()` at the end of the file. */
export async function testTemporal(): Promise<TestTemporal> {
  const address = need(readRunNotes().temporalAddress);
  if (!runtimeInstalled) {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    runtimeInstalled = true;
  }
  const connection = await Connection.connect({ address });
  const nativeConnection = await NativeConnection.connect({ address });
  return {
    address,
    namespace: NAMESPACE,
    client: new Client({ connection, namespace: NAMESPACE }),
    nativeConnection,
    close: async () => {
      await connection.close();
      await nativeConnection.close();
    },
  };
}

/** Path of the workflow code, bundled once per run: `workflowBundle: { codePath: workflowBundlePath() }`. */
export function workflowBundlePath(): string {
  return need(readRunNotes().workflowBundle);
}

export type TestWorkerOptions = Omit<WorkerOptions, 'connection' | 'namespace' | 'taskQueue'> & { taskQueue?: string };

/**
 * Runs `fn` while a worker serves a task queue of its own, and ends the worker after it. The worker has the product's workflows unless the options
 * bring `workflowsPath` or `workflowBundle`.
 */
export async function withWorker<T>(
  temporal: TestTemporal,
  options: TestWorkerOptions,
  fn: (taskQueue: string, worker: Worker) => Promise<T>,
): Promise<T> {
  const taskQueue = options.taskQueue ?? `test-${randomUUID()}`;
  const bringsWorkflows = options.workflowsPath !== undefined || options.workflowBundle !== undefined;
  const worker = await Worker.create({
    ...(bringsWorkflows ? {} : { workflowBundle: { codePath: workflowBundlePath() } }),
    ...options,
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    taskQueue,
  });
  return worker.runUntil(fn(taskQueue, worker));
}
