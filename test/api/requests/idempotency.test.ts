import { randomUUID } from 'node:crypto';
import { addPerson } from '../auth/support/people';
import { type Answer, type ApiServer, startApiServer } from '../support/api-server';
import { createEndpoint, problemOf } from '../support/shapes';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());
beforeEach(() => server.reset());

const sync = (key: string, body: object = {}) =>
  server.ask('POST', '/full-update', { body, headers: { 'idempotency-key': key } });
const role = (key: string, body: object) => server.ask('POST', '/roles', { body, headers: { 'idempotency-key': key } });
const named = (name = `role-${randomUUID()}`) => ({ name, permissions: ['view'] });
const replayed = ({ headers }: Answer) => headers.get('idempotency-replayed');

test('the same request with the same key gets the first answer again, and does nothing', async () => {
  await createEndpoint(server);
  const key = randomUUID();
  const first = await sync(key);
  const again = await sync(key);
  expect(first.status).toBe(202);
  expect(replayed(first)).toBeNull();
  expect(replayed(again)).toBe('true');
  expect({ status: again.status, body: again.body }).toEqual({ status: first.status, body: first.body });
  for (const name of ['location', 'content-type']) expect(again.headers.get(name)).toBe(first.headers.get(name));
  expect(server.temporal.started).toHaveLength(1);
});

test('the order of keys in a body does not matter', async () => {
  const key = randomUUID();
  const { name, permissions } = named();
  await role(key, { name, permissions });
  expect(replayed(await role(key, { permissions, name }))).toBe('true');
});

test('without a key, the same request is another one', async () => {
  await createEndpoint(server);
  await server.ask('POST', '/full-update');
  await server.ask('POST', '/full-update');
  expect(server.temporal.started).toHaveLength(2);
});

test('another body, or another route, is refused', async () => {
  const key = randomUUID();
  await role(key, named());
  expect(problemOf(await role(key, named()))).toMatchObject({ code: 'idempotency-key-reused', status: 422 });
  expect(problemOf(await sync(key))).toMatchObject({ code: 'idempotency-key-reused' });
});

test('a second request while the first is under way is told to ask again', async () => {
  await createEndpoint(server);
  const key = randomUUID();
  let second: Answer | undefined;
  server.temporal.onStart = async () => {
    server.temporal.onStart = async () => {};
    second = await sync(key);
  };
  const first = await sync(key);
  expect(first.status).toBe(202);
  expect(problemOf(second!)).toMatchObject({ code: 'idempotency-key-in-flight', status: 409 });
  expect(second?.headers.get('retry-after')).toBe('1');
  expect(server.temporal.started).toHaveLength(1);
});

test('of many requests at once, one does something', async () => {
  const [key, body] = [randomUUID(), named()];
  const answers = await Promise.all(Array.from({ length: 8 }, () => role(key, body)));
  expect(answers.filter(answer => answer.status === 201 && replayed(answer) === null)).toHaveLength(1);
  for (const answer of answers) expect([201, 409]).toContain(answer.status);
});

test('a key belongs to its caller', async () => {
  const people = [await addPerson(server), await addPerson(server)];
  const key = randomUUID();
  const tokens = await Promise.all(
    people.map(person => person.ask('POST', '/auth/tokens', { body: { name: 'mine' }, headers: { 'idempotency-key': key } })),
  );
  expect(tokens.map(({ status }) => status)).toEqual([201, 201]);
  expect(tokens.map(replayed)).toEqual([null, null]);
});

test('whoever may no longer do it gets no answer, either', async () => {
  const person = await addPerson(server, { roles: ['administrator'] });
  const ask = () => person.ask('POST', '/roles', { body, headers: { 'idempotency-key': 'the-same' } });
  const body = named();
  expect((await ask()).status).toBe(201);
  await server.database.pool.query('delete from role_binding where user_id = $1', [person.id]);
  expect(problemOf(await ask()).code).toBe('permission-denied');
});

describe('a request that did nothing leaves its key free', () => {
  test('when it was refused', async () => {
    const key = randomUUID();
    expect((await role(key, { name: '' })).status).toBe(422);
    const mended = await role(key, named());
    expect([mended.status, replayed(mended)]).toEqual([201, null]);
  });

  test('when Temporal was down', async () => {
    await createEndpoint(server);
    const key = randomUUID();
    server.temporal.down = true;
    expect(problemOf(await sync(key))).toMatchObject({ code: 'temporal-unavailable', retryable: true });
    server.temporal.down = false;
    expect((await sync(key)).status).toBe(202);
    expect(server.temporal.started).toHaveLength(1);
  });
});

test('a request whose process ended keeps its key, and says what to do', async () => {
  const key = randomUUID();
  await server.database.pool.query(
    `insert into idempotency_key (caller, key, created_at) values ('api-key:environment', $1, now() - interval '1 hour')`,
    [key],
  );
  const { code, detail } = problemOf(await role(key, named()));
  expect(code).toBe('idempotency-key-in-flight');
  expect(detail).toMatch(/look whether it was done, then use another key/i);
});

test('a key is free again after a day', async () => {
  const [key, body] = [randomUUID(), named()];
  await role(key, body);
  await server.database.pool.query(`update idempotency_key set created_at = now() - interval '25 hours' where key = $1`, [key]);
  expect(problemOf(await role(key, body)).code).toBe('name-taken');
});

test('a token that is shown once is kept under lock and key, and shown again to the same request', async () => {
  const person = await addPerson(server);
  const ask = () => person.ask('POST', '/auth/tokens', { body: { name: 'x' }, headers: { 'idempotency-key': 'token' } });
  const first = await ask();
  const again = await ask();
  const token = String(Reflect.get(Object(first.body), 'token'));
  expect(token).toMatch(/^pbx_/);
  expect(again.body).toEqual(first.body);
  const { rows } = await server.database.pool.query<{ row: string }>('select idempotency_key::text as row from idempotency_key');
  const stored = rows.map(({ row }) => row).join();
  for (const form of [token, Buffer.from(token).toString('hex')]) expect(stored).not.toContain(form);
  expect(server.logged()).not.toContain(token);
});

test('an answer whose key was lost is not made up, and nothing is done again', async () => {
  const [key, body] = [randomUUID(), named()];
  await role(key, body);
  await server.database.pool.query(`update idempotency_key set key_id = 'another' where key = $1`, [key]);
  const { code, detail } = problemOf(await role(key, body));
  expect(code).toBe('idempotency-key-reused');
  expect(detail).toMatch(/can no longer be decrypted/);
});

test('a key is visible ASCII', async () => {
  expect(problemOf(await role('with space', named())).code).toBe('invalid-header');
  expect(problemOf(await role('x'.repeat(256), named())).code).toBe('invalid-header');
});
