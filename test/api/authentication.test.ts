import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { type RunningApi, startApi } from '../../api/start';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
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

describe('a key', () => {
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

  const start = async (): Promise<{ api: RunningApi; shown: string[]; logged: string }> => {
    const shown: string[] = [];
    let logged = '';
    const api = await startApi({
      config: { api: { host: '127.0.0.1', port: 0, key: undefined }, encryptionKey: undefined, stateDir },
      database: database.pool,
      databaseEngine: 'external',
      temporal: new RecordingTemporal(),
      temporalUi: { url: undefined, namespace: 'default' },
      log: pino({ level: 'trace' }, { write: line => (logged += line) }),
      showFirstKey: key => shown.push(key),
    });
    running.push(api);
    return { api, shown, logged };
  };

  const status = async (api: RunningApi, headers: Record<string, string>) =>
    (await fetch(`${api.url}/endpoints`, { headers })).status;

  test('is made by the first start, shown once, and kept by the next start', async () => {
    const first = await start();
    const [key = ''] = first.shown;
    expect(key).toMatch(/^proxbox_[\w-]{43}$/);
    expect(await status(first.api, { authorization: `Bearer ${key}` })).toBe(200);

    const second = await start();
    expect(second.shown).toEqual([]);
    expect(await status(second.api, { 'x-proxbox-api-key': key })).toBe(200);
  });

  test('is one, and shown once, when many start together', async () => {
    const started = await Promise.all(Array.from({ length: 6 }, start));
    const shown = started.flatMap(each => each.shown);
    expect(shown).toHaveLength(1);
    for (const { api } of started) expect(await status(api, { authorization: `Bearer ${shown[0]}` })).toBe(200);
    const { rows } = await database.pool.query('select label from api_key');
    expect(rows).toEqual([{ label: 'first-start' }]);
  });

  test('is stored as its hash only, and is in no log', async () => {
    const { shown, logged } = await start();
    const key = shown[0] ?? '';
    const { rows } = await database.pool.query<{ hash: Buffer; all: string }>('select hash, a::text as all from api_key a');
    expect(rows[0]?.hash).toEqual(createHash('sha256').update(key).digest());
    expect(rows[0]?.all).not.toContain(key);
    expect(logged).not.toContain(key);
  });
});

describe('a key of the environment', () => {
  test('is valid in either header, and makes no other one', async () => {
    const server = await startApiServer();
    const viaUpstream = await fetch(`${server.url}/runs`, { headers: { 'x-proxbox-api-key': server.key } });
    expect(viaUpstream.status).toBe(200);
    expect((await server.ask('GET', '/runs')).status).toBe(200);
    const { rowCount } = await server.database.pool.query('select from api_key');
    expect(rowCount).toBe(0);
    expect(server.logged()).not.toContain(server.key);
    await server.stop();
  });
});
