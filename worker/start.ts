import { Client } from '@temporalio/client';
import { NativeConnection, Runtime, makeTelemetryFilterString, type LogLevel, type Worker } from '@temporalio/worker';
import type { Pool } from 'pg';
import type { Logger as PinoLogger } from 'pino';
import type { Config } from '../config/config';
import { openSecretBox } from '../database/secrets';
import type { FoundTemporal } from '../temporal/found';
import { databaseCheck } from '../database/readiness';
import type { ReadinessCheck } from '../telemetry/readiness';
import type { Tracing } from '../telemetry/tracing';
import { temporalCheck, workersCheck } from './checks';
import { openClients } from './clients';
import { composeDeletion } from './deletion';
import { composeIntent, scheduleWatch } from './intent';
import { composeOutbox, scheduleOutbox } from './outbox';
import { composeQuestions } from './questions';
import { composeReconcile, scheduleReconcile } from './reconcile';
import { composeReflection } from './reflection';
import { composeSchedules } from './schedules';
import { createWorkers } from './workers';

export interface StartWorkerOptions {
  config: Config;
  pool: Pool;
  temporal: Pick<FoundTemporal, 'connectionOptions' | 'namespace'>;
  log: PinoLogger;
  /** host:port on which the SDK shows its own metrics; without it, it keeps none. The first worker of a process decides. */
  sdkMetricsAddress?: string;
  /** Makes traces of workflows and activities; without it there are none. */
  tracing?: Pick<Tracing, 'workerPlugin'>;
  /** Bundled workflow code; without it, it is bundled now. */
  bundle?: { codePath: string };
}

export interface RunningWorker {
  /** Rejects when a worker fails; resolves after `stop`. */
  ended: Promise<void>;
  /** Takes no new tasks, lets running ones end within the grace time, and closes. Safe to call twice. */
  stop(): Promise<void>;
  /** What this process needs in order to work. */
  checks: ReadinessCheck[];
}

/** Hosts all task queues in this process. The pool and the Temporal server are left to whoever opened them. */
export async function startWorker(options: StartWorkerOptions): Promise<RunningWorker> {
  const { config, pool, temporal, log, bundle } = options;
  installRuntime(log, options.sdkMetricsAddress);
  const secrets = await openSecretBox(config);
  const clients = await openClients(config, pool, secrets);
  const connection = await NativeConnection.connect(temporal.connectionOptions);
  const client = new Client({ connection, namespace: temporal.namespace });
  const stopping = new AbortController();
  const workers = await createWorkers({
    connection,
    namespace: temporal.namespace,
    activities: {
      ...composeReflection(config, pool, clients),
      ...composeQuestions(config, pool, secrets, clients),
      ...(await composeIntent(config, pool, secrets, clients, client, stopping.signal)),
      ...(await composeDeletion(config, pool, clients, client)),
      ...(await composeSchedules(config, pool)),
      ...composeReconcile(pool, client),
      ...composeOutbox(config, pool, secrets, clients),
    },
    ...(bundle && { bundle }),
    ...(options.tracing && { plugin: options.tracing.workerPlugin }),
  });
  await scheduleReconcile(client, log);
  await scheduleOutbox(client, log);
  await scheduleWatch(client, log);
  const running = Promise.all(workers.map(worker => worker.run()));
  const close = async (): Promise<void> => {
    await connection.close();
    await clients.close();
  };
  const shutDownAll = (): void => {
    stopping.abort();
    workers.forEach(shutDown);
  };
  const ended = running.then(close, async (error: unknown) => {
    shutDownAll();
    await close();
    throw error;
  });
  return {
    ended,
    stop: async () => {
      shutDownAll();
      await ended.catch(() => {});
    },
    checks: [databaseCheck(pool), temporalCheck(connection, temporal.namespace), workersCheck(workers)],
  };
}

function shutDown(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}

let installed = false;

/** What the SDK tells as information, such as every option of a worker, is detail here. */
const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'debug',
  WARN: 'warn',
  ERROR: 'error',
};

/**
 * The SDK's messages go where ours go; signals are ours to handle, in order. At its finest it logs all that a workflow or an activity is handed, which may be
 * somebody's one-time code: of that the message alone is kept.
 */
function installRuntime(log: PinoLogger, metricsAddress: string | undefined): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (level, message, meta) => log[LEVELS[level]](level === 'TRACE' ? {} : (meta ?? {}), message),
      trace: message => log.trace(message),
      debug: (message, meta) => log.debug(meta ?? {}, message),
      info: (message, meta) => log.debug(meta ?? {}, message),
      warn: (message, meta) => log.warn(meta ?? {}, message),
      error: (message, meta) => log.error(meta ?? {}, message),
    },
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metricsAddress !== undefined && { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
  });
}
