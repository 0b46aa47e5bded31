import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { isAlive, ownIdentity } from './process-identity';

const ownerNote = z.object({ pid: z.number(), startedAt: z.string() });

/**
 * Makes this process the owner of a server: the one that ends it. False when another living process is; a crashed owner has lost it.
 * @param file where the owner is noted, beside the server's files.
 */
export function claimOwnership(file: string): boolean {
  const own = ownIdentity();
  try {
    const owner = ownerNote.parse(JSON.parse(readFileSync(file, 'utf8')));
    if (owner.pid !== own.pid && isAlive(owner)) return false;
  } catch {
    // No note, or half of one: nobody owns it.
  }
  writeFileSync(file, JSON.stringify(own), { mode: 0o600 });
  return true;
}

/** Forgets the owner of a server that has ended. */
export function dropOwnership(file: string): void {
  rmSync(file, { force: true });
}
