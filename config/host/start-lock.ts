import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify } from './process-identity';

/** Another living process held a start lock for longer than starting takes. End that process, or wait for it. */
export class StartLockTimeoutError extends Error {
  override readonly name = 'StartLockTimeoutError';

  constructor(folder: string, holders: readonly number[]) {
    super(
      `Another process (${holders.join(', ')}) is still starting the same server: ${folder} is its lock. Wait for it, or end it.`,
    );
  }
}

let candidates = 0;

/**
 * Runs `action` while no other process runs one under the same lock folder, so that a server is never started twice. A holder that crashed
 * holds nothing.
 *
 * Every candidate puts a file of its own into the folder and may go on once it sees no other living one. Of two that wait for each other the
 * one with the higher name withdraws for a moment. Only files of dead processes are removed by others, so no
 * lock is ever taken from a living holder.
 */
export async function withStartLock<T>(folder: string, timeoutMs: number, action: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = `${nameOf(process.pid)}.${++candidates}`;
  const deadline = Date.now() + timeoutMs;
  try {
    for (;;) {
      writeFileSync(join(folder, own), '');
      const others = livingOthers(folder, own);
      if (others.length === 0) return await action();
      if (Date.now() > deadline) throw new StartLockTimeoutError(folder, others.map(pidOf));
      if (others.some(other => other < own)) rmSync(join(folder, own), { force: true });
      await sleep(50);
    }
  } finally {
    rmSync(join(folder, own), { force: true });
  }
}

function nameOf(pid: number): string {
  return `${pid}-${(identify(pid)?.startedAt ?? 'ended').replaceAll(/[^0-9A-Za-z]+/g, '-')}`;
}

function pidOf(name: string): number {
  return Number.parseInt(name, 10);
}

function livingOthers(folder: string, own: string): string[] {
  return readdirSync(folder).filter(name => {
    if (name === own) return false;
    if (name.startsWith(`${nameOf(pidOf(name))}.`)) return true;
    rmSync(join(folder, name), { force: true });
    return false;
  });
}
