import pino from 'pino';
import { loadConfig } from '../config/load';
import { createPool, resolveDatabase } from '../database/connect';
import { migrate } from '../database/migrate';
import { findTemporal } from '../temporal/find';
import { startWorker } from './start';

/** The worker as a process of its own. Ends on SIGINT or SIGTERM, after the running tasks or the grace time. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = pino({ level: config.logLevel });
  const ended = new Promise(resolve => ['SIGINT', 'SIGTERM'].forEach(signal => process.once(signal, resolve)));
  const opened: (() => Promise<unknown>)[] = [];
  try {
    const database = await resolveDatabase(config);
    opened.push(database.stop);
    log.info(database.described);
    await migrate(database.url, { log: line => log.info(line) });
    const pool = createPool(database.url, { max: 20 });
    opened.push(() => pool.end());

    const temporal = await findTemporal(config, { info: line => log.info(line), warn: line => log.warn(line) });
    opened.push(temporal.stop);
    log.info(temporal.described);

    const worker = await startWorker({ config, pool, temporal, log });
    opened.push(worker.stop);
    log.info('worker: ready');
    await Promise.race([ended, worker.ended]);
    log.info('stopping');
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
