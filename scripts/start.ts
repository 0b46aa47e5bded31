import { showFirstKey } from '../api/show-first-key';
import { loadConfig } from '../config/load';
import { resolveDatabase } from '../database/connect';
import { createLog } from '../telemetry/log';
import { findTemporal } from '../temporal/find';
import { endWith, fail } from '../config/host/fail';
import { Opened } from '../config/host/opened';
import { startProduct } from './product';
import { aborted, stopSignal } from './stop-signal';

/** `npm start`: API and worker in one process. Ends on Ctrl-C, SIGINT, SIGTERM or SIGHUP, with everything that it opened. */
async function main(): Promise<void> {
  const stop = stopSignal();
  const config = loadConfig();
  const log = createLog(config.logLevel);
  const opened = new Opened();
  try {
    const database = await resolveDatabase(config);
    opened.add('PostgreSQL', database.stop);
    log.info(database.described);
    const temporal = await findTemporal(config, { info: line => log.info(line), warn: line => log.warn(line) });
    opened.add('Temporal', temporal.stop);
    log.info(temporal.described);
    if (config.netbox.url === undefined || config.netbox.token === undefined) {
      log.warn('No NetBox is configured: runs will fail until this is started with NETBOX_URL and NETBOX_TOKEN.');
    }

    const { api, worker } = await startProduct({ config, database, temporal, log, showFirstKey }, opened);
    log.info(`ready: API ${api.url}`);
    await Promise.race([aborted(stop), worker.ended]);
  } catch (error) {
    fail(error);
  } finally {
    endWith(await opened.close(name => log.info(`stopping: ${name}`)));
  }
}

main().catch(fail);
