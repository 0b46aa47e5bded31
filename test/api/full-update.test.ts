import { randomUUID } from 'node:crypto';
import { findRun } from '../../database/repositories/run-reads';
import { type ApiServer, startApiServer } from './support/api-server';
import { seededDigest, seedRun } from './support/seed';
import { createEndpoint, pointersOf, problemOf, runOf, runsOf } from './support/shapes';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());
beforeEach(() => server.reset());

const post = (path: string, body?: unknown) => server.ask('POST', path, body === undefined ? {} : { body });
const confirm = (id: string, planDigest = seededDigest) => post(`/runs/${id}/confirm`, { planDigest });
const stored = (id: string) => findRun(server.database.pool, id);
const allRuns = async () => runsOf(await server.ask('GET', '/runs')).items;

describe('a full update', () => {
  test('is accepted with the address of its run, and is a row before its workflow starts', async () => {
    await createEndpoint(server);
    const statesAtStart: (string | undefined)[] = [];
    server.temporal.onStart = async id => void statesAtStart.push((await stored(id))?.state);

    const answer = await post('/full-update');
    const run = runOf(answer);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/runs/${run.id}`);
    expect(run).toMatchObject({ kind: 'full-sync', state: 'pending', scope: {}, requestedBy: 'api-key:environment' });
    expect(run.workflow.id).toBe(`full-sync/${run.id}`);
    expect(server.temporal.started).toEqual([run.id]);
    expect(statesAtStart).toEqual(['pending']);
  });

  test('covers the endpoints that are given by id or name in any case, each once', async () => {
    const [one, two] = [await createEndpoint(server, { name: 'Berlin' }), await createEndpoint(server, { name: 'Paris' })];
    await createEndpoint(server);
    const answer = await post('/full-update', {
      dryRun: true,
      endpoints: ['bERLIN', two.id.toUpperCase(), one.id],
      kinds: ['tag', 'tag', 'cluster'],
    });
    expect(runOf(answer).scope).toEqual({ dryRun: true, endpoints: [one.id, two.id], kinds: ['tag', 'cluster'] });
  });

  test('points at the endpoints that do not exist, and starts nothing', async () => {
    await createEndpoint(server, { name: 'Berlin' });
    const answer = await post('/full-update', { endpoints: ['Berlin', 'Rome', randomUUID()] });
    expect(answer.status).toBe(422);
    expect(pointersOf(answer)).toEqual(['/endpoints/1', '/endpoints/2']);
    expect(await allRuns()).toEqual([]);
  });

  test.each([
    [{ endpoints: [] }, '/endpoints'],
    [{ kinds: ['vm'] }, '/kinds/0'],
    [{ dry_run: true }, '/dry_run'],
  ])('does not take %j for something else', async (body, pointer) => {
    await createEndpoint(server);
    expect(pointersOf(await post('/full-update', body))).toEqual([pointer]);
  });

  test('says what to do first when there is no endpoint, or none that is enabled', async () => {
    expect(problemOf(await post('/full-update'))).toMatchObject({
      status: 409,
      code: 'no-endpoints',
      detail: expect.stringContaining('POST /endpoints'),
    });
    await createEndpoint(server, { enabled: false });
    expect(problemOf(await post('/full-update'))).toMatchObject({ status: 409, detail: expect.stringContaining('PATCH') });
  });
});

describe('while Temporal is down', () => {
  beforeEach(async () => {
    await createEndpoint(server);
    server.temporal.down = true;
  });

  test('a full update is refused with a time to try again, and its run says that it never started', async () => {
    const answer = await post('/full-update');
    expect(problemOf(answer)).toMatchObject({ status: 503, code: 'temporal-unavailable', retryable: true });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await allRuns()).toMatchObject([
      { state: 'failed', reason: 'internal', message: expect.stringContaining('never started') },
    ]);
  });

  test('a full update whose start arrived, while only its answer was lost, is accepted', async () => {
    server.temporal.onStart = async id =>
      void (await server.database.pool.query(`update run set state = 'running' where id = $1`, [id]));
    const answer = await post('/full-update');
    expect(answer.status).toBe(202);
    expect(runOf(answer).state).toBe('running');
  });

  test('a plan stays unconfirmed, and can be confirmed later', async () => {
    const { id: endpoint_id } = await createEndpoint(server);
    const runId = await seedRun(server.database.pool, { endpoint_id, state: 'awaiting_confirmation' });
    expect((await confirm(runId)).status).toBe(503);
    expect(await stored(runId)).toMatchObject({ state: 'awaiting_confirmation', confirmedBy: null, confirmedAt: null });
    server.temporal.down = false;
    expect((await confirm(runId)).status).toBe(202);
  });

  test('a cancel is refused and changes nothing, and reads still answer', async () => {
    const runId = await seedRun(server.database.pool, { state: 'running' });
    expect((await post(`/runs/${runId}/cancel`)).status).toBe(503);
    expect(runOf(await server.ask('GET', `/runs/${runId}`)).state).toBe('running');
  });
});

describe('confirming a plan', () => {
  const waiting = async (columns: Record<string, unknown> = {}) => {
    const { id: endpoint_id } = await createEndpoint(server);
    const runId = await seedRun(server.database.pool, { endpoint_id, state: 'awaiting_confirmation', ...columns });
    return { runId, endpoint_id };
  };

  test('notes who did it, and starts a sync of that endpoint that plans the same', async () => {
    const { runId, endpoint_id } = await waiting({ scope: { endpoints: [randomUUID()], kinds: ['cluster'], relink: true } });
    const answer = await confirm(runId);
    const run = runOf(answer);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/runs/${run.id}`);
    expect(run.scope).toEqual({ endpoints: [endpoint_id], confirms: runId, kinds: ['cluster'], relink: true });
    expect(server.temporal.started).toEqual([run.id]);
    expect(await stored(runId)).toMatchObject({ confirmedBy: 'api-key:environment', confirmedAt: expect.any(Date) });
  });

  test('holds for the plan that was read, and for no other', async () => {
    const { runId } = await waiting();
    expect(problemOf(await confirm(runId, 'of another run'))).toMatchObject({ status: 409, code: 'other-plan' });
    expect(problemOf(await post(`/runs/${runId}/confirm`))).toMatchObject({
      status: 422,
      errors: [{ pointer: '/planDigest' }],
    });
    expect(server.temporal.started).toEqual([]);
    expect(await stored(runId)).toMatchObject({ state: 'awaiting_confirmation', confirmedAt: null });
  });

  test('happens once, however many try at the same time', async () => {
    const { runId } = await waiting();
    const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(runId)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([202, 409, 409, 409, 409]);
    expect(server.temporal.started).toHaveLength(1);
  });

  test.each([['pending'], ['running'], ['completed'], ['partial'], ['failed'], ['cancelled']])(
    'is refused for a run that is %s',
    async state => {
      const { runId } = await waiting({ state });
      expect(problemOf(await confirm(runId))).toMatchObject({ status: 409, code: 'not-awaiting-confirmation' });
      expect(server.temporal.started).toEqual([]);
    },
  );

  test('of a run of several endpoints is done endpoint by endpoint', async () => {
    const runId = await seedRun(server.database.pool, { kind: 'full-sync', state: 'awaiting_confirmation' });
    expect(problemOf(await confirm(runId)).detail).toContain('children');
  });

  test('is refused when the endpoint was deleted', async () => {
    const { runId } = await waiting({ endpoint_id: randomUUID() });
    expect(problemOf(await confirm(runId)).detail).toContain('deleted');
  });
});

