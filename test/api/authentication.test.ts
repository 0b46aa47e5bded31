import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { type RunningApi, startApi } from '../../api/start';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database';
import { Secret } from '../../config/secret';
import { migrate } from '../../database/migrate';
import { migrationsFolder } from '../../database/migration-files';
import { type ApiServer, startApiServer } from './support/api-server';
import { RecordingTemporal } from './support/recording-temporal';
import { problemOf } from './support/shapes';

describe('without a valid key', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  });
  afterAll(() => server.stop());

  const id = '00000000-0000-4000-8000-000000000000';
  test.each([
    ['GET', '/endpoints'],
    ['POST', '/endpoints'],
    ['GET', `/endpoints/${id}`],
    ['PATCH', `/endpoints/${id}`],
    ['DELETE', `/endpoints/${id}`],
    ['POST', `/endpoints/${id}/rebind`],
    ['POST', `/endpoints/${id}/relink`],
    ['POST', '/full-update'],
    ['GET', '/runs'],
    ['GET', `/runs/${id}`],
    ['GET', `/runs/${id}/plan`],
    ['GET', `/runs/${id}/findings`],
    ['POST', `/runs/${id}/confirm`],
    ['POST', `/runs/${id}/cancel`],
    ['GET', '/no-such-route'],
  ])('%s %s answers 401 and says how to send one', async (method, path) => {
    for (const authorization of ['', 'Bearer wrong', `Basic ${server.key}`, `Bearer ${server.key}x`, `bearer${server.key}`]) {
      const answer = await server.ask(method, path, { headers: { authorization } });
      expect(problemOf(answer)).toMatchObject({ status: 401, code: 'unauthenticated' });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  test('a body is not even read', async () => {
    const response = await fetch(`${server.url}/endpoints`, {
      method: 'POST',
      body: '{broken',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(401);
  });

  test.each(['/health', '/meta'])('%s answers', async path => {
    expect((await fetch(`${server.url}${path}`)).status).toBe(200);
  });
});

describe('the first administrator', () => {
  let database: TestDatabase;
  let stateDir: string;
  const running: RunningApi[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
    stateDir = mkdtempSync(join(tmpdir(), 'proxbox-keys-'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(api => api.stop()));
    await database.drop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  interface Shown {
    token: string;
    username: string;
    password: string;
  }

  const start = async (
    username = 'admin',
    password?: string,
  ): Promise<{ api: RunningApi; shown: Shown[]; logged: () => string }> => {
    const shown: Shown[] = [];
    const lines: string[] = [];
    const administrator = { username, password: password === undefined ? undefined : new Secret(password) };
    const api = await startApi({
      config: {
        api: { host: '127.0.0.1', port: 0, key: undefined, administrator, trustedProxies: [], requestsPerMinute: 0 },
        auditKey: undefined,
        encryptionKey: undefined,
        settings: {},
        stateDir,
      },
      database: database.pool,
      databaseEngine: 'external',
      temporal: new RecordingTemporal(),
      temporalUi: { url: undefined, namespace: 'default' },
      log: pino({ level: 'trace' }, { write: line => lines.push(line) }),
      showFirstKey: (token, { username: shownName, password: shownPassword }) =>
        shown.push({ token, username: shownName, password: shownPassword }),
    });
    running.push(api);
    return { api, shown, logged: () => lines.join('') };
  };

  const status = async (api: RunningApi, headers: Record<string, string>) =>
    (await fetch(`${api.url}/users`, { headers })).status;
  const signIn = async (api: RunningApi, username: string, password: string) =>
    (
      await fetch(`${api.url}/auth/login`, {
        method: 'POST',
        body: JSON.stringify({ username, password }),
        headers: { 'content-type': 'application/json' },
      })
    ).status;

  test('is made by the first start with a password and a token, shown once, and kept by the next start', async () => {
    const first = await start();
    const [shown] = first.shown;
    expect(shown).toEqual({
      username: 'admin',
      password: expect.stringMatching(/^[a-z2-9]{6}(-[a-z2-9]{6}){3}$/),
      token: expect.stringMatching(/^pbx_[0-9a-f]{8}_[\w-]{43}$/),
    });
    expect(await status(first.api, { authorization: `Bearer ${shown?.token}` })).toBe(200);
    expect(await signIn(first.api, 'admin', shown?.password ?? '')).toBe(200);

    const second = await start();
    expect(second.shown).toEqual([]);
    expect(await status(second.api, { 'x-proxbox-api-key': shown?.token ?? '' })).toBe(200);
  });

  test('is one, and shown once, when many start together, under whatever names', async () => {
    const started = await Promise.all(['ann', 'bob', 'cy', 'di'].map(name => start(name)));
    const [shown, ...more] = started.flatMap(each => each.shown);
    expect(more).toEqual([]);
    for (const { api } of started) expect(await status(api, { authorization: `Bearer ${shown?.token}` })).toBe(200);
    const { rows } = await database.pool.query('select username from app_user');
    expect(rows).toEqual([{ username: shown?.username }]);
  });

  test('is the one of the environment, with nothing to show; a later start changes nobody', async () => {
    const first = await start('boss', 'canary-of-the-boss');
    expect(first.shown).toEqual([]);
    const second = await start('boss', 'another password');
    expect(await signIn(second.api, 'BOSS', 'canary-of-the-boss')).toBe(200);
    expect(await signIn(second.api, 'boss', 'another password')).toBe(401);
  });

  test('gets the keys of before there were users', async () => {
    await database.drop();
    database = await createEmptyDatabase();
    cpSync(join(migrationsFolder(), '000001-reflection.sql'), join(stateDir, 'before/000001-reflection.sql'));
    await migrate(database.url, { folder: join(stateDir, 'before') });
    const hash = createHash('sha256').update('proxbox_old-key').digest();
    await database.pool.query(`insert into api_key (label, hash) values ('first-start', $1)`, [hash]);
    await migrate(database.url);

    const { api } = await start();
    const headers = { 'x-proxbox-api-key': 'proxbox_old-key' };
    const [me, tokens] = await Promise.all(['me', 'tokens'].map(path => fetch(`${api.url}/auth/${path}`, { headers })));
    expect(await me?.json()).toMatchObject({ username: 'admin', kind: 'user' });
    expect(await tokens?.json()).toMatchObject({ items: [{ name: 'first-start', prefix: 'proxbox' }, { name: 'first start' }] });
  });

  test('is in no log, and in the database with hashes only', async () => {
    const { shown, logged } = await start();
    const { rows } = await database.pool.query<{ stored: string }>(
      `select (select string_agg(u::text, '') from app_user u) || (select string_agg(t::text, '') from api_token t) as stored`,
    );
    const [{ token, password } = { token: 'none', password: 'none' }] = shown;
    for (const secret of [token, token.slice(-43), password]) {
      expect(rows[0]?.stored).not.toContain(secret);
      expect(logged()).not.toContain(secret);
    }
  });
});

describe('a key of the environment', () => {
  test('is valid in either header, does everything, is no person, and is stored nowhere', async () => {
    const server = await startApiServer();
    const viaUpstream = await fetch(`${server.url}/auth/me`, { headers: { 'x-proxbox-api-key': server.key } });
    expect(await viaUpstream.json()).toMatchObject({
      kind: 'service',
      userId: null,
      username: 'environment',
      how: 'environment',
    });
    expect((await server.ask('GET', '/users')).status).toBe(200);
    expect(problemOf(await server.ask('GET', '/auth/tokens'))).toMatchObject({ status: 403, code: 'not-a-person' });
    const { rowCount } = await server.database.pool.query('select from api_token');
    expect(rowCount).toBe(0);
    expect(server.logged()).not.toContain(server.key);
    await server.stop();
  });
});
