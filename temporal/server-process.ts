import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from '../config/host/process-identity';
import { logTail } from '../config/host/log-tail';
import { ServerStartError } from './errors';

export interface ServerCommand {
  path: string;
  args: readonly string[];
  /** Takes the server's output; written anew. */
  logFile: string;
  /** Gives the server a process group of its own, which a Ctrl-C at the terminal does not reach. */
  ownGroup: boolean;
}

const START_TIMEOUT_MS = 60_000;

/**
 * Starts a server and waits until `ready` says so.
 * @param spawned told the process before anything else is awaited, so that a crash of ours leaves a note of it.
 * @throws ServerStartError when it ends, or is not ready in time; it is ended then.
 */
export async function startServer(
  { path, args, logFile, ownGroup }: ServerCommand,
  ready: () => Promise<boolean>,
  spawned: (identity: ProcessIdentity) => void = () => {},
): Promise<ProcessIdentity> {
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(path, args, { stdio: ['ignore', log, log], detached: ownGroup });
  closeSync(log);
  child.unref();
  let ended: string | undefined;
  child.once('exit', (code, signal) => (ended = `ended while it started (${signal ?? `exit code ${code}`})`));
  child.once('error', error => (ended = `could not be started (${error.message})`));
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity !== undefined) spawned(identity);

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (ended === undefined && Date.now() < deadline) {
    if (identity !== undefined && (await ready())) return identity;
    await sleep(50);
  }
  if (identity !== undefined) await endProcess(identity);
  throw new ServerStartError(path, ended ?? `was not ready after ${START_TIMEOUT_MS / 1000} seconds`, logTail(logFile));
}

/** Signals, and the seconds that each has to work. */
const END_SIGNALS = [
  { signal: 'SIGTERM', seconds: 10 },
  { signal: 'SIGKILL', seconds: 5 },
] as const;

/** Ends a process, ours or left over, and waits until it is gone. */
export async function endProcess(identity: ProcessIdentity): Promise<void> {
  for (const { signal, seconds } of END_SIGNALS) {
    const deadline = Date.now() + seconds * 1000;
    if (isAlive(identity)) process.kill(identity.pid, signal);
    while (isAlive(identity) && Date.now() < deadline) await sleep(20);
  }
}
