import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { z } from 'zod';
import type { Config } from '../config/config';
import { claimOwnership, dropOwnership } from '../config/host/ownership';
import { isAlive } from '../config/host/process-identity';
import { withStartLock } from '../config/host/start-lock';
import { answers, type DevServer, NAMESPACE, startDevServer } from './dev-server';
import type { FoundTemporal } from './found';
import type { TemporalLog } from './log';
import { closeGaps } from './namespace';
import { locateProgram } from './programs/locate';
import { temporalCli } from './programs/program';
import { run } from './programs/run';
import { endProcess } from './server-process';

/** Longer than a download of the program takes. */
const LOCK_TIMEOUT_MS = 900_000;

/** Where a server of ours is noted in the state folder. */
const noteSchema = z.object({
  identity: z.object({ pid: z.number(), startedAt: z.string() }),
  address: z.string(),
  uiUrl: z.string().optional(),
  described: z.string(),
});
type Note = z.infer<typeof noteSchema>;

/**
 * Starts a development server on loopback with its database in the state folder, or takes the one that a crashed process left there; one that
 * runs but does not answer is replaced. Retention and search attributes are set on it.
 * @throws ServerProgramNotFoundError, ServerStartError, StartLockTimeoutError
 */
export async function useOwnServer(
  config: Pick<Config, 'stateDir' | 'cacheDir' | 'searchPath' | 'temporal'>,
  log: TemporalLog,
): Promise<FoundTemporal> {
  mkdirSync(config.stateDir, { recursive: true, mode: 0o711 });
  const folder = realpathSync(config.stateDir);
  return withStartLock(join(folder, 'temporal-server.lock'), LOCK_TIMEOUT_MS, async () => {
    const noteFile = join(folder, 'temporal-server.json');
    const ownerFile = join(folder, 'temporal-server.owner.json');
    const leftover = await findLeftover(noteFile);
    const server = leftover ?? (await start(config, folder, noteFile, log));
    await prepare(server.address);

    const owned = claimOwnership(ownerFile);
    const ui = server.uiUrl === undefined ? '' : `, Web UI ${server.uiUrl}`;
    return {
      address: server.address,
      namespace: NAMESPACE,
      connectionOptions: { address: server.address },
      started: owned,
      uiUrl: server.uiUrl,
      described: `Temporal: ${leftover === undefined ? 'started' : 'found running'} ${server.address}${ui} (${server.described})`,
      stop: async () => {
        if (!owned) return;
        await endProcess(server.identity);
        rmSync(noteFile, { force: true });
        dropOwnership(ownerFile);
      },
    };
  });
}

async function findLeftover(noteFile: string): Promise<Note | undefined> {
  let note: Note;
  try {
    note = noteSchema.parse(JSON.parse(readFileSync(noteFile, 'utf8')));
  } catch {
    return undefined;
  }
  if (!isAlive(note.identity)) return undefined;
  if (await answers(note.address)) return note;
  await endProcess(note.identity);
  return undefined;
}

async function start(
  config: Pick<Config, 'cacheDir' | 'searchPath' | 'temporal'>,
  folder: string,
  noteFile: string,
  log: TemporalLog,
): Promise<Note> {
  const { path, from } = await locateProgram(temporalCli, config.temporal.cliPath, config, log);
  const version = await versionOf(path);
  const described = `development server ${version} from ${from}`;
  const noteOf = ({ identity, address, uiUrl }: DevServer): Note => ({
    identity,
    address,
    described,
    ...(uiUrl === undefined ? {} : { uiUrl }),
  });
  const server = await startDevServer({
    program: path,
    folder,
    // The server makes its database once and never migrates it: another version gets a file of its own.
    databaseFile: `temporal-${version}.sqlite`,
    ui: true,
    usualPorts: true,
    ownGroup: true,
    spawned: spawned => writeFileSync(noteFile, JSON.stringify(noteOf(spawned)), { mode: 0o600 }),
  });
  return noteOf(server);
}

/** `temporal version 1.9.1 (Server …)` gives `1.9.1`. */
async function versionOf(path: string): Promise<string> {
  const result = await run(path, ['--version'], 30_000);
  return (result.ok ? /version v?(\d[\w.+-]*)/.exec(result.output)?.[1] : undefined) ?? 'unknown';
}

async function prepare(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await closeGaps(connection, NAMESPACE);
  } finally {
    await connection.close();
  }
}
