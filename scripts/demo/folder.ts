import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { claimOwnership, dropOwnership } from '../../config/host/ownership';
import { withStartLock } from '../../config/host/start-lock';
import { auditHeadsFile } from '../../database/audit-heads';
import { DemoError } from './options';

const LOCK_TIMEOUT_MS = 10_000;

/**
 * Makes the demo's folder this process's own.
 * @returns what gives it free again.
 * @throws DemoError while another demo runs on it.
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const ownerFile = join(folder, 'demo.owner.json');
  const claimed = await withStartLock(join(folder, 'demo.lock'), LOCK_TIMEOUT_MS, async () => claimOwnership(ownerFile));
  if (!claimed) {
    throw new DemoError(
      `A demo is running already (process ${pidIn(ownerFile)}). Use that one, or end it with Ctrl-C in its terminal and start again. ` +
        'For two at once give each a state folder of its own with PROXBOX_STATE_DIR.',
    );
  }
  return async () => dropOwnership(ownerFile);
}

function pidIn(ownerFile: string): string {
  return /"pid":(\d+)/.exec(readFileSync(ownerFile, 'utf8'))?.[1] ?? 'unknown';
}

/** Empties the demo's database, and forgets where its audit log ended: the new one begins anew. */
export async function emptyDatabase(url: string, stateDir: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('drop schema public cascade; create schema public');
  } finally {
    await client.end();
  }
  rmSync(auditHeadsFile(stateDir), { force: true });
}
