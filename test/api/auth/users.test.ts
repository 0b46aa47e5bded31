import { randomUUID } from 'node:crypto';
import {
  bindingListView,
  bindingView,
  roleListView,
  roleView,
  userListView,
  userView,
  type UserView,
} from '../../../api/people/schema';
import { grantsOf } from '../../../database/repositories/people/role-bindings';
import { listUsersOfNetBox } from '../../../database/repositories/people/users';
import { personForNetBoxUser } from '../../../domain/people/netbox-user';
import { permissions } from '../../../domain/people/permissions';
import { type Answer, type ApiServer, startApiServer } from '../support/api-server';
import { createEndpoint, pointersOf, problemOf } from '../support/shapes';
import { addPerson } from './support/people';

let server: ApiServer;
let adminId: string;
beforeAll(async () => {
  server = await startApiServer();
  const { items } = userListView.parse((await server.ask('GET', '/users')).body);
  adminId = items[0]?.id ?? '';
});
afterAll(() => server.stop());

const userOf = ({ body }: Answer): UserView => userView.parse(body);
const post = (path: string, body: unknown) => server.ask('POST', path, { body });
const change = (method: string, path: string, ifMatch: string, body?: unknown) =>
  server.ask(method, path, { headers: { 'if-match': ifMatch }, ...(body !== undefined && { body }) });

async function createUser(body: Record<string, unknown> = {}): Promise<UserView> {
  const answer = await post('/users', { username: `user-${randomUUID().slice(0, 8)}`, ...body });
  expect(answer.status).toBe(201);
  return userOf(answer);
}

describe('a user', () => {
  test('is created with a version, found, listed, changed and deleted', async () => {
    const created = await post('/users', { username: 'Dora', displayName: 'Dora D.', email: 'dora@example.com' });
    const user = userOf(created);
    expect([created.status, created.headers.get('location'), created.headers.get('etag')]).toEqual([
      201,
      `/users/${user.id}`,
      '"1"',
    ]);
    expect(user).toMatchObject({ username: 'Dora', enabled: true, hasPassword: false, netboxUsername: null, external: null });

    const changed = await change('PATCH', `/users/${user.id}`, '"1"', { displayName: '', email: null });
    expect(userOf(changed)).toMatchObject({ username: 'Dora', displayName: '', email: null, version: 2 });
    expect(userOf(await server.ask('GET', `/users/${user.id}`))).toEqual(userOf(changed));
    expect(userListView.parse((await server.ask('GET', '/users')).body).items.map(({ username }) => username)).toContain('Dora');

    expect((await change('DELETE', `/users/${user.id}`, '"2"')).status).toBe(204);
    expect(problemOf(await server.ask('GET', `/users/${user.id}`)).code).toBe('not-found');
  });

  test('is not changed by whoever has not seen its latest version', async () => {
    const { id } = await createUser();
    expect(problemOf(await server.ask('PATCH', `/users/${id}`, { body: {} })).code).toBe('if-match-required');
    for (const [method, path] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['PUT', '/netbox-link'],
    ] as const) {
      const body = path === '' ? {} : { netboxUsername: null };
      expect(problemOf(await change(method, `/users/${id}${path}`, '"7"', body)).code).toBe('stale');
    }
  });

  test.each([
    [{ username: 'with space' }, '/username'],
    [{ username: 'api-key:x' }, '/username'],
    [{ username: 'x'.repeat(151) }, '/username'],
    [{ username: 'ok', email: 'nobody' }, '/email'],
    [{ username: 'ok', password: 'elevenchars' }, '/password'],
    [{ username: 'ok', password: '👪👪👪👪👪👪' }, '/password'],
    [{ username: 'ok', roles: ['administrator'] }, '/roles'],
  ])('cannot be %j', async (body, pointer) => {
    expect(pointersOf(await post('/users', body))).toEqual([pointer]);
  });

  test('shares its name with nobody, in whatever case', async () => {
    await createUser({ username: 'emil' });
    const other = await createUser();
    for (const answer of [
      await post('/users', { username: 'EMIL' }),
      await change('PATCH', `/users/${other.id}`, '*', { username: 'Emil' }),
    ]) {
      expect(problemOf(answer)).toMatchObject({ status: 409, code: 'name-taken', errors: [{ pointer: '/username' }] });
    }
  });

  test('loses all rights with being disabled, tokens included, and has them back with being enabled', async () => {
    const person = await addPerson(server, { roles: ['administrator'] });
    const set = (enabled: boolean) => change('PATCH', `/users/${person.id}`, '*', { enabled });
    const status = async () => (await person.ask('GET', '/users')).status;
    expect(await status()).toBe(200);
    await set(false);
    expect(await status()).toBe(401);
    expect(await grantsOf(server.database.pool, person.id)).toEqual([]);
    await set(true);
    expect(await status()).toBe(200);
  });
});

