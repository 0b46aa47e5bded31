import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { startApi, type RunningApi } from '../../api/start';
import { openTemporal } from '../../api/temporal';
import { loadConfig } from '../../config/load';
import type { Config } from '../../config/config';
import { endProcess } from '../../temporal/server-process';
import type { ProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { NAMESPACE, startDevServer } from '../../temporal/dev-server';
import { closeGaps } from '../../temporal/namespace';
import { temporalCli } from '../../temporal/programs/program';
import { locateProgram } from '../../temporal/programs/locate';
import { createLog } from '../../telemetry/log';
import { startWorker, type RunningWorker } from '../../worker/start';
import { workflowBundlePath } from './temporal-env';
import { createTestDatabase, type TestDatabase } from './test-database';

export interface NetBoxTarget {
  url: string;
  /** Whole Authorization header. */
  token: string;
}

export interface RunView {
  id: string;
  kind: string;
  state: string;
  reason: string | null;
  message: string | null;
  counts: Record<string, number>;
  children?: RunView[];
}

/** The whole product on one database and one Temporal server of its own: API, worker, and whatever it is pointed at. */
export interface SyncWorld {
  config: Config;
  /** Of the API and its pages. */
  url: string;
  /** API key of the environment: it may do everything. */
  key: string;
  database: TestDatabase;
  client: Client;
  environment: Record<string, string>;
  /** Everything that API and worker logged so far, at the level of the environment; from `warn` on it is on standard error, too. */
  logged(): string;
  api<T = Record<string, never>>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T>;
  addEndpoint(name: string, simulator: ProxmoxSimulator, fields?: Record<string, unknown>): Promise<{ id: string }>;
  /** Starts a full sync and waits for its end. */
  sync(body?: Record<string, unknown>): Promise<RunView>;
  startSync(body?: Record<string, unknown>): Promise<string>;
  awaitRun(id: string): Promise<RunView>;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  stop(): Promise<void>;
}

const KEY = 'test-api-key-0123456789';

export async function startSyncWorld(netbox: NetBoxTarget, env: Record<string, string> = {}): Promise<SyncWorld> {
  const stateDir = mkdtempSync(join(tmpdir(), 'proxbox-world-'));
  const database = await createTestDatabase();
  const base = loadConfig();
  const program = await locateProgram(temporalCli, base.temporal.cliPath, base, console);
  const server = await startDevServer({ program: program.path, folder: stateDir, ui: false, usualPorts: false, ownGroup: false });
  const connection = await Connection.connect({ address: server.address });
  await closeGaps(connection, NAMESPACE);

  const environment = {
    PROXBOX_STATE_DIR: stateDir,
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: server.address,
    NETBOX_URL: netbox.url,
    NETBOX_TOKEN: netbox.token,
    PROXBOX_API_KEY: KEY,
    PROXBOX_API_PORT: '0',
    PROXBOX_ALLOWED_NETWORKS: '127.0.0.0/8',
    PROXBOX_ENCRYPTION_KEY: 'a key for tests',
    PROXBOX_NETBOX_SETTLE_SECONDS: '1',
    PROXBOX_LOG_LEVEL: 'warn',
    ...env,
  };
  const config = loadConfig({ ...process.env, ...environment });
  const lines: string[] = [];
  const log = createLog(
    config.logLevel,
    pino.multistream([
      { level: 'trace', stream: { write: (line: string) => void lines.push(line) } },
      { level: 'warn', stream: pino.destination(2) },
    ]),
  );
  const client = new Client({ connection, namespace: NAMESPACE });
  // As in production: a connection without the SDK's retries, which outlive it.
  const opened = openTemporal({ address: server.address }, NAMESPACE);
  const api: RunningApi = await startApi({
    config,
    database: database.pool,
    databaseEngine: 'embedded',
    temporal: opened.temporal,
    temporalUi: { url: undefined, namespace: NAMESPACE },
    log,
    showFirstKey: () => {},
  });
  let worker: RunningWorker | undefined;

  const world: SyncWorld = {
    config,
    url: api.url,
    key: KEY,
    database,
    client,
    environment,
    logged: () => lines.join(''),
    async api<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
      const response = await fetch(api.url + path, {
        method,
        headers: {
          authorization: `Bearer ${KEY}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return (text === '' ? {} : JSON.parse(text)) as T;
    },
    addEndpoint: (name, simulator, fields = {}) =>
      world.api('POST', '/endpoints', {
        name,
        url: simulator.url,
        tls:
          simulator.fingerprint256 === undefined
            ? { mode: 'insecure' }
            : { mode: 'fingerprint', fingerprint: simulator.fingerprint256 },
        credentials: { read: { kind: 'token', principal: simulator.tokens.read.tokenId, secret: simulator.tokens.read.secret } },
        ...fields,
      }),
    async startSync(body = {}) {
      return (await world.api<{ id: string }>('POST', '/full-update', body)).id;
    },
    async awaitRun(id) {
      for (;;) {
        const run = await world.api<RunView>('GET', `/runs/${id}`);
        if (run.state !== 'pending' && run.state !== 'running') return run;
        await sleep(100);
      }
    },
    sync: async body => world.awaitRun(await world.startSync(body)),
    async startWorker() {
      worker = await startWorker({
        config,
        pool: database.pool,
        temporal: { connectionOptions: { address: server.address }, namespace: NAMESPACE },
        log,
        bundle: { codePath: workflowBundlePath() },
      });
      worker.ended.catch(() => {});
    },
    async stopWorker() {
      await worker?.stop();
      worker = undefined;
    },
    async stop() {
      await world.stopWorker();
      await api.stop();
      await opened.close();
      await connection.close();
      await database.drop();
      await endProcess(server.identity);
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
  return world;
}
