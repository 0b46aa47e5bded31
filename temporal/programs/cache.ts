import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunnable, type RunResult } from './run';
import type { ServerProgram } from './program';

/** Found at `path`, or not, with the reason. */
export type RouteResult = { path: string } | { reason: string };

type CachedProgram = Pick<ServerProgram, 'name' | 'version'>;

/** Folder of the cache that holds one version of a program, in its `bin`. */
export function cacheFolder({ name, version }: CachedProgram, cacheDir: string): string {
  return join(cacheDir, `${name}-${version}`);
}

/** Where the cache has a program, once it is there. */
export function cachedPath(program: CachedProgram, cacheDir: string): string {
  return join(cacheFolder(program, cacheDir), 'bin', program.name);
}

/**
 * Has `fetch` put a program into the `bin` of a new folder, and moves that into the cache whole: a fetch that fails or is cut off leaves nothing,
 * and of two at once the first one stays.
 */
export async function installIntoCache(
  program: CachedProgram,
  cacheDir: string,
  fetch: (folder: string) => Promise<RunResult>,
): Promise<RouteResult> {
  mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
  const unfinished = mkdtempSync(`${cacheFolder(program, cacheDir)}.`);
  try {
    const result = await fetch(unfinished);
    if (!result.ok) return { reason: result.reason };
    giveItsName(join(unfinished, 'bin'), program.name);
    if (!isRunnable(join(unfinished, 'bin', program.name))) return { reason: `it brought no program named ${program.name}` };
    moveInto(unfinished, cacheFolder(program, cacheDir), cachedPath(program, cacheDir));
    return { path: cachedPath(program, cacheDir) };
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** A downloader may have put its version into the file's name. */
function giveItsName(bin: string, name: string): void {
  if (!existsSync(bin)) return;
  const [only, ...others] = readdirSync(bin);
  if (only !== undefined && others.length === 0) renameSync(join(bin, only), join(bin, name));
}

function moveInto(unfinished: string, folder: string, program: string): void {
  if (isRunnable(program)) return;
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}
