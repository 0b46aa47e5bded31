import { appendRunEvent, completeStep } from '../../database/repositories/run-events';
import { cancelRun } from '../../database/repositories/run-requests';
import { addPerson } from './auth/support/people';
import { type ApiServer, startApiServer } from './support/api-server';
import { followEvents, type SentEvent } from './support/event-client';
import { seedRun } from './support/seed';
import { createEndpoint, problemOf } from './support/shapes';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());
beforeEach(() => server.reset());

const pool = () => server.database.pool;
const running = (columns: Record<string, unknown> = {}) =>
  seedRun(pool(), { kind: 'full-sync', state: 'running', started_at: new Date(), ...columns });
const say = (runId: string, message: string, once?: string) =>
  appendRunEvent(pool(), runId, { event: 'substep', data: { message }, ...(once !== undefined && { once }) });
const end = (runId: string) => cancelRun(pool(), runId, ['running'], 'Ended by a test.');
const follow = (runId: string, headers: Record<string, string> = {}, query = '') =>
  followEvents(`${server.url}/runs/${runId}/events${query}`, { authorization: `Bearer ${server.key}`, ...headers });
const messages = (events: readonly SentEvent[]) => events.map(({ data }) => data['message']);

test('a stream has what was told before and what is told while it is open, in order, and ends with the run', async () => {
  const runId = await running();
  await say(runId, 'one');
  const stream = await follow(runId);
  expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(await stream.next()).toMatchObject({ id: '1', event: 'substep', data: { message: 'one', run: runId, endpoint: null } });
  await say(runId, 'two');
  expect(await stream.next()).toMatchObject({ id: '2', data: { message: 'two' } });
  await end(runId);
  expect(await stream.rest()).toMatchObject([
    { id: '3', event: 'complete', data: { ok: false, message: 'Ended by a test.', result: { state: 'cancelled' } } },
  ]);
});

test.each([
  ['the header', (id: string) => ({ headers: { 'last-event-id': id }, query: '' })],
  ['the query', (id: string) => ({ headers: {}, query: `?lastEventId=${id}` })],
])('a client that names its last event in %s goes on behind it', async (_, given) => {
  const runId = await running();
  for (const word of ['one', 'two', 'three']) await say(runId, word);
  await end(runId);
  const { headers, query } = given('2');
  const stream = await follow(runId, headers, query);
  expect(messages(await stream.rest())).toEqual(['three', 'Ended by a test.']);
});

test('a client that has the last event of an ended run is told not to ask again', async () => {
  const runId = await running();
  await end(runId);
  expect((await follow(runId, { 'last-event-id': '1' })).status).toBe(204);
});

test('a HEAD is answered at once, also while the run is at work', async () => {
  const answer = await server.ask('HEAD', `/runs/${await running()}/events`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/event-stream/)]);
});

test('what is no number of an event is refused', async () => {
  const runId = await running();
  const ask = (headers: Record<string, string>, query: string) => server.ask('GET', `/runs/${runId}/events${query}`, { headers });
  expect(problemOf(await ask({ 'last-event-id': 'x' }, ''))).toMatchObject({ status: 400, code: 'invalid-query' });
  expect(problemOf(await ask({}, '?lastEventId=-1'))).toMatchObject({ status: 400, errors: [{ pointer: '?lastEventId' }] });
});

test('the stream of a full sync has the events of its endpoints, and that of an endpoint its own alone', async () => {
  const { id: endpointId } = await createEndpoint(server, { name: 'Berlin' });
  const whole = await running();
  const child = await running({ kind: 'endpoint-sync', parent_id: whole, endpoint_id: endpointId });
  await say(whole, 'of the whole');
  await say(child, 'of the endpoint');
  await end(child);
  await end(whole);
  const all = await (await follow(whole)).rest();
  expect(all.map(({ id, event, data }) => [id, event, data['run'], data['endpoint']])).toEqual([
    ['1', 'substep', whole, null],
    ['2', 'substep', child, { id: endpointId, name: 'Berlin' }],
    ['3', 'complete', child, { id: endpointId, name: 'Berlin' }],
    ['4', 'complete', whole, null],
  ]);
  expect((await (await follow(child)).rest()).map(({ id }) => id)).toEqual(['2', '3']);
});