describe('cancelling a run', () => {
  test('asks its workflow, which ends the run itself', async () => {
    const runId = await seedRun(server.database.pool, { state: 'running', workflow_id: 'sync/1' });
    server.temporal.open.add('sync/1');
    const answer = await post(`/runs/${runId}/cancel`);
    expect([answer.status, answer.headers.get('location')]).toEqual([202, `/runs/${runId}`]);
    expect(server.temporal.cancelled).toEqual(['sync/1']);
    expect(runOf(answer).state).toBe('running');
  });

  test('ends a run at once that no workflow runs', async () => {
    const runId = await seedRun(server.database.pool, { state: 'running' });
    expect(runOf(await post(`/runs/${runId}/cancel`))).toMatchObject({
      state: 'cancelled',
      message: 'Cancelled by api-key:environment.',
    });
  });

  test('ends a run at once that no worker has begun', async () => {
    const runId = await seedRun(server.database.pool, { kind: 'full-sync', state: 'pending', workflow_id: 'full-sync/1' });
    server.temporal.open.add('full-sync/1');
    expect(runOf(await post(`/runs/${runId}/cancel`)).state).toBe('cancelled');
  });

  test.each([['completed'], ['partial'], ['failed'], ['cancelled'], ['awaiting_confirmation']])(
    'is refused when it is %s',
    async state => {
      const runId = await seedRun(server.database.pool, { state });
      expect(problemOf(await post(`/runs/${runId}/cancel`))).toMatchObject({ status: 409, code: 'run-ended' });
      expect(server.temporal.cancelled).toEqual([]);
    },
  );
});

describe('relinking an endpoint', () => {
  test('starts a sync of it alone that matches anew', async () => {
    const { id } = await createEndpoint(server);
    expect(runOf(await post(`/endpoints/${id}/relink`)).scope).toEqual({ endpoints: [id], relink: true });
  });

  test('needs an endpoint that is there and enabled', async () => {
    const { id } = await createEndpoint(server, { enabled: false });
    expect(problemOf(await post(`/endpoints/${id}/relink`)).code).toBe('endpoint-disabled');
    expect(problemOf(await post(`/endpoints/${randomUUID()}/relink`)).code).toBe('not-found');
  });
});
