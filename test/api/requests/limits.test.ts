import { addPerson } from '../auth/support/people';
import { type ApiServer, startApiServer } from '../support/api-server';
import { problemOf } from '../support/shapes';

const LIMIT = 10;

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer({ requestsPerMinute: LIMIT });
});
afterAll(() => server.stop());

test('each caller has a quota, and is told what is left of it', async () => {
  const [one, other] = [await addPerson(server, { roles: ['viewer'] }), await addPerson(server, { roles: ['viewer'] })];
  const statuses: number[] = [];
  for (let sent = 0; sent < LIMIT; sent++) statuses.push((await one.ask('GET', '/runs')).status);
  expect(new Set(statuses)).toEqual(new Set([200]));

  const refused = await one.ask('GET', '/runs');
  expect(problemOf(refused)).toMatchObject({ code: 'rate-limited', status: 429, retryable: true });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('ratelimit')).toMatch(/r=0/);

  const answer = await other.ask('GET', '/runs');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`r=${LIMIT - 1}`));
});

test('two tokens of one person share a quota', async () => {
  const person = await addPerson(server);
  const made = await person.ask('POST', '/auth/tokens', { body: { name: 'second' } });
  const second = String(Reflect.get(Object(made.body), 'token'));
  for (let sent = 1; sent < LIMIT; sent++) await person.ask('GET', '/auth/me');
  const answer = await server.ask('GET', '/auth/me', { headers: { authorization: `Bearer ${second}` } });
  expect(answer.status).toBe(429);
});

test('a refused request does nothing', async () => {
  const person = await addPerson(server, { roles: ['administrator'] });
  for (let sent = 0; sent < LIMIT; sent++) await person.ask('GET', '/auth/me');
  expect((await person.ask('POST', '/roles', { body: { name: 'too late', permissions: ['view'] } })).status).toBe(429);
  const { rowCount } = await server.database.pool.query(`select from role where name = 'too late'`);
  expect(rowCount).toBe(0);
});
