import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { logTail } from '../config/host/log-tail';
import { claimOwnership, dropOwnership } from '../config/host/ownership';
import { withStartLock } from '../config/host/start-lock';
import { type Account, serverAccount, spawnOptions } from './embedded/account';
import { type Binaries, findBinaries } from './embedded/binaries';
import { createCluster } from './embedded/cluster';
import { makeSocketFolder, reachableFolder } from './embedded/folders';
import { findRunning, type RunningServer, socketUrl, stopServer, waitUntilReady } from './embedded/running';
import { EmbeddedPostgresFailedError } from './errors';

/** A server for a demo keeps its data over a power cut; one for tests need not. */
export type Purpose = 'demo' | 'test';

export interface LaunchOptions {
  /** Absolute folder for the database cluster. One server runs per folder. */
  stateDir: string;
  purpose: Purpose;
}

export interface LaunchedPostgres {
  /** URL of the database `proxbox`, for `pg` and `psql`, over a unix socket: nothing listens on the network. */
  url: string;
  /** Where its files are: the state folder, or elsewhere when root's server cannot enter that. */
  folder: string;
  /** The server was running already. */
  adopted: boolean;
  /** Ends the server, unless another living process started it. May be called twice. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const DATABASE = 'proxbox';

/**
 * Starts the embedded PostgreSQL on a state folder, or adopts the one that runs there: a process that crashed leaves its server behind, and a
 * second one on the same files would destroy them. No exit hooks are installed: whoever launches calls `stop()`.
 * @throws EmbeddedPostgresUnavailableError, EmbeddedPostgresFailedError, StartLockTimeoutError
 */
export async function launchPostgres({ stateDir, purpose }: LaunchOptions): Promise<LaunchedPostgres> {
  const account = serverAccount();
  const place = placeIn(reachableFolder(stateDir, account));
  return withStartLock(place.lock, START_TIMEOUT_MS, async () => {
    const deadline = Date.now() + START_TIMEOUT_MS;
    const leftover = findRunning(place.dataDir);
    const server = leftover ?? (await start(place, account, purpose, deadline));
    if (!(await waitUntilReady(server, deadline))) {
      throw new EmbeddedPostgresFailedError('did not become ready in time', logTail(place.logFile));
    }
    await ensureDatabase(server);
    const owned = claimOwnership(place.ownerFile);
    return {
      url: socketUrl(server.socketDir, DATABASE),
      folder: place.home,
      adopted: leftover !== undefined,
      stop: async () => {
        if (!owned) return;
        await stopServer(server);
        dropOwnership(place.ownerFile);
      },
    };
  });
}

/** Ends a server that a crashed process left on a state folder, if there is one. */
export async function stopLeftoverPostgres(stateDir: string): Promise<void> {
  const server = findRunning(placeIn(reachableFolder(stateDir, serverAccount())).dataDir);
  if (server !== undefined) await stopServer(server);
}

interface Place {
  home: string;
  dataDir: string;
  logFile: string;
  ownerFile: string;
  lock: string;
}

function placeIn(home: string): Place {
  const dataDir = join(home, 'postgres-18');
  return { home, dataDir, logFile: `${dataDir}.log`, ownerFile: `${dataDir}.owner.json`, lock: `${dataDir}.lock` };
}

async function start(place: Place, account: Account | undefined, purpose: Purpose, deadline: number): Promise<RunningServer> {
  const binaries = findBinaries(place.home, account);
  createCluster(place.dataDir, binaries, account);
  const socketDir = makeSocketFolder(account);
  const child = spawnServer(place, binaries, account, socketDir, purpose);
  let ended: string | undefined;
  child.once('exit', (code, signal) => (ended = `ended while it started (${signal ?? `exit code ${code}`})`));
  child.once('error', error => (ended = `could not be started (${error.message})`));
  if (child.pid === undefined) await once(child, 'error');

  while (ended === undefined && Date.now() < deadline) {
    const running = findRunning(place.dataDir);
    if (running !== undefined && running.identity.pid === child.pid) return running;
    await sleep(10);
  }
  rmSync(socketDir, { recursive: true, force: true });
  throw new EmbeddedPostgresFailedError(ended ?? 'did not start in time', logTail(place.logFile));
}

function spawnServer(
  { dataDir, logFile }: Place,
  { postgres }: Binaries,
  account: Account | undefined,
  socketDir: string,
  purpose: Purpose,
) {
  const log = openSync(logFile, 'w', 0o600);
  try {
    // A demo's server gets a process group of its own: a Ctrl-C at the terminal must not end it before the worker has drained.
    const child = spawn(postgres, ['-D', dataDir, ...serverSettings(socketDir, purpose)], {
      ...spawnOptions(account),
      stdio: ['ignore', log, log],
      detached: purpose === 'demo',
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function serverSettings(socketDir: string, purpose: Purpose): string[] {
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${socketDir}`,
    'unix_socket_permissions=0700',
    'port=5432',
    'max_connections=200',
    'timezone=UTC',
    'log_timezone=UTC',
  ];
  const careless = purpose === 'test' ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : [];
  return [...settings, ...careless].flatMap(setting => ['-c', setting]);
}

async function ensureDatabase(server: RunningServer): Promise<void> {
  const client = new Client({ connectionString: socketUrl(server.socketDir, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
