import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Config } from '../../config/config';
import { Secret } from '../../config/secret';
import { startNetBoxSimulator } from '../../simulators/netbox/server';
import { netboxOf } from '../netbox';
import type { Opened } from '../../config/host/opened';
import { DemoError, type DemoOptions } from './options';

/** The NetBox that the demo fills. */
export interface NetBoxSource {
  settings: Config['netbox'];
  described: string;
  simulated: boolean;
  /** Where its objects can be looked at. */
  url: string;
  /** Requests so far that change something, counted by the simulator itself; undefined for a real NetBox. */
  countWrites(): number | undefined;
}

/** What makes a NetBox count as not empty: objects that a sync could collide with. */
const TELLING = ['virtualization/virtual-machines', 'virtualization/clusters', 'dcim/devices', 'ipam/ip-addresses'] as const;

/**
 * The NetBox of the environment, else a simulated one.
 * @throws DemoError for one that is not empty, unless writing was asked for; the NetBox client's errors.
 */
export async function openNetBox(config: Config, options: DemoOptions, opened: Opened): Promise<NetBoxSource> {
  return config.netbox.url === undefined ? simulatedNetBox(config.stateDir, options.keep, opened) : givenNetBox(config, options);
}

async function givenNetBox(config: Config, { write }: DemoOptions): Promise<NetBoxSource> {
  const url = config.netbox.url ?? '';
  const netbox = netboxOf(config);
  try {
    const { versionText } = await netbox.open();
    const counts = await Promise.all(TELLING.map(async path => ({ path, count: await netbox.count(path) })));
    const held = counts
      .filter(({ count }) => count > 0)
      .map(({ path, count }) => `${count} ${path.split('/')[1]?.replaceAll('-', ' ')}`);
    if (held.length > 0 && !write) {
      throw new DemoError(
        `The NetBox at ${url} is not empty (${held.join(', ')}), and the demo would write into it. ` +
          'Take an empty one, or let it write into this one with "npm run demo -- --write".',
      );
    }
    const described = `NetBox ${versionText} at ${url}${held.length > 0 ? `, which holds ${held.join(', ')}` : ''}`;
    return { settings: config.netbox, described, simulated: false, url, countWrites: () => undefined };
  } finally {
    await netbox.close();
  }
}

async function simulatedNetBox(folder: string, keep: boolean, opened: Opened): Promise<NetBoxSource> {
  const running = await startNetBoxSimulator();
  const { world, version, log } = running.simulator;
  const file = join(folder, 'netbox.bin');
  if (keep) {
    const kept = readKept(file);
    if (kept !== undefined) world.load(deserialize(kept));
  }
  opened.add('simulated NetBox', async () => {
    writeFileSync(file, serialize(world.image()), { mode: 0o600 });
    await running.close();
  });
  return {
    settings: { url: running.url, token: new Secret(running.token), caFile: undefined, verifySsl: true },
    described: `simulated NetBox ${version.full} at ${running.url}`,
    simulated: true,
    url: running.url,
    countWrites: () => log.list().filter(({ method }) => method !== 'GET').length,
  };
}

function readKept(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
