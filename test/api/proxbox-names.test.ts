import { activeSyncView, bootstrapStatusView } from '../../api/proxbox/schema';
import { addPerson } from './auth/support/people';
import { type ApiServer, startApiServer } from './support/api-server';
import { seedFindings, seedRun } from './support/seed';
import { createEndpoint, problemOf } from './support/shapes';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());
beforeEach(() => server.reset());

const active = async (ask = server.ask) => activeSyncView.parse((await ask('GET', '/sync/active')).body);
const bootstrap = async (ask = server.ask) => bootstrapStatusView.parse((await ask('GET', '/extras/bootstrap-status')).body);

describe('/sync/active', () => {
  test('says so when nothing is under way', async () => {
    await seedRun(server.database.pool, { state: 'completed' });
    expect(await active()).toEqual({ active: false, started_at: null, id: null, kind: null, runs: [] });
  });

  test('tells of the oldest run, and of all', async () => {
    const { pool } = server.database;
    const { id: endpoint } = await createEndpoint(server);
    const startedAt = new Date(Date.now() - 60_000);
    const young = await seedRun(pool, { state: 'pending', endpoint_id: endpoint });
    const old = await seedRun(pool, {
      state: 'running',
      endpoint_id: endpoint,
      created_at: startedAt,
      started_at: startedAt,
    });
    const answer = await active();
    expect(answer).toMatchObject({ active: true, id: old, kind: 'endpoint-sync', started_at: startedAt.toISOString() });
    expect(answer.runs.map(({ id }) => id)).toEqual([old, young]);
  });

  test('tells nobody of endpoints that they may not see', async () => {
    const [mine, other] = [await createEndpoint(server), await createEndpoint(server)];
    await seedRun(server.database.pool, { state: 'running', endpoint_id: other.id });
    const person = await addPerson(server, { roles: [['viewer', mine.id]] });
    expect((await active(person.ask)).active).toBe(false);
  });
});

describe('/extras/bootstrap-status', () => {
  const seedCheck = (endpointId: string, supportObjects: object) =>
    seedRun(server.database.pool, { state: 'completed', endpoint_id: endpointId, report: { supportObjects } });

  test('says so before the first sync', async () => {
    expect(await bootstrap()).toMatchObject({ ok: false, skipped: true, run: null });
  });

  test('tells what the last sync made, and what it could not', async () => {
    const { id } = await createEndpoint(server);
    const run = await seedCheck(id, { created: 11, patched: 2 });
    expect(await bootstrap()).toMatchObject({ ok: true, skipped: false, created: 11, patched: 2, warnings: [], run });

    await seedFindings(server.database.pool, run, [{ code: 'custom-field-type', message: 'It is another one.' }]);
    expect(await bootstrap()).toMatchObject({ ok: false, warnings: ['It is another one.'] });
  });

  test('tells only of syncs that the caller may see', async () => {
    const [mine, other] = [await createEndpoint(server), await createEndpoint(server)];
    await seedCheck(other.id, { created: 0, patched: 0 });
    const person = await addPerson(server, { roles: [['viewer', mine.id]] });
    expect(await bootstrap(person.ask)).toMatchObject({ skipped: true });
  });
});

test('a full update is asked for by POST alone', async () => {
  const answer = await server.ask('GET', '/full-update');
  expect(problemOf(answer).code).toBe('method-not-allowed');
  expect(answer.headers.get('allow')).toBe('POST');
});
