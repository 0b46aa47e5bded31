import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { commandLine, identify, isAlive, type ProcessIdentity } from '../../config/host/process-identity';
import { ROLE } from './cluster';

/** A postmaster that runs on a data folder. */
export interface RunningServer {
  identity: ProcessIdentity;
  socketDir: string;
}

const PORT = 5432;

/**
 * The server that runs on a data folder, ours or left over from a process that crashed. It may still be starting.
 *
 * `postmaster.pid` holds the process number in its first line and the socket's folder in its fifth (PostgreSQL 10 and later). A number that
 * belongs to another program by now makes the server refuse to start, so such a file is removed; one whose process is gone is left to the
 * server, which first makes sure that no orphaned backend still writes.
 */
export function findRunning(dataDir: string): RunningServer | undefined {
  const pidFile = join(dataDir, 'postmaster.pid');
  let lines: string[];
  try {
    lines = readFileSync(pidFile, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  const identity = Number.isInteger(pid) && pid > 0 ? identify(pid) : undefined;
  if (identity === undefined) return undefined;
  const command = commandLine(pid);
  if (command === '') return undefined;
  if (!command.includes(dataDir)) {
    rmSync(pidFile, { force: true });
    return undefined;
  }
  const socketDir = lines[4];
  return socketDir === undefined || socketDir === '' ? undefined : { identity, socketDir };
}

/** URL of a database on the server, as `pg` and `psql` read it. Port and TLS are named so that no `PG*` variable decides them. */
export function socketUrl(socketDir: string, database: string): string {
  return `postgresql://${ROLE}@${encodeURIComponent(socketDir)}:${PORT}/${database}?sslmode=disable`;
}

/** Waits until the server answers queries. False when it ended or the time is over. */
export async function waitUntilReady(server: RunningServer, deadline: number): Promise<boolean> {
  while (Date.now() < deadline && isAlive(server.identity)) {
    if (await answers(socketUrl(server.socketDir, 'postgres'))) return true;
    await sleep(20);
  }
  return false;
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Seconds after which each next signal is sent: fast shutdown, immediate shutdown, and the end of patience. */
const STOP_SIGNALS = [
  { signal: 'SIGINT', seconds: 10 },
  { signal: 'SIGQUIT', seconds: 5 },
  { signal: 'SIGKILL', seconds: 5 },
] as const;

/** Ends the server and its sessions, and removes its socket's folder. */
export async function stopServer({ identity, socketDir }: RunningServer): Promise<void> {
  for (const { signal, seconds } of STOP_SIGNALS) {
    const deadline = Date.now() + seconds * 1000;
    if (isAlive(identity)) process.kill(identity.pid, signal);
    while (isAlive(identity) && Date.now() < deadline) await sleep(10);
  }
  rmSync(socketDir, { recursive: true, force: true });
}
