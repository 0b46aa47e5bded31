import { createHash, randomUUID } from 'node:crypto';
import { meView, newTokenView, tokenListView } from '../../../api/auth/schema';
import { type Answer, type ApiServer, startApiServer } from '../support/api-server';
import { createEndpoint, pointersOf, problemOf } from '../support/shapes';
import { addPerson, askWith, type Person } from './support/people';

let server: ApiServer;
let admin: Person;
beforeAll(async () => {
  server = await startApiServer();
  admin = await addPerson(server, { roles: ['administrator'] });
  await createEndpoint(server);
});
afterAll(() => server.stop());

const made = (answer: Answer) => {
  expect(answer.status).toBe(201);
  return newTokenView.parse(answer.body);
};
const listOf = ({ body }: Answer) => tokenListView.parse(body).items;
const meOf = async (token: string) => meView.parse((await askWith(server, token)('GET', '/auth/me')).body);
const inAnHour = () => new Date(Date.now() + 3_600_000);

describe('a token', () => {
  test('is shown once, works in either header, and is stored as its hash', async () => {
    const person = await addPerson(server, { roles: ['viewer'] });
    const { token, ...rest } = made(await person.ask('POST', '/auth/tokens', { body: { name: 'cron' } }));
    expect(token).toMatch(new RegExp(`^pbx_${rest.prefix}_[\\w-]{43}$`));
    expect(await meOf(token)).toMatchObject({ kind: 'user', username: person.username, how: 'token', csrfToken: null });
    const upstream = await fetch(`${server.url}/runs`, { headers: { 'x-proxbox-api-key': token } });
    expect(upstream.status).toBe(200);

    const listed = await person.ask('GET', '/auth/tokens');
    expect(listOf(listed)).toContainEqual({ ...rest, lastUsedAt: expect.any(String) });
    expect(JSON.stringify(listed.body)).not.toContain(token);
    const { rows } = await server.database.pool.query<{ hash: Buffer }>('select hash from api_token where id = $1', [rest.id]);
    expect(rows[0]?.hash).toEqual(createHash('sha256').update(token).digest());
  });

  test('notes when it was used, once a minute at most', async () => {
    const person = await addPerson(server);
    const noted = async () =>
      (
        await server.database.pool.query<{ at: string }>('select last_used_at::text as at from api_token where id = $1', [
          person.tokenId,
        ])
      ).rows[0]?.at;
    expect(await noted()).toBeNull();
    await person.ask('GET', '/auth/me');
    const first = await noted();
    await person.ask('GET', '/auth/me');
    expect(await noted()).toBe(first);

    await server.database.pool.query(`update api_token set last_used_at = last_used_at - interval '61 seconds' where id = $1`, [
      person.tokenId,
    ]);
    await person.ask('GET', '/auth/me');
    expect((await noted()) ?? '').toMatch(/^\d/);
    expect(new Date((await noted()) ?? '').getTime()).toBeGreaterThanOrEqual(new Date(first ?? '').getTime());
  });

  test('that is revoked or has expired says so, and is nobody', async () => {
    const person = await addPerson(server);
    const { token, id } = made(
      await person.ask('POST', '/auth/tokens', { body: { name: 'short', expiresAt: inAnHour().toISOString() } }),
    );
    expect((await askWith(server, token)('GET', '/auth/me')).status).toBe(200);
    await server.database.pool.query('update api_token set expires_at = now() where id = $1', [id]);
    expect(problemOf(await askWith(server, token)('GET', '/auth/me'))).toMatchObject({
      status: 401,
      detail: expect.stringContaining('expired'),
    });

    expect((await person.ask('DELETE', `/auth/tokens/${person.tokenId}`)).status).toBe(204);
    const answer = await person.ask('GET', '/auth/me');
    expect(problemOf(answer)).toMatchObject({ status: 401, detail: expect.stringContaining('revoked') });
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
  });

  test('is not revoked by another user', async () => {
    const [one, two] = [await addPerson(server), await addPerson(server)];
    expect((await two.ask('DELETE', `/auth/tokens/${one.tokenId}`)).status).toBe(404);
    expect((await two.ask('DELETE', `/users/${one.id}/tokens/${one.tokenId}`)).status).toBe(403);
    expect((await admin.ask('DELETE', `/users/${two.id}/tokens/${one.tokenId}`)).status).toBe(404);
    expect((await one.ask('GET', '/auth/me')).status).toBe(200);
  });

  test.each([
    [{ name: 'x', expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    [{ name: 'x', expiresAt: 'tomorrow' }, '/expiresAt'],
    [{ name: 'x', permissions: ['root'] }, '/permissions/0'],
    [{ name: 'x', permissions: [] }, '/permissions'],
    [{}, '/name'],
  ])('cannot be %j', async (body, pointer) => {
    expect(pointersOf(await admin.ask('POST', '/auth/tokens', { body }))).toEqual([pointer]);
  });
});

describe('a token that is narrowed', () => {
  test('gives no more than that, and no more than its user may do', async () => {
    const wide = await addPerson(server, { roles: ['administrator'], token: { permissions: ['view', 'run_sync'] } });
    expect((await wide.ask('POST', '/full-update')).status).toBe(202);
    expect(problemOf(await wide.ask('GET', '/users'))).toMatchObject({
      code: 'permission-denied',
      detail: expect.stringContaining('manage_users'),
    });

    const little = await addPerson(server, { roles: ['viewer'], token: { permissions: ['view', 'run_sync'] } });
    expect(problemOf(await little.ask('POST', '/full-update')).code).toBe('permission-denied');
    expect((await meOf(little.token)).permissions).toEqual([{ permission: 'view', endpoints: null }]);
  });

  test('makes and revokes no tokens, and sets no password', async () => {
    const person = await addPerson(server, { roles: ['administrator'], token: { permissions: ['view'] } });
    for (const answer of [
      await person.ask('POST', '/auth/tokens', { body: { name: 'wider' } }),
      await person.ask('DELETE', `/auth/tokens/${person.tokenId}`),
      await person.ask('PUT', '/auth/password', { body: {} }),
    ]) {
      expect(problemOf(answer).code).toBe('permission-denied');
    }
  });

  test('in time makes none that lives longer', async () => {
    const expiresAt = inAnHour();
    const person = await addPerson(server, { token: { expiresAt } });
    const make = (wanted: Date | null) =>
      person.ask('POST', '/auth/tokens', { body: { name: 'next', expiresAt: wanted?.toISOString() ?? null } });
    expect(pointersOf(await make(null))).toEqual(['/expiresAt']);
    expect(pointersOf(await make(new Date(expiresAt.getTime() + 1_000)))).toEqual(['/expiresAt']);
    expect((await make(expiresAt)).status).toBe(201);
  });
});

describe('a token that somebody else made', () => {
  test('has the rights of its user, proves no person, and makes no token that does', async () => {
    const person = await addPerson(server, { roles: ['operator'] });
    const { token, createdBy } = made(await admin.ask('POST', `/users/${person.id}/tokens`, { body: { name: 'for cron' } }));
    expect(createdBy).toBe(admin.id);
    expect(await meOf(token)).toMatchObject({ kind: 'service', userId: person.id, username: person.username });
    const ask = askWith(server, token);
    expect((await ask('POST', '/full-update')).status).toBe(202);
    expect(problemOf(await ask('POST', '/auth/tokens', { body: { name: 'mine' } })).code).toBe('not-a-person');
    expect(listOf(await admin.ask('GET', `/users/${person.id}/tokens`))).toHaveLength(2);
  });

  test('is any that was made where administrators make them, for themselves, too', async () => {
    const own = made(await admin.ask('POST', `/users/${admin.id}/tokens`, { body: { name: 'own' } }));
    const byKey = made(await server.ask('POST', `/users/${admin.id}/tokens`, { body: { name: 'by the key' } }));
    for (const { token, createdBy } of [own, byKey]) {
      expect(createdBy).toBeNull();
      expect((await meOf(token)).kind).toBe('service');
    }
  });

  test('is for a user that exists', async () => {
    expect((await admin.ask('POST', `/users/${randomUUID()}/tokens`, { body: { name: 'x' } })).status).toBe(404);
  });
});

test('who a request says that it comes from changes nothing', async () => {
  const person = await addPerson(server, { roles: ['viewer'] });
  const headers = { 'x-proxbox-actor': admin.username };
  expect((await person.ask('GET', '/users', { headers })).status).toBe(403);
  expect(meView.parse((await person.ask('GET', '/auth/me', { headers })).body).username).toBe(person.username);
});
