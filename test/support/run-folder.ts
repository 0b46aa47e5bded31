import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive, ownIdentity, type ProcessIdentity } from '../../config/host/process-identity';
import { stopLeftoverPostgres } from '../../database/launch';
import { endProcess } from '../../temporal/server-process';

const PREFIX = 'proxbox-test-';
const identity = z.object({ pid: z.number(), startedAt: z.string() });

/** Makes the folder of this run, for servers and notes. Every account may pass through it, since root's PostgreSQL runs as another. */
export function makeRunFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(folder, 0o711);
  noteProcess(folder, 'owner', ownIdentity());
  return folder;
}

/** Notes a process in a run's folder, for a later run to end it should this one be killed. */
export function noteProcess(folder: string, name: 'owner' | 'temporal', process: ProcessIdentity): void {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(process), { mode: 0o600 });
}

/** Ends the servers of runs that were killed, and removes their folders. */
export async function sweepKilledRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const owner = notedProcess(folder, 'owner');
    if (owner === undefined || isAlive(owner)) continue;
    await stopLeftoverPostgres(folder);
    const temporal = notedProcess(folder, 'temporal');
    if (temporal !== undefined) await endProcess(temporal);
    rmSync(folder, { recursive: true, force: true });
  }
}

function notedProcess(folder: string, name: string): ProcessIdentity | undefined {
  try {
    return identity.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
  } catch {
    return undefined;
  }
}
