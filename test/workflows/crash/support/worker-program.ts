import pino from 'pino';
import { loadConfig } from '../../../../config/load';
import { createPool, resolveDatabase } from '../../../../database/connect';
import { findTemporal } from '../../../../temporal/find';
import { startWorker } from '../../../../worker/start';
import { workflowBundlePath } from '../../../support/temporal-env';

/** A worker as a process of its own, which a test may kill. Says `ready` when it polls. */
async function main(): Promise<void> {
  const config = loadConfig();
  const database = await resolveDatabase(config);
  await startWorker({
    config,
    pool: createPool(database.url, { max: 20 }),
    temporal: await findTemporal(config, console),
    log: pino({ level: 'error' }, pino.destination(2)),
    bundle: { codePath: workflowBundlePath() },
  });
  process.stdout.write('ready\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
