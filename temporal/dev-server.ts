import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import type { ProcessIdentity } from '../config/host/process-identity';
import { ServerStartError } from './errors';
import { freePort } from './ports';
import { startServer } from './server-process';

export const NAMESPACE = 'default';

export interface DevServerOptions {
  /** Path of the `temporal` command. */
  program: string;
  /** Existing folder for its log, and its database file if it has one. */
  folder: string;
  /** Name of the database file in that folder; without one the runs are in memory and end with the server. */
  databaseFile?: string;
  /** Serve the Web UI. */
  ui: boolean;
  /** Take the well-known ports 7233 and 8233 if they are free. */
  usualPorts: boolean;
  /** Put it into a process group of its own, which a Ctrl-C at the terminal does not reach. */
  ownGroup: boolean;
  /** Told as soon as the process exists. */
  spawned?: (server: DevServer) => void;
}

export interface DevServer {
  identity: ProcessIdentity;
  /** host:port of the gRPC service. */
  address: string;
  uiUrl: string | undefined;
}

/**
 * Starts `temporal server start-dev` on loopback and waits until its namespace answers.
 * @throws ServerStartError
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  try {
    return await start(options);
  } catch (error) {
    // A well-known port that was free may have been taken before the server bound it.
    if (!options.usualPorts || !(error instanceof ServerStartError)) throw error;
    return start({ ...options, usualPorts: false });
  }
}

async function start(options: DevServerOptions): Promise<DevServer> {
  const port = await freePort(options.usualPorts ? 7233 : undefined);
  const uiPort = options.ui ? await freePort(options.usualPorts ? 8233 : undefined) : undefined;
  const address = `127.0.0.1:${port}`;
  const uiUrl = uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`;
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--namespace',
    NAMESPACE,
    '--log-level',
    'warn',
  ];
  args.push(...(uiPort === undefined ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]));
  if (options.databaseFile !== undefined) args.push('--db-filename', join(options.folder, options.databaseFile));

  const identity = await startServer(
    { path: options.program, args, logFile: join(options.folder, 'temporal-server.log'), ownGroup: options.ownGroup },
    () => answers(address),
    started => options.spawned?.({ identity: started, address, uiUrl }),
  );
  return { identity, address, uiUrl };
}

/** Whether a server serves our namespace. Needs a few seconds at most. */
export async function answers(address: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: '2s' });
    const { workflowService } = connection;
    await connection.withDeadline(Date.now() + 2_000, () => workflowService.describeNamespace({ namespace: NAMESPACE }));
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
