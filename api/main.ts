import { endWithin } from '../config/host/bounded-end';
import { loadConfig } from '../config/load';
import { createPool, resolveDatabase } from '../database/connect';
import { migrate } from '../database/migrate';
import { createLog } from '../telemetry/log';
import { openSide, registryFor } from '../telemetry/side';
import { openTracing } from '../telemetry/tracing';
import { findTemporal } from '../temporal/find';
import { startApi } from './start';
import { readinessChecks } from './system/readiness';
import { openTemporal } from './temporal';

/** Open requests have ten seconds, and what was opened is closed in a moment. */
const LONGEST_END_SECONDS = 30;

type Close = () => Promise<unknown>;

/** The API as a process of its own. Ends on SIGINT or SIGTERM, with everything that it opened. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel);
  const opened: Close[] = [];
  const ended = signalled();

  try {
    const resolved = await resolveDatabase(config);
    opened.push(() => resolved.stop());
    log.info(resolved.described);
    await migrate(resolved.url, { log: line => log.info(line) });
    const database = createPool(resolved.url);
    opened.push(() => database.end());

    const found = await findTemporal(config, { info: line => log.info(line), warn: line => log.warn(line) });
    opened.push(() => found.stop());
    log.info(found.described);
    const tracing = await openTracing(config.tracing, 'proxbox-api');
    if (tracing !== undefined) opened.push(tracing.stop);
    const { temporal, close } = openTemporal(found.connectionOptions, found.namespace, tracing?.clientInterceptors);
    opened.push(close);

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
    opened.push(() => api.stop());
    log.info(`API: ${api.url}`);
    const side = await openSide(config.metrics, { register: metrics, checks: readinessChecks({ database, temporal }) });
    if (side !== undefined) {
      opened.push(side.stop);
      log.info(`metrics: ${side.url}/metrics`);
    }

    await ended;
    log.info('stopping');
    endWithin(LONGEST_END_SECONDS, line => log.error(line));
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

/** Straight to the terminal: a log is kept, and what is shown here must not be. */
function showFirstKey(token: string, { username, password }: { username: string; password: string }): void {
  const lines = [`user       ${username}`, `password   ${password}`, `API token  ${token}`].map(line => `  ${line}\n`);
  process.stdout.write(`\nFirst administrator of this installation, shown only this once:\n\n${lines.join('')}\n`);
}

function signalled(): Promise<unknown> {
  return Promise.race(['SIGINT', 'SIGTERM'].map(signal => new Promise(resolve => process.once(signal, resolve))));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
