import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openTemporal } from '../../api/temporal';
import type { Config } from '../../config/config';
import { findTemporal } from '../../temporal/find';
import type { FoundTemporal } from '../../temporal/found';
import { taskQueues } from '../../workflows/names';
import { DemoError } from './options';
import type { Screen } from './screen';

/**
 * A Temporal for the demo: a server of its own without history, unless it goes on with the last one's, or the one of `TEMPORAL_ADDRESS`.
 * @throws DemoError when workers of somebody else serve the same task queues there.
 */
export async function openDemoTemporal(config: Config, keep: boolean, screen: Screen): Promise<FoundTemporal> {
  if (!config.temporal.addressGiven && !keep) await forgetTemporal(config);
  const found = await findTemporal(config, {
    info: line => screen.say(`  ${screen.dim(line)}`),
    warn: line => screen.say(`  ${line}`),
  });
  if (config.temporal.addressGiven) await refuseShared(found);
  return found;
}

/** Forgets the history of the last demo, and ends a server that a killed demo left behind. */
async function forgetTemporal(config: Config): Promise<void> {
  if (existsSync(join(config.stateDir, 'temporal-server.json'))) {
    const leftover = await findTemporal(config, { info: () => {}, warn: () => {} });
    await leftover.stop();
  }
  for (const name of readdirSync(config.stateDir)) {
    if (/^temporal-.*\.sqlite/.test(name)) rmSync(join(config.stateDir, name), { force: true });
  }
}

/** Another installation's worker would take the demo's work, and the demo's worker that of the other. */
async function refuseShared({ address, connectionOptions, namespace }: FoundTemporal): Promise<void> {
  const { temporal, close } = openTemporal(connectionOptions, namespace);
  try {
    if ((await temporal.pollers(taskQueues.control)) === 0) return;
    throw new DemoError(
      `In the namespace ${namespace} of the Temporal at ${address}, a worker of another installation asked for work within the last 90 seconds. ` +
        'Unset TEMPORAL_ADDRESS so that the demo starts a server of its own, or name another namespace in TEMPORAL_NAMESPACE.',
    );
  } finally {
    await close();
  }
}
