import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pino from 'pino';
import { loadDemoConfig } from '../config/demo';
import { loadConfig } from '../config/load';
import { Secret } from '../config/secret';
import { resolveDatabase } from '../database/connect';
import { createLog } from '../telemetry/log';
import { freePort } from '../temporal/ports';
import { ApiClient } from './demo/api-client';
import { confirmWaiting } from './demo/confirm';
import { claimFolder, emptyDatabase } from './demo/folder';
import { printGuide, type SignIn } from './demo/guide';
import { openNetBox } from './demo/netbox';
import { readOptions, USAGE, type DemoOptions } from './demo/options';
import { openProxmox } from './demo/proxmox';
import { isGood, resultOf, tellingRun, type SyncResult } from './demo/result';
import { createScreen, timed, type Screen } from './demo/screen';
import { synchronise, type FinishedSync, type SyncParts } from './demo/sync';
import { writtenTable } from './demo/tables';
import { openDemoTemporal } from './demo/temporal';
import { prepareTour } from './demo/tour';
import { endWith, fail } from '../config/host/fail';
import { Opened } from '../config/host/opened';
import { startProduct } from './product';
import { aborted, stopSignal } from './stop-signal';

/** `npm run demo`: the whole product with nothing to set up. See USAGE. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const demo = loadDemoConfig();
  const screen = createScreen(options.once ? process.stderr : process.stdout, demo.colors);
  const stop = stopSignal();
  const opened = new Opened();
  try {
    await run(options, demo, screen, stop, opened);
  } catch (error) {
    screen.settle();
    // Whoever asked to stop knows why something ended early.
    if (!stop.aborted) fail(error);
    else if (options.once) process.exitCode = 1;
  } finally {
    screen.settle();
    endWith(await opened.close(name => screen.say(screen.dim(`  stopping: ${name}`))));
  }
}

async function run(
  options: DemoOptions,
  demo: ReturnType<typeof loadDemoConfig>,
  screen: Screen,
  stop: AbortSignal,
  opened: Opened,
): Promise<void> {
  const { bold, say } = screen;
  const base = loadConfig();
  const key = `demo_${randomBytes(24).toString('base64url')}`;
  // Beside the demo nothing of the installation is touched: no database of its own, no key, no address but loopback.
  const own = {
    ...base,
    stateDir: join(base.stateDir, 'demo'),
    database: { url: undefined },
    api: { ...base.api, host: '127.0.0.1', port: 0, key: new Secret(key) },
    // Where the simulators are.
    allowedNetworks: [...base.allowedNetworks, '127.0.0.0/8'],
  };
  const release = await claimFolder(own.stateDir);
  opened.add('demo', release);

  say(bold('proxbox-temporal: Proxmox clusters reflected into NetBox, on Temporal'));
  say();
  const database = await timed(
    screen,
    'PostgreSQL',
    () => resolveDatabase(own),
    it => it.described.replace(/^PostgreSQL: /, ''),
  );
  opened.add('PostgreSQL', database.stop);
  if (!options.keep) await emptyDatabase(database.url, own.stateDir);
  stop.throwIfAborted();
  const temporal = await timed(
    screen,
    'Temporal',
    () => openDemoTemporal(own, options.keep, screen),
    it => it.described.replace(/^Temporal: /, ''),
  );
  opened.add('Temporal', temporal.stop);
  stop.throwIfAborted();
  const netbox = await timed(
    screen,
    'NetBox',
    () => openNetBox(own, options, opened),
    it => it.described,
  );
  const proxmox = await timed(
    screen,
    'Proxmox',
    () => openProxmox(demo.proxmox, opened),
    sources => sources.map(({ described }) => described).join(`\n${' '.repeat(15)}`),
  );
  const logFile = join(own.stateDir, 'demo.log');
  const log = createLog(base.logLevel, pino.destination({ dest: logFile, sync: true, append: false }));
  const port = await freePort(base.api.port);
  const usual = port === base.api.port;
  const config = {
    ...own,
    netbox: netbox.settings,
    api: { ...own.api, port: usual ? port : 0 },
    publicUrl: base.publicUrl ?? (usual ? `http://127.0.0.1:${port}` : undefined),
  };
  let signIn: SignIn | undefined;
  const product = await timed(
    screen,
    'product',
    () => startProduct({ config, database, temporal, log, showFirstKey: (_token, made) => (signIn = made) }, opened),
    ({ api }) => `API ${api.url} and worker, in this process`,
  );
  stop.throwIfAborted();
  const failing = product.worker.ended.then(() => new Promise<never>(() => {}));
  failing.catch(() => {});

  const api = new ApiClient(product.api.url, key);
  const endpoints = await Promise.all(proxmox.map(source => api.putEndpoint(source)));
  const parts: SyncParts = { api, screen, stop, endpoints: endpoints.map(({ id }) => id) };
  const ask = !options.once && process.stdin.isTTY && process.stdout.isTTY;
  const sync = async (title: string): Promise<{ sync: FinishedSync; result: SyncResult }> => {
    say();
    say(bold(title));
    const before = netbox.countWrites() ?? 0;
    const finished = await Promise.race([confirmed(parts, ask), failing]);
    const writes = netbox.countWrites();
    return { sync: finished, result: resultOf(finished, writes === undefined ? undefined : writes - before) };
  };

  const first = await sync('First sync');
  tellFirst(screen, first.sync, first.result);
  const second = await sync('Second sync, of the same world');
  tellSecond(screen, second.sync, second.result);

  if (options.once) {
    process.stdout.write(`${JSON.stringify({ first: first.result, second: second.result })}\n`);
    if (!isGood(first.result, second.result)) process.exitCode = 1;
    return;
  }
  say();
  const tour = netbox.simulated ? await prepareTour(api, proxmox, parts.endpoints) : undefined;
  printGuide(screen, { api, webUi: temporal.uiUrl, netbox, proxmox, first: first.sync.run, logFile, signIn, tour });
  say(bold('ready: everything stays up until Ctrl-C'));
  await Promise.race([aborted(stop), failing]);
  say();
}

async function confirmed(parts: SyncParts, ask: boolean): Promise<FinishedSync> {
  return confirmWaiting(parts, await synchronise(parts), ask);
}

function tellFirst({ say }: Screen, sync: FinishedSync, result: SyncResult): void {
  say();
  for (const line of writtenTable(sync)) say(line);
  if (result.supportObjects > 0) {
    say(`  and ${result.supportObjects} objects that these stand on: tags, types, roles, custom fields`);
  }
  say(`  ${result.guests} guests, ${sync.seconds.toFixed(1)} s, ${result.state}${reasonOf(sync)}`);
}

function tellSecond({ say, bold }: Screen, sync: FinishedSync, { writes, writeRequests, state }: SyncResult): void {
  const seen = writeRequests === null ? '' : ` (NetBox saw ${writeRequests} requests that write)`;
  say(
    `  ${bold(writes === 0 ? 'nothing was written' : `${writes} objects were written`)}${seen}, ${sync.seconds.toFixed(1)} s, ${state}${reasonOf(sync)}`,
  );
}

function reasonOf(sync: FinishedSync): string {
  const { message } = tellingRun(sync);
  return message === null ? '' : `: ${message}`;
}

main().catch(fail);
