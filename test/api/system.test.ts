import { healthView, metaView } from '../../api/system/schema';
import { findRun } from '../../database/repositories/run-reads';
import { startLeftovers } from '../../api/runs/launch';
import { type ApiServer, startApiServer } from './support/api-server';
import { seedRun } from './support/seed';
import { problemOf } from './support/shapes';

interface Sent {
  body?: string;
  headers: Record<string, string>;
}

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());
beforeEach(() => server.reset());

describe('health', () => {
  const health = async () => {
    const { status, body } = await server.ask('GET', '/health');
    return { status, health: healthView.parse(body) };
  };

  test('is ok when everything answers and workers ask for work', async () => {
    expect(await health()).toEqual({
      status: 200,
      health: {
        status: 'ok',
        process: 'ok',
        database: 'ok',
        temporal: 'ok',
        pollers: { 'proxbox-control': 1, 'proxbox-reflect': 1, 'proxbox-mutate': 1 },
      },
    });
  });

  test('is degraded while no worker asks', async () => {
    server.temporal.workers = 0;
    expect(await health()).toMatchObject({ status: 200, health: { status: 'degraded', pollers: { 'proxbox-control': 0 } } });
  });

  test('is unavailable while Temporal is down', async () => {
    server.temporal.down = true;
    expect(await health()).toMatchObject({
      status: 503,
      health: { status: 'unavailable', database: 'ok', temporal: 'unreachable' },
    });
  });
});

test('meta tells what runs here', async () => {
  const { body } = await server.ask('GET', '/meta');
  expect(metaView.parse(body)).toMatchObject({
    name: 'proxbox-temporal',
    databaseEngine: 'embedded',
    temporal: { uiUrl: 'http://127.0.0.1:8233', namespace: 'default' },
  });
});

describe('a request that cannot be understood', () => {
  const send = async (init: Sent, path = '/endpoints') => {
    const response = await fetch(`${server.url}${path}`, {
      method: 'POST',
      ...init,
      headers: { authorization: `Bearer ${server.key}`, ...init.headers },
    });
    const body: unknown = await response.json();
    return { status: response.status, headers: response.headers, body };
  };
  const json = { 'content-type': 'application/json' };

  test.each<[string, Sent, number, string]>([
    ['broken JSON', { body: '{"secret": canary', headers: json }, 400, 'malformed-body'],
    ['a bare value', { body: '"canary"', headers: json }, 400, 'malformed-body'],
    ['a list', { body: '["canary"]', headers: json }, 422, 'invalid-body'],
    [
      'a form',
      { body: 'name=canary', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported-media-type',
    ],
    [
      'another charset',
      { body: '{}', headers: { 'content-type': 'application/json; charset=latin1' } },
      415,
      'unsupported-media-type',
    ],
    ['too much', { body: JSON.stringify({ name: 'x'.repeat(300_000) }), headers: json }, 413, 'body-too-large'],
    ['nothing', { headers: {} }, 422, 'invalid-body'],
  ])('such as %s is answered with a problem that repeats nothing of it', async (_what, init, status, code) => {
    const answer = await send(init);
    expect(problemOf(answer)).toMatchObject({ status, code });
    expect(JSON.stringify(answer.body) + server.logged()).not.toContain('canary');
  });

  test('such as one for an unknown route is answered 404', async () => {
    expect(problemOf(await server.ask('PUT', '/nowhere')).code).toBe('not-found');
    expect(problemOf(await server.ask('GET', '/runs/%E0%A4%A/plan')).status).toBe(404);
  });
});

describe('a request', () => {
  test('keeps a sane id of its caller, and gets one otherwise', async () => {
    const idFor = async (given: string) =>
      (await server.ask('GET', '/meta', { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await idFor('deploy-7')).toBe('deploy-7');
    expect(await idFor('"quoted"')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('is logged with its id and status, without its query', async () => {
    await server.ask('GET', '/runs?endpoint=canary', { headers: { 'x-request-id': 'seen' } });
    const line = server
      .logged()
      .split('\n')
      .find(text => text.includes('"seen"'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ method: 'GET', path: '/runs', status: 200 });
    expect(line).not.toContain('canary');
  });

  test('that fails inside is answered without the cause, which the log has under the same id', async () => {
    await server.database.pool.query('alter table run rename to run_elsewhere');
    const answer = await server.ask('GET', '/runs', { headers: { 'x-request-id': 'broken-1' } });
    await server.database.pool.query('alter table run_elsewhere rename to run');
    expect(problemOf(answer)).toMatchObject({ status: 500, code: 'internal', traceId: 'broken-1' });
    expect(JSON.stringify(answer.body)).not.toContain('relation');
    expect(server.logged()).toMatch(/broken-1.*relation/);
  });
});

test('a run whose process ended between its row and its workflow is started by the next start', async () => {
  const runId = await seedRun(server.database.pool, { kind: 'full-sync' });
  await seedRun(server.database.pool, { kind: 'full-sync', state: 'completed' });
  const { temporal, database } = server;
  const log = { info: () => {}, warn: () => {}, error: () => {} };

  temporal.down = true;
  await startLeftovers({ database: database.pool, temporal, log });
  expect((await findRun(database.pool, runId))?.state).toBe('pending');

  temporal.down = false;
  await startLeftovers({ database: database.pool, temporal, log });
  expect(temporal.started).toEqual([runId]);
});
