import type { Logger } from 'pino';
import { startApi, type RunningApi, type StartApiOptions } from '../api/start';
import { openTemporal } from '../api/temporal';
import type { Config } from '../config/config';
import { createPool, type ResolvedDatabase } from '../database/connect';
import { migrate } from '../database/migrate';
import type { FoundTemporal } from '../temporal/found';
import { openSide, registryFor } from '../telemetry/side';
import { openTracing } from '../telemetry/tracing';
import { measureClients } from '../worker/metrics';
import { chooseSdkMetrics } from '../worker/sdk-metrics';
import { startWorker, type RunningWorker } from '../worker/start';
import type { Opened } from '../config/host/opened';

export interface ProductOptions {
  config: Config;
  database: ResolvedDatabase;
  temporal: FoundTemporal;
  log: Logger;
  showFirstKey: StartApiOptions['showFirstKey'];
}

export interface Product {
  api: RunningApi;
  worker: RunningWorker;
}

/** API and worker in this process, on one pool. They end with `opened`: the worker drains first, while the API still answers. */
export async function startProduct(options: ProductOptions, opened: Opened): Promise<Product> {
  const { config, database, temporal, log, showFirstKey } = options;
  await migrate(database.url, { log: line => log.info(line) });
  const pool = createPool(database.url, { max: 20 });
  opened.add('connections to PostgreSQL', () => pool.end());

  const tracing = await openTracing(config.tracing, 'proxbox');
  if (tracing !== undefined) opened.add('traces', tracing.stop);
  const client = openTemporal(temporal.connectionOptions, temporal.namespace, tracing?.clientInterceptors);
  opened.add('connection to Temporal', client.close);
  const register = registryFor(config.metrics);
  const sdk = register && (await chooseSdkMetrics());
  if (register) measureClients(register, config);
  const api = await startApi({
    config,
    database: pool,
    databaseEngine: config.database.url === undefined ? 'embedded' : 'external',
    temporal: client.temporal,
    temporalUi: { url: temporal.uiUrl, namespace: temporal.namespace },
    log,
    showFirstKey,
    ...(register && { metrics: register }),
    ...(tracing && { tracing }),
  });
  opened.add('API', api.stop);

  const worker = await startWorker({
    config,
    pool,
    temporal,
    log,
    ...(sdk && { sdkMetricsAddress: sdk.address }),
    ...(tracing && { tracing }),
  });
  // Whoever waits for its end hears of it; nobody may be waiting yet.
  worker.ended.catch(() => {});
  opened.add('worker', worker.stop);
  const side = await openSide(config.metrics, { register, others: sdk ? [sdk.read] : [], checks: worker.checks });
  if (side !== undefined) {
    opened.add('metrics', side.stop);
    log.info(`metrics: ${side.url}/metrics`);
  }
  return { api, worker };
}
