import { randomUUID } from 'node:crypto';
import { insertTarget } from '../../database/repositories/notifications/targets';
import { tellEndedRuns } from '../../database/tell-ended-runs';
import { notificationEvents } from '../../domain/notifications/events';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

let database: TestDatabase;
let endpoints: string[];
beforeEach(async () => {
  database = await createTestDatabase();
  endpoints = [await addEndpoint('a'), await addEndpoint('b')];
  const subscriptions = notificationEvents.map(event => ({ event, endpointId: null }));
  const fields = { name: 'noc', kind: 'mail', enabled: true, recipients: ['noc@example.com'], url: null } as const;
  const target = { ...fields, recipients: [...fields.recipients], staleAfterHours: 24, expiresWithinDays: 14, subscriptions };
  await insertTarget(database.pool, randomUUID(), target, null);
});
afterEach(() => database.drop());

async function addEndpoint(name: string): Promise<string> {
  const id = randomUUID();
  await database.pool.query('insert into endpoint (id, name, url) values ($1, $2, $3)', [id, name, 'https://pve:8006']);
  return id;
}

/** A full sync that runs, with a run of each endpoint. */
async function openSync(): Promise<{ parent: string; children: string[] }> {
  const parent = randomUUID();
  await insertRun(parent, 'full-sync', null, null);
  const children = endpoints.map(() => randomUUID());
  for (const [index, id] of children.entries()) await insertRun(id, 'endpoint-sync', parent, endpoints[index] ?? null);
  return { parent, children };
}

const insertRun = (id: string, kind: string, parent: string | null, endpoint: string | null): Promise<unknown> =>
  database.pool.query(
    `insert into run (id, kind, parent_id, endpoint_id, requested_by, state, workflow_id) values ($1, $2, $3, $4, 'ann', 'running', 'w')`,
    [id, kind, parent, endpoint],
  );

const end = (id: string | undefined, state = 'failed'): Promise<unknown> =>
  database.pool.query(`update run set state = $2, reason = 'netbox-unreachable', finished_at = now() where id = $1`, [id, state]);

const messages = async (): Promise<{ subject: string; items: { endpoint: { name: string } }[] }[]> =>
  (await database.pool.query<{ message: never }>('select message from notification_delivery order by created_at')).rows.map(
    ({ message }) => message,
  );

test('what happened to the endpoints of one sync is one message, when the sync has ended as a whole', async () => {
  const { parent, children } = await openSync();
  for (const id of children) await end(id);
  await tellEndedRuns(database.pool);
  expect(await messages()).toEqual([]);

  await end(parent);
  await tellEndedRuns(database.pool);
  await tellEndedRuns(database.pool);
  const [message, ...more] = await messages();
  expect(more).toEqual([]);
  expect(message?.subject).toBe('[proxbox] 2 × run-failed');
  expect(message?.items.map(({ endpoint }) => endpoint.name).sort()).toEqual(['a', 'b']);
});

test('a run whose sync never ends is told after a quarter of an hour all the same', async () => {
  const { children } = await openSync();
  await end(children[0]);
  await database.pool.query(`update ended_run set ended_at = ended_at - interval '16 minutes'`);
  await tellEndedRuns(database.pool);
  expect((await messages()).map(({ items }) => items.length)).toEqual([1]);
});

test('several who look at the same time tell it once', async () => {
  const { parent, children } = await openSync();
  for (const id of [...children, parent]) await end(id);
  await Promise.all(Array.from({ length: 5 }, () => tellEndedRuns(database.pool)));
  expect(await messages()).toHaveLength(1);
});

test('an end that is rolled back is told to nobody', async () => {
  const { parent, children } = await openSync();
  const client = await database.pool.connect();
  await client.query('begin');
  await client.query(`update run set state = 'failed', finished_at = now() where id = any($1::uuid[])`, [[parent, ...children]]);
  await client.query('rollback');
  client.release();
  await tellEndedRuns(database.pool);
  expect(await messages()).toEqual([]);
});

test('totals of runs stay when runs are purged', async () => {
  const { parent, children } = await openSync();
  for (const id of [...children, parent]) await end(id);
  await database.pool.query('delete from run where parent_id is not null');
  await database.pool.query('delete from run');
  const { rows } = await database.pool.query(
    'select kind, endpoint, state, reason, runs::int as runs from run_tally order by 1, 2',
  );
  const common = { state: 'failed', reason: 'netbox-unreachable', runs: 1 };
  expect(rows).toEqual([
    { kind: 'endpoint-sync', endpoint: 'a', ...common },
    { kind: 'endpoint-sync', endpoint: 'b', ...common },
    { kind: 'full-sync', endpoint: '', ...common },
  ]);
});
