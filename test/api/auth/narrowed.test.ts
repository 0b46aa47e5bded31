import { randomUUID } from 'node:crypto';
import { endpointListView } from '../../../api/endpoints/schema';
import { type ApiServer, startApiServer } from '../support/api-server';
import { seedChanges, seededDigest, seedRun } from '../support/seed';
import { createEndpoint, pointersOf, problemOf, runOf, runsOf } from '../support/shapes';
import { addPerson, type Person } from './support/people';

/** A person with roles on some endpoints: operator in Berlin, viewer in Paris, nothing in Rome. */

let server: ApiServer;
let person: Person;
let [berlin, paris, rome] = ['', '', ''];
beforeAll(async () => {
  server = await startApiServer();
  const create = async (name: string) => (await createEndpoint(server, { name })).id;
  [berlin, paris, rome] = [await create('Berlin'), await create('Paris'), await create('Rome')];
  person = await addPerson(server, {
    roles: [
      ['operator', berlin],
      ['viewer', paris],
    ],
  });
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.database.pool.query('delete from run');
  server.temporal.reset();
});

const seed = (columns: Record<string, unknown>) => seedRun(server.database.pool, { state: 'completed', ...columns });

test('sees the endpoints where they have a role', async () => {
  const { items } = endpointListView.parse((await person.ask('GET', '/endpoints')).body);
  expect(items.map(({ name }) => name)).toEqual(['Berlin', 'Paris']);
});

test('cannot tell a foreign endpoint from one that does not exist', async () => {
  for (const [method, path] of [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/rebind'],
    ['POST', '/relink'],
  ] as const) {
    const [foreign, missing] = await Promise.all([rome, randomUUID()].map(id => person.ask(method, `/endpoints/${id}${path}`)));
    if (foreign === undefined || missing === undefined) throw new Error('no answer');
    expect({ ...problemOf(foreign), traceId: '' }).toEqual({ ...problemOf(missing), traceId: '' });
    expect(foreign.status).toBe(404);
  }
});

test('is told which permission is missing on one that they see', async () => {
  expect(problemOf(await person.ask('POST', `/endpoints/${paris}/relink`))).toMatchObject({
    status: 403,
    code: 'permission-denied',
    detail: expect.stringContaining('run_sync'),
  });
  expect((await person.ask('POST', `/endpoints/${berlin}/relink`)).status).toBe(202);
  expect(problemOf(await person.ask('PATCH', `/endpoints/${berlin}`)).detail).toContain('manage_endpoints');
  expect(problemOf(await person.ask('POST', '/endpoints')).detail).toContain('manage_endpoints');
});

describe('runs', () => {
  test('are seen when all that they cover is', async () => {
    const own = await seed({ endpoint_id: berlin });
    const both = await seed({ kind: 'full-sync', scope: { endpoints: [berlin, paris] } });
    const foreign = [
      await seed({ endpoint_id: rome }),
      await seed({ endpoint_id: randomUUID() }),
      await seed({ kind: 'full-sync', scope: { endpoints: [berlin, rome] } }),
      await seed({ kind: 'full-sync', scope: {} }),
      await seed({ kind: 'full-sync', scope: { dryRun: true } }),
    ];

    const { items } = runsOf(await person.ask('GET', '/runs'));
    expect(new Set(items.map(({ id }) => id))).toEqual(new Set([own, both]));
    for (const id of [own, both]) expect((await person.ask('GET', `/runs/${id}`)).status).toBe(200);
    for (const id of foreign) {
      for (const path of ['', '/plan', '/findings']) expect((await person.ask('GET', `/runs/${id}${path}`)).status).toBe(404);
      for (const path of ['/confirm', '/cancel']) expect((await person.ask('POST', `/runs/${id}${path}`)).status).toBe(404);
    }
    expect(runsOf(await server.ask('GET', '/runs')).items).toHaveLength(7);
  });

  test('come in pages of what they may see', async () => {
    for (let index = 0; index < 3; index += 1) {
      await seed({ endpoint_id: berlin });
      await seed({ endpoint_id: rome });
    }
    const first = runsOf(await person.ask('GET', '/runs?limit=2'));
    const second = runsOf(await person.ask('GET', `/runs?limit=2&cursor=${first.nextCursor}`));
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
    expect(runsOf(await person.ask('GET', '/runs?endpoint=Rome')).items).toEqual([]);
  });

  test('that were part of something larger say nothing of the rest', async () => {
    const scope = { endpoints: [berlin, rome], dryRun: true };
    const parent = await seed({ kind: 'full-sync', scope });
    const child = await seed({ endpoint_id: berlin, parent_id: parent, scope });
    await seed({ endpoint_id: rome, parent_id: parent, scope });
    await seedChanges(server.database.pool, child, [{}]);

    const answer = await person.ask('GET', `/runs/${child}`);
    expect(runOf(answer)).toMatchObject({ parentId: null, scope: { endpoints: [berlin], dryRun: true } });
    const list = await person.ask('GET', '/runs');
    expect(JSON.stringify([answer.body, list.body])).not.toMatch(new RegExp(`${rome}|${parent}`));
    expect(runOf(await server.ask('GET', `/runs/${child}`))).toMatchObject({ parentId: parent, scope });
  });

  test('of endpoints where they only view are neither confirmed nor cancelled', async () => {
    const id = await seed({ endpoint_id: paris, state: 'awaiting_confirmation' });
    for (const path of ['confirm', 'cancel']) {
      expect(problemOf(await person.ask('POST', `/runs/${id}/${path}`)).code).toBe('permission-denied');
    }
    const own = await seed({ endpoint_id: berlin, state: 'awaiting_confirmation' });
    expect(runOf(await person.ask('POST', `/runs/${own}/confirm`, { body: { planDigest: seededDigest } })).requestedBy).toBe(
      person.username,
    );
  });
});

describe('a full update', () => {
  test('of everything covers what they may sync, whatever is added later', async () => {
    expect(runOf(await person.ask('POST', '/full-update')).scope).toEqual({ endpoints: [berlin] });
    expect(runOf(await server.ask('POST', '/full-update')).scope).toEqual({});
  });

  test('takes a foreign endpoint for an unknown one, and is denied on one that they only see', async () => {
    const ask = (...endpoints: string[]) => person.ask('POST', '/full-update', { body: { endpoints } });
    expect(runOf(await ask('berlin')).requestedBy).toBe(person.username);
    expect(pointersOf(await ask('Berlin', 'Rome'))).toEqual(['/endpoints/1']);
    expect(pointersOf(await ask('Berlin', rome))).toEqual(['/endpoints/1']);
    expect(problemOf(await ask('Berlin', 'Paris'))).toMatchObject({ status: 403, code: 'permission-denied' });
    expect(server.temporal.started).toHaveLength(1);
  });

  test('says that there is nothing to sync while their endpoints are disabled', async () => {
    await server.database.pool.query('update endpoint set enabled = false where id = $1', [berlin]);
    expect(problemOf(await person.ask('POST', '/full-update')).code).toBe('no-endpoints');
    await server.database.pool.query('update endpoint set enabled = true where id = $1', [berlin]);
  });
});