describe('the last enabled administrator', () => {
  const attempts = async (): Promise<Answer[]> => {
    const { items } = bindingListView.parse((await server.ask('GET', `/users/${adminId}/roles`)).body);
    return [
      await change('PATCH', `/users/${adminId}`, '*', { enabled: false }),
      await change('DELETE', `/users/${adminId}`, '*'),
      await server.ask('DELETE', `/users/${adminId}/roles/${items[0]?.id}`),
    ];
  };

  test('cannot be disabled, deleted or demoted, though others seem to be administrators', async () => {
    const { id: endpointId } = await createEndpoint(server);
    await addPerson(server, { roles: ['administrator'], enabled: false });
    await addPerson(server, { roles: [['administrator', endpointId]] });
    await server.database.pool.query(
      `delete from app_user where enabled and id <> $1
      and id in (select user_id from role_binding where endpoint_id is null)`,
      [adminId],
    );

    for (const answer of await attempts()) expect(problemOf(answer)).toMatchObject({ status: 409, code: 'last-administrator' });
    expect(userOf(await server.ask('GET', `/users/${adminId}`))).toMatchObject({ enabled: true });
    expect((await change('PATCH', `/users/${adminId}`, '*', { displayName: 'The last' })).status).toBe(200);
  });

  test('is still one when two take each other away at the same time', async () => {
    for (let round = 0; round < 5; round += 1) {
      const other = await addPerson(server, { roles: ['administrator'] });
      const answers = await Promise.all([adminId, other.id].map(id => change('PATCH', `/users/${id}`, '*', { enabled: false })));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      await change('PATCH', `/users/${adminId}`, '*', { enabled: true });
      await change('DELETE', `/users/${other.id}`, '*');
    }
  });
});

