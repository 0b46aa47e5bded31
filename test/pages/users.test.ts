import { type ApiServer, startApiServer } from '../api/support/api-server';
import { createEndpoint } from '../api/support/shapes';
import { admin, userPassword, Visitor, visitorWith } from './support/visitor';

let server: ApiServer;
let visitor: Visitor;
beforeAll(async () => {
  server = await startApiServer();
  visitor = await admin(server);
});
afterAll(() => server.stop());

const add = async (username: string, fields: Record<string, string> = {}): Promise<string> => {
  const { status, location } = await visitor.post('/ui/users/new', {
    username,
    enabled: 'on',
    password: userPassword,
    ...fields,
  });
  expect(status).toBe(303);
  return location ?? '';
};

const versionOn = async (page: string): Promise<string> =>
  /name="version" value="(\d+)"/.exec((await visitor.get(page)).html)?.[1] ?? '';

const tokenOn = (html: string): string => /(pbx_\w+_[\w-]{40,})/.exec(html)?.[1] ?? '';

const statusWith = async (token: string): Promise<number> =>
  (await fetch(`${server.url}/auth/me`, { headers: { authorization: `Bearer ${token}` } })).status;

describe('a user', () => {
  test('is added, gets a role on one endpoint, and signs in', async () => {
    const endpoint = await createEndpoint(server, { name: 'Oslo' });
    const page = await add('ada', { displayName: 'Ada' });
    expect((await visitor.get(page)).text).toContain('No role yet: this user may do nothing.');
    const roles = await visitor.get(page);
    const viewer = /<option value="([\w-]+)">viewer/.exec(roles.html)?.[1] ?? '';
    expect((await visitor.post(`${page}/roles`, { role: viewer, endpoint: endpoint.id })).status).toBe(303);
    expect((await visitor.get(page)).text).toContain('viewer Oslo Take away');
    const ada = await new Visitor(server.url).signIn('ada', userPassword);
    expect((await ada.get('/ui/endpoints')).text).toContain('Oslo');
    const take = /action="(\/ui\/users\/[\w-]+\/roles\/[\w-]+\/take)"/.exec((await visitor.get(page)).html)?.[1] ?? '';
    expect((await visitor.post(take)).status).toBe(303);
    expect((await ada.get('/ui/endpoints')).status).toBe(403);
  });

  test('with a short password or a taken name is not added, and what was typed stays, but for the password', async () => {
    const short = await visitor.post('/ui/users/new', { username: 'bob', displayName: 'Bob B', password: 'canary' });
    expect(short.status).toBe(422);
    expect(short.text).toContain('Give at least 12 characters.');
    expect(short.html).toContain('value="Bob B"');
    expect(short.html).not.toContain('canary');
    const taken = await visitor.post('/ui/users/new', { username: 'ADMIN', password: userPassword });
    expect(taken.html).toMatch(/id="field-username-error" class="error">Another user has this name/);
  });

  test('is changed, disabled and thereby signed out, and deleted', async () => {
    const page = await add('carl');
    const carl = await new Visitor(server.url).signIn('carl', userPassword);
    const fields = { username: 'carl', displayName: 'Carl C', email: '', version: await versionOn(page) };
    expect((await visitor.post(page, fields)).status).toBe(303);
    expect((await visitor.get(page)).html).toContain('value="Carl C"');
    expect((await carl.get('/ui')).location).toMatch(/sign-in/);
    expect(
      (await visitor.post(`${page}/netbox-link`, { netboxUsername: 'carl-nb', version: await versionOn(page) })).status,
    ).toBe(303);
    expect((await visitor.get('/ui/users')).text).toContain('carl-nb');
    expect((await visitor.post(`${page}/delete`, { version: await versionOn(page) })).location).toBe('/ui/users');
    expect((await visitor.get(page)).status).toBe(404);
  });

  test('gets another password, and the old one ends', async () => {
    const page = await add('dora');
    expect((await visitor.post(`${page}/password`, { password: 'short' })).text).toContain('Give at least 12 characters.');
    expect((await visitor.post(`${page}/password`, { password: 'another long password' })).status).toBe(303);
    await new Visitor(server.url).signIn('dora', 'another long password');
    expect((await new Visitor(server.url).post('/ui/sign-in', { username: 'dora', password: userPassword })).status).toBe(401);
  });

  test('who is the last administrator stays one', async () => {
    const page = /href="(\/ui\/users\/[\w-]+)">admin</.exec((await visitor.get('/ui/users')).html)?.[1] ?? '';
    const answer = await visitor.post(page, { username: 'admin', displayName: '', email: '', version: await versionOn(page) });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('This is the last enabled administrator');
  });
});

describe('a token', () => {
  test("of one's own is shown once, works, and ends when it is revoked", async () => {
    const operator = await visitorWith(server, 'olga', [{ role: 'operator' }]);
    const made = await operator.post('/ui/account/tokens', { name: 'cron', days: '30', permissions: ['view', 'run_sync'] });
    expect(made.status).toBe(201);
    const token = tokenOn(made.html);
    expect(await statusWith(token)).toBe(200);
    const page = await operator.get('/ui/account');
    expect(page.html).not.toContain(token);
    expect(page.text).toContain('view, run_sync');
    const revoke = /action="(\/ui\/account\/tokens\/[\w-]+\/revoke)"/.exec(page.html)?.[1] ?? '';
    expect((await operator.post(revoke)).status).toBe(303);
    expect(await statusWith(token)).toBe(401);
    expect(server.logged()).not.toContain(token);
  });

  test('without a name is not made', async () => {
    const answer = await visitor.post('/ui/account/tokens', { name: '', days: '30' });
    expect(answer.status).toBe(422);
    expect(answer.html).toMatch(/id="field-name-error" class="error">Fill this in\./);
  });

  test('that is made for somebody else acts with their rights and proves no person', async () => {
    const page = await add('eve');
    const token = tokenOn((await visitor.post(`${page}/tokens`, { name: 'ci', days: '' })).html);
    const me = await fetch(`${server.url}/auth/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(await me.json()).toMatchObject({ username: 'eve', kind: 'service' });
  });
});
