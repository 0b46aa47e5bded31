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
import { showFirstKey } from './show-first-key';
import { startApi } from './start';
import { readinessChecks } from './system/readiness';
import { openTemporal } from './temporal';

/** Open requests have ten seconds, and what was opened is closed in a moment. */
const LONGEST_END_SECONDS = 30;

/** The API as a process of its own. Ends on SIGINT or SIGTERM, with everything that it opened. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel);
  const opened = new Opened();
  const ended = signalled();

  try {
    const resolved = await resolveDatabase(config);
    opened.add('PostgreSQL', resolved.stop);
    log.info(resolved.described);
    await migrate(resolved.url, { log: line => log.info(line) });
    const database = createPool(resolved.url);
    opened.add('connections to PostgreSQL', () => database.end());

    const found = await findTemporal(config, { info: line => log.info(line), warn: line => log.warn(line) });
    opened.add('Temporal', found.stop);
    log.info(found.described);
    const tracing = await openTracing(config.tracing, 'proxbox-api');
    if (tracing !== undefined) opened.add('traces', tracing.stop);
    const { temporal, close } = openTemporal(found.connectionOptions, found.namespace, tracing?.clientInterceptors);
    opened.add('connection to Temporal', close);

    const metrics = registryFor(config.metrics);
    const api = await startApi({
      config,
      database,
      databaseEngine: config.database.url === undefined ? 'embedded' : 'external',
      temporal,
      temporalUi: { url: found.uiUrl, namespace: found.namespace },
      log,
      showFirstKey,
      ...(metrics && { metrics }),
      ...(tracing && { tracing }),
    });
    opened.add('API', api.stop);
    log.info(`API: ${api.url}`);
    const side = await openSide(config.metrics, { register: metrics, checks: readinessChecks({ database, temporal }) });
    if (side !== undefined) {
      opened.add('metrics', side.stop);
      log.info(`metrics: ${side.url}/metrics`);
    }

    await ended;
    log.info('stopping');
    endWithin(LONGEST_END_SECONDS, line => log.error(line));
  } catch (error) {
    fail(error);
  } finally {
    endWith(await opened.close());
  }
}

function signalled(): Promise<unknown> {
  return Promise.race(['SIGINT', 'SIGTERM'].map(signal => new Promise(resolve => process.once(signal, resolve))));
}

main().catch(fail);