describe('roles', () => {
  test('that are built in are there, and stay as they are', async () => {
    const { items } = roleListView.parse((await server.ask('GET', '/roles')).body);
    const administrator = items.find(({ name }) => name === 'administrator');
    expect(items.filter(({ builtIn }) => builtIn).map(({ name }) => name)).toEqual([
      'administrator',
      'approver',
      'auditor',
      'operator',
      'planner',
      'viewer',
    ]);
    expect(administrator?.permissions).toEqual([...permissions]);
    const path = `/roles/${administrator?.id}`;
    expect(problemOf(await change('PATCH', path, '*', { permissions: ['view'] })).code).toBe('built-in-role');
    expect(problemOf(await change('DELETE', path, '*')).code).toBe('built-in-role');
  });

  test('of one’s own give what they say, from the next request on', async () => {
    const created = await post('/roles', { name: 'Night shift', permissions: ['view'] });
    const role = roleView.parse(created.body);
    expect([created.status, created.headers.get('location')]).toEqual([201, `/roles/${role.id}`]);
    const person = await addPerson(server, { roles: ['night SHIFT'] });
    expect((await person.ask('POST', '/full-update')).status).toBe(403);

    const changed = await change('PATCH', `/roles/${role.id}`, '"1"', { permissions: ['view', 'run_sync'] });
    expect(roleView.parse(changed.body)).toMatchObject({ name: 'Night shift', version: 2, permissions: ['view', 'run_sync'] });
    await createEndpoint(server);
    expect((await person.ask('POST', '/full-update')).status).toBe(202);

    expect(problemOf(await change('DELETE', `/roles/${role.id}`, '*')).code).toBe('role-in-use');
    await change('DELETE', `/users/${person.id}`, '*');
    expect((await change('DELETE', `/roles/${role.id}`, '*')).status).toBe(204);
  });

  test.each([
    [{ name: 'x', permissions: [] }, '/permissions'],
    [{ name: 'x', permissions: ['root'] }, '/permissions/0'],
    [{ name: '', permissions: ['view'] }, '/name'],
    [{ name: 'x', permissions: ['view'], builtIn: true }, '/builtIn'],
  ])('cannot be %j', async (body, pointer) => {
    expect(pointersOf(await post('/roles', body))).toEqual([pointer]);
    expect(problemOf(await post('/roles', { name: 'Viewer', permissions: ['view'] })).code).toBe('name-taken');
  });

  test('are given everywhere or on one endpoint, once, and go with the endpoint', async () => {
    const { id } = await createUser();
    const endpoint = await createEndpoint(server, { name: 'Oslo' });
    const give = async (role: string, on: string | null) =>
      bindingView.parse((await post(`/users/${id}/roles`, { role, endpoint: on })).body);
    const roles = async () =>
      bindingListView
        .parse((await server.ask('GET', `/users/${id}/roles`)).body)
        .items.map(({ role, endpoint: on }) => [role.name, on?.name ?? null]);

    const viewer = await give('Viewer', null);
    expect(await give('viewer', null)).toEqual(viewer);
    const operator = await give('operator', 'oSLO');
    expect((await give(operator.role.id, endpoint.id)).id).toBe(operator.id);
    expect(await roles()).toEqual([
      ['operator', 'Oslo'],
      ['viewer', null],
    ]);

    await server.database.pool.query('delete from run');
    expect((await change('DELETE', `/endpoints/${endpoint.id}`, '*')).status).toBe(204);
    expect(await roles()).toEqual([['viewer', null]]);
    expect((await server.ask('DELETE', `/users/${id}/roles/${viewer.id}`)).status).toBe(204);
    expect((await server.ask('DELETE', `/users/${id}/roles/${viewer.id}`)).status).toBe(404);
    expect(pointersOf(await post(`/users/${id}/roles`, { role: 'emperor' }))).toEqual(['/role']);
    expect(pointersOf(await post(`/users/${id}/roles`, { role: 'viewer', endpoint: 'Oslo' }))).toEqual(['/endpoint']);
  });

  test('of a group are those of its members', async () => {
    const { pool } = server.database;
    const person = await addPerson(server);
    const groupId = randomUUID();
    await pool.query(`insert into user_group (id, name) values ($1, 'netops')`, [groupId]);
    await pool.query('insert into user_group_member (group_id, user_id) values ($1, $2)', [groupId, person.id]);
    await pool.query(
      `insert into role_binding (id, group_id, role_id) select gen_random_uuid(), $1, id from role where name = 'viewer'`,
      [groupId],
    );
    expect((await person.ask('GET', '/runs')).status).toBe(200);
    await pool.query('delete from user_group_member where user_id = $1', [person.id]);
    expect((await person.ask('GET', '/runs')).status).toBe(403);
  });
});

describe('a NetBox user', () => {
  const link = async (id: string, netboxUsername: string | null) =>
    change('PUT', `/users/${id}/netbox-link`, '*', { netboxUsername });
  const personOf = async (name: string) => personForNetBoxUser(await listUsersOfNetBox(server.database.pool, name), name)?.id;

  test('is linked with one user, unlinked, and linked with another', async () => {
    const [one, two] = [await createUser(), await createUser()];
    expect(userOf(await link(one.id, 'Greta')).netboxUsername).toBe('Greta');
    expect(problemOf(await link(two.id, 'greta'))).toMatchObject({ status: 409, code: 'netbox-user-taken' });
    expect(await personOf('Greta')).toBe(one.id);
    expect(await personOf('greta')).toBeUndefined();

    await link(one.id, null);
    expect(await personOf('Greta')).toBeUndefined();
    expect((await link(two.id, 'Greta')).status).toBe(200);
    await change('PATCH', `/users/${two.id}`, '*', { enabled: false });
    expect(await personOf('Greta')).toBeUndefined();
  });
});
