import type { Logger } from 'pino';
import { startApi, type RunningApi, type StartApiOptions } from '../api/start';
import { openTemporal } from '../api/temporal';
import type { Config } from '../config/config';
import { createPool, type ResolvedDatabase } from '../database/connect';
import { migrate } from '../database/migrate';
import type { FoundTemporal } from '../temporal/found';
import { startWorker, type RunningWorker } from '../worker/start';
import type { Opened } from './opened';

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

  const client = openTemporal(temporal.connectionOptions, temporal.namespace);
  opened.add('connection to Temporal', client.close);
  const api = await startApi({
    config,
    database: pool,
    databaseEngine: config.database.url === undefined ? 'embedded' : 'external',
    temporal: client.temporal,
    temporalUi: { url: temporal.uiUrl, namespace: temporal.namespace },
    log,
    showFirstKey,
  });
  opened.add('API', api.stop);

  const worker = await startWorker({ config, pool, temporal, log });
  // Whoever waits for its end hears of it; nobody may be waiting yet.
  worker.ended.catch(() => {});
  opened.add('worker', worker.stop);
  return { api, worker };
}
