import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Pool } from 'pg';
import pino from 'pino';
import { startApi } from '../api/start';
import { createTemporal } from '../api/temporal';
import type { RunView } from '../api/runs/schema';
import { loadConfig } from '../config/load';
import { createPool } from '../database/connect';
import { launchPostgres } from '../database/launch';
import { migrate } from '../database/migrate';
import type { Opened } from '../config/host/opened';
import { useOwnServer } from '../temporal/own-server';
import { workflowIds } from '../workflows/names';
import { environment } from './environment';
import type { NetBoxAddress, World } from './world';
import { startWorkerProcess, type WorkerProcess } from './worker-process';

export interface SyncResult {
  seconds: number;
  run: RunView;
  /** By workflow type. */
  historyEvents: Record<string, number>;
}

/** The whole product with a database and a Temporal of its own, its worker in a process of its own. */
export interface Product {
  pool: Pool;
  worker: WorkerProcess;
  /** From the request to the API until its workflow has ended. */
  sync(): Promise<SyncResult>;
}

/** Nothing is left of it once `opened` is closed. */
export async function startProduct(netbox: NetBoxAddress, proxmox: World['proxmox'], opened: Opened): Promise<Product> {
  const stateDir = mkdtempSync(join(tmpdir(), 'proxbox-bench-'));
  // PostgreSQL of root runs as another account, which passes through.
  chmodSync(stateDir, 0o711);
  opened.add('state folder', async () => rmSync(stateDir, { recursive: true, force: true }));
  const postgres = await launchPostgres({ stateDir, purpose: 'demo' });
  opened.add('PostgreSQL', postgres.stop);
  await migrate(postgres.url);
  const pool = createPool(postgres.url);
  opened.add('connections to PostgreSQL', () => pool.end());

  const key = randomUUID();
  const env = {
    PROXBOX_STATE_DIR: stateDir,
    DATABASE_URL: postgres.url,
    NETBOX_URL: netbox.url,
    NETBOX_TOKEN: netbox.token,
    PROXBOX_API_KEY: key,
    PROXBOX_API_PORT: '0',
    PROXBOX_ALLOWED_NETWORKS: '127.0.0.0/8',
  };
  const config = loadConfig({ ...environment, ...env });
  const temporal = await useOwnServer(config, console);
  opened.add('Temporal', temporal.stop);
  // Without the SDK's own retries, which end the process when they meet a closed connection.
  const connection = await Connection.connect({ ...temporal.connectionOptions, interceptors: [] });
  opened.add('connection to Temporal', () => connection.close());
  const client = new Client({ connection, namespace: temporal.namespace });
  const api = await startApi({
    config,
    database: pool,
    databaseEngine: 'embedded',
    temporal: createTemporal(client),
    temporalUi: { url: undefined, namespace: temporal.namespace },
    log: pino({ level: 'warn' }, pino.destination(2)),
    showFirstKey: () => {},
  });
  opened.add('API', api.stop);
  const worker = await startWorkerProcess({ ...env, TEMPORAL_ADDRESS: temporal.address });
  opened.add('worker', worker.stop);

  const call = apiCaller(api.url, key);
  const { id: endpointId } = await call<{ id: string }>('POST', '/endpoints', {
    name: 'bench',
    url: proxmox.url,
    tls: { mode: 'fingerprint', fingerprint: proxmox.fingerprint },
    credentials: { read: { kind: 'token', principal: proxmox.tokenId, secret: proxmox.secret } },
  });
  return {
    pool,
    worker,
    async sync() {
      const began = performance.now();
      const { id } = await call<{ id: string }>('POST', '/full-update', {});
      const handle = client.workflow.getHandle(workflowIds.fullSync(id));
      await Promise.race([handle.result(), worker.died]);
      const seconds = (performance.now() - began) / 1000;
      const child = client.workflow.getHandle(workflowIds.endpointSync(endpointId));
      const described = await Promise.all([handle, child].map(workflow => workflow.describe()));
      return {
        seconds,
        run: await call<RunView>('GET', `/runs/${id}`),
        historyEvents: Object.fromEntries(described.map(({ type, historyLength }) => [type, historyLength])),
      };
    },
  };
}

function apiCaller(url: string, key: string) {
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
}
