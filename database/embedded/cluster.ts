import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresFailedError } from '../errors';
import { type Account, giveTo, spawnOptions } from './account';
import type { Binaries } from './binaries';

/** The only role; whoever can enter the socket's folder is it. */
export const ROLE = 'proxbox';

/**
 * Makes a database cluster unless there is one. It is built beside its place and moved there whole, so that a crash in between leaves no
 * half of one.
 */
export function createCluster(dataDir: string, { initdb }: Binaries, account: Account | undefined): void {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return;

  const unfinished = mkdtempSync(`${dataDir}.`);
  chmodSync(unfinished, 0o700);
  giveTo(account, unfinished);
  const options = ['-D', unfinished, '-U', ROLE, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const result = spawnSync(initdb, options, { ...spawnOptions(account), encoding: 'utf8' });
  if (result.status !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new EmbeddedPostgresFailedError('could not create its files', result.error?.message ?? result.stderr.trim());
  }
  renameSync(unfinished, dataDir);
}
