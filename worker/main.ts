import { endWithin } from '../config/host/bounded-end';
import { endWith, fail } from '../config/host/fail';
import { Opened } from '../config/host/opened';
import { loadConfig } from '../config/load';
import { createPool, resolveDatabase } from '../database/connect';
import { migrate } from '../database/migrate';
import { createLog } from '../telemetry/log';
import { openSide, registryFor } from '../telemetry/side';
import { openTracing } from '../telemetry/tracing';
import { findTemporal } from '../temporal/find';
import { measureClients } from './metrics';
import { chooseSdkMetrics } from './sdk-metrics';
import { startWorker } from './start';

/** Running work has 45 seconds at most. */
const LONGEST_END_SECONDS = 60;

/** The worker as a process of its own. Ends on SIGINT or SIGTERM, after the running tasks or the grace time. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel);
  const ended = new Promise(resolve => ['SIGINT', 'SIGTERM'].forEach(signal => process.once(signal, resolve)));
  const opened = new Opened();
  try {
    const database = await resolveDatabase(config);
    opened.add('PostgreSQL', database.stop);
    log.info(database.described);
    await migrate(database.url, { log: line => log.info(line) });
    const pool = createPool(database.url, { max: 20 });
    opened.add('connections to PostgreSQL', () => pool.end());

    const temporal = await findTemporal(config, { info: line => log.info(line), warn: line => log.warn(line) });
    opened.add('Temporal', temporal.stop);
    log.info(temporal.described);

    const tracing = await openTracing(config.tracing, 'proxbox-worker');
    if (tracing !== undefined) opened.add('traces', tracing.stop);
    const register = registryFor(config.metrics);
    const sdk = register && (await chooseSdkMetrics());
    if (register) measureClients(register, config);
    const worker = await startWorker({
      config,
      pool,
      temporal,
      log,
      ...(sdk && { sdkMetricsAddress: sdk.address }),
      ...(tracing && { tracing }),
    });
    opened.add('worker', worker.stop);
    const side = await openSide(config.metrics, { register, others: sdk ? [sdk.read] : [], checks: worker.checks });
    if (side !== undefined) {
      opened.add('metrics', side.stop);
      log.info(`metrics: ${side.url}/metrics`);
    }
    log.info('worker: ready');
    await Promise.race([ended, worker.ended]);
    log.info('stopping');
    endWithin(LONGEST_END_SECONDS, line => log.error(line));
  } catch (error) {
    fail(error);
  } finally {
    endWith(await opened.close());
  }
}

main().catch(fail);
