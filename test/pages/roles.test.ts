import type { RoleListView } from '../../api/people/schema';
import { permissions } from '../../domain/people/permissions';
import { type ApiServer, startApiServer } from '../api/support/api-server';
import { createEndpoint } from '../api/support/shapes';
import { admin, clear, type Visitor, visitorWith } from './support/visitor';

let server: ApiServer;
let visitor: Visitor;
beforeAll(async () => {
  server = await startApiServer();
  visitor = await admin(server);
});
afterEach(async () => {
  await server.database.pool.query(`delete from app_user where username <> 'admin'`);
  await server.database.pool.query('delete from role where not built_in');
  await clear(server);
});
afterAll(() => server.stop());

const stored = async () => ((await server.ask('GET', '/roles')).body as RoleListView).items;

async function add(name: string, held: string[]): Promise<string> {
  await visitor.get('/ui/roles/new');
  const added = await visitor.post('/ui/roles/new', { name, description: 'Of the night shift', permissions: held });
  expect(added.status).toBe(303);
  return added.location ?? '';
}

test('the list explains every permission, and says which roles hold it and how many people have them', async () => {
  const { text } = await visitor.get('/ui/roles');
  for (const name of permissions) expect(text).toContain(name);
  expect(text).toMatch(/administrator Everything\. all 1 built in/);
  expect(text).toMatch(/approver Decides about requests for deletion\. 2 of 13 nobody built in/);
});

test('a role is made of permissions, changed and deleted', async () => {
  const page = await add('night', ['view', 'run_sync']);
  expect((await visitor.get(page)).html).toMatch(/name="permissions" value="run_sync" checked/);
  const changed = { name: 'night shift', description: '', permissions: ['view'], version: '1' };
  expect((await visitor.post(page, changed)).location).toBe(page);
  expect(await stored()).toContainEqual(expect.objectContaining({ name: 'night shift', permissions: ['view'], version: 2 }));
  expect((await visitor.post(page, changed)).text).toContain('Somebody else changed this meanwhile');
  expect((await visitor.post(`${page}/delete`, { version: '2' })).location).toBe('/ui/roles');
  expect((await visitor.get(page)).status).toBe(404);
});

test('a form that makes no sense comes back with what was typed and what is wrong', async () => {
  await visitor.get('/ui/roles/new');
  const none = await visitor.post('/ui/roles/new', { name: 'night', description: '' });
  expect(none).toMatchObject({ status: 422, text: expect.stringContaining('Tick at least one permission') });
  const taken = await visitor.post('/ui/roles/new', { name: 'Viewer', description: '', permissions: ['view', 'audit'] });
  expect(taken).toMatchObject({ status: 422, text: expect.stringContaining('Another role has this name') });
  expect(taken.html).toMatch(/value="audit" checked/);
});

test('a role is given to somebody on one endpoint, shown with where, and not deleted while they have it', async () => {
  const [page, { id }] = [await add('night', ['view']), await createEndpoint(server, { name: 'lab' })];
  await visitorWith(server, 'mia', []);
  const user = (await visitor.get(page)).html.match(/<option value="([^"]+)"[^>]*>mia</)?.[1] ?? '';
  expect((await visitor.post(`${page}/give`, { user, endpoint: id })).location).toBe(page);
  const shown = await visitor.get(page);
  expect(shown.text).toMatch(/mia lab Take away/);
  expect((await visitor.post(`${page}/delete`, { version: '1' })).text).toContain('Somebody has this role');
  const [, take = ''] = /action="([^"]+\/take)"/.exec(shown.html) ?? [];
  await visitor.post(take);
  expect((await visitor.get(page)).text).toContain('Nobody has this role yet');
});

test('a role that comes with the service is shown with what it lets somebody do, and cannot be changed', async () => {
  const approver = (await stored()).find(({ name }) => name === 'approver');
  const page = await visitor.get(`/ui/roles/${approver?.id}`);
  expect(page.text).toContain('Decide about requests for deletion that others made');
  expect(page.text).not.toContain('Save the role');
  const sent = { name: 'x', description: '', permissions: ['view'], version: String(approver?.version) };
  expect((await visitor.post(`/ui/roles/${approver?.id}`, sent)).status).toBe(422);
});
