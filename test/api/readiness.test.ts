import { type ApiServer, startApiServer } from './support/api-server';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());
beforeEach(() => server.reset());

const asked = async (path: string): Promise<[number, unknown]> => {
  const response = await fetch(`${server.url}${path}`);
  return [response.status, await response.json()];
};

test('a process is live for anybody who asks, whatever it lacks', async () => {
  server.temporal.down = true;
  expect(await asked('/health/live')).toEqual([200, { status: 'live' }]);
});

test('a process is ready when its database is migrated and Temporal answers', async () => {
  expect(await asked('/health/ready')).toEqual([200, { status: 'ready', problems: [] }]);
});

test('a process without Temporal is not ready, and says so without addresses', async () => {
  server.temporal.down = true;
  const problems = [{ part: 'temporal', problem: 'Temporal does not answer, or refuses.' }];
  expect(await asked('/health/ready')).toEqual([503, { status: 'not-ready', problems }]);
});

test('a process whose database lacks a migration is not ready, and says which', async () => {
  const { rows } = await server.database.pool.query<{ number: number; name: string; checksum: string }>(
    'delete from schema_migrations where number = (select max(number) from schema_migrations) returning number, name, checksum',
  );
  const [status, body] = await asked('/health/ready');
  const { number, name, checksum } = rows[0] ?? { number: 0, name: '', checksum: '' };
  await server.database.pool.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [
    number,
    name,
    checksum,
  ]);
  expect([status, JSON.stringify(body)]).toEqual([503, expect.stringContaining(`lacks 1 migrations, from ${name} on`)]);
});