test('the end is told once, whoever ends the run and however often, and a later change of its state is no second end', async () => {
  const runId = await running();
  await Promise.all([end(runId), end(runId), pool().query(`update run set state = 'failed' where id = $1`, [runId])]);
  await pool().query(`update run set state = 'completed' where id = $1`, [runId]);
  const events = await (await follow(runId)).rest();
  expect(events.map(({ event }) => event)).toEqual(['complete']);
});

test('an end that is rolled back was never told', async () => {
  const runId = await running();
  const client = await pool().connect();
  await client.query('begin');
  await cancelRun(client, runId, ['running'], 'Not to be.');
  await client.query('rollback');
  client.release();
  await say(runId, 'it goes on');
  await end(runId);
  const events = await (await follow(runId)).rest();
  expect(messages(events)).toEqual(['it goes on', 'Ended by a test.']);
  expect(events.map(({ id }) => id)).toEqual(['1', '2']);
});

test('what a repeated attempt tells again is told once, and a step knows how long all its attempts took', async () => {
  const runId = await running();
  const started = { event: 'step', once: 'plan started', data: { step: 'plan', status: 'started' } } as const;
  for (let attempt = 0; attempt < 3; attempt++) await appendRunEvent(pool(), runId, started);
  await pool().query(`update run_event set at = at - interval '90 seconds' where run_id = $1`, [runId]);
  for (let attempt = 0; attempt < 2; attempt++) {
    await completeStep(pool(), runId, 'plan', { message: 'Planned.', result: { count: 3 } });
  }
  await end(runId);
  const [first, second, ...rest] = await (await follow(runId)).rest();
  expect(first).toMatchObject({ event: 'step', data: { status: 'started' } });
  expect(second).toMatchObject({ event: 'step', data: { step: 'plan', status: 'completed', result: { count: 3 } } });
  expect(Math.floor(Number(second?.data['duration_seconds']) / 10)).toBe(9);
  expect(rest).toHaveLength(1);
});

test('many who tell at once: every event has its number, and a reader misses none', async () => {
  const whole = await running();
  const children = await Promise.all(Array.from({ length: 3 }, () => running({ kind: 'endpoint-sync', parent_id: whole })));
  const stream = await follow(whole);
  await Promise.all(children.flatMap(child => Array.from({ length: 20 }, (_, n) => say(child, `${n}`))));
  await end(whole);
  const events = await stream.rest();
  expect(events.map(({ id }) => Number(id))).toEqual(Array.from({ length: 61 }, (_, index) => index + 1));
});

test('a quiet stream is kept alive, and ends for whoever lost the right to see the run', async () => {
  const runId = await running();
  const [stays, leaves] = await Promise.all([addPerson(server, { roles: ['viewer'] }), addPerson(server, { roles: ['viewer'] })]);
  const path = `${server.url}/runs/${runId}/events`;
  const kept = await fetch(path, { headers: { authorization: `Bearer ${stays.token}` } });
  const lost = await followEvents(path, { authorization: `Bearer ${leaves.token}` });
  expect([kept.status, lost.status]).toEqual([200, 200]);
  const admin = await addPerson(server, { roles: ['administrator'] });
  await admin.ask('DELETE', `/users/${leaves.id}/tokens/${leaves.tokenId}`);
  expect(await lost.rest()).toEqual([]);
  let text = '';
  for await (const chunk of kept.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes('\n: keepalive\n')) break;
  }
  expect(text).toContain(': keepalive');
}, 60_000);

test('news arrive also when the database stops telling of them', async () => {
  const runId = await running();
  const stream = await follow(runId);
  await say(runId, 'heard');
  await stream.next();
  await pool().query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query = 'listen run_event'`,
  );
  await say(runId, 'looked up');
  await end(runId);
  expect(messages(await stream.rest())).toEqual(['looked up', 'Ended by a test.']);
});

test('an API that stops ends its open streams', async () => {
  const other = await startApiServer();
  try {
    const runId = await seedRun(other.database.pool, { kind: 'full-sync', state: 'running' });
    const stream = await followEvents(`${other.url}/runs/${runId}/events`, { authorization: `Bearer ${other.key}` });
    await appendRunEvent(other.database.pool, runId, { event: 'substep', data: { message: 'one' } });
    expect(await stream.next()).toMatchObject({ id: '1' });
    const stopped = other.stop();
    expect(await stream.rest()).toEqual([]);
    await stopped;
  } catch (error) {
    await other.stop().catch(() => {});
    throw error;
  }
});
