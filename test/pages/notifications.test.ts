import { type ApiServer, startApiServer } from '../api/support/api-server';
import { createEndpoint } from '../api/support/shapes';
import { admin, type Visitor, visitorWith } from './support/visitor';

const PAGE = '/ui/notifications';

let server: ApiServer;
let visitor: Visitor;
beforeAll(async () => {
  server = await startApiServer();
  visitor = await admin(server);
});
afterAll(() => server.stop());

const common = { staleAfterHours: '24', expiresWithinDays: '14', events: ['run-failed', 'run-recovered'] };
const action = (html: string, verb: string): string =>
  new RegExp(`action="(${PAGE}/[\\w/-]+/${verb})"`).exec(html)?.[1] ?? `no form for ${verb}`;

test('a mail target is added for one endpoint, tested, disabled and deleted', async () => {
  const endpoint = await createEndpoint(server, { name: 'Oslo' });
  const recipients = 'noc@example.com; boss@example.com';
  const added = await visitor.post(PAGE, { ...common, kind: 'mail', name: 'noc', recipients, endpoint: endpoint.id });
  expect(added).toMatchObject({ status: 303, location: PAGE });
  const page = await visitor.get(PAGE);
  expect(page.text).toContain('noc noc@example.com, boss@example.com run-failed of Oslo, run-recovered of Oslo Enabled');

  expect((await visitor.post(action(page.html, 'test'))).status).toBe(303);
  expect((await visitor.get(PAGE)).text).toContain('[proxbox] Test message to noc. Nothing happened. Waits');

  expect((await visitor.post(action(page.html, 'disable'))).status).toBe(303);
  const { html, text } = await visitor.get(PAGE);
  expect(text).toContain('Disabled');
  const version = /name="version" value="(\d+)"/.exec(html)?.[1] ?? '';
  expect((await visitor.post(action(html, 'delete'), { version })).status).toBe(303);
  expect((await visitor.get(PAGE)).text).toContain('Nobody is told of anything yet.');
});

test("a webhook's key is shown once", async () => {
  const added = await visitor.post(PAGE, { ...common, kind: 'webhook', name: 'chat', url: 'https://chat.example.com/hook' });
  expect(added.status).toBe(200);
  expect(added.html).toMatch(/whsec_[\w+/]{43}=/);
  expect((await visitor.get(PAGE)).html).not.toContain('whsec_');
});

test.each([
  ['a wrong mail address', { kind: 'mail', name: 'x', recipients: 'a@example.com, nobody' }, /field-recipients-error/],
  ['no address', { kind: 'webhook', name: 'x', url: '' }, /field-url-error" class="error">Fill this in/],
  [
    'an address that is not contacted',
    { kind: 'webhook', name: 'x', url: 'http://169.254.169.254/' },
    /field-url-error.*not contacted/,
  ],
  ['a name that is taken', { kind: 'mail', name: 'CHAT', recipients: 'a@example.com' }, /field-name-error.*Another target/],
])('%s is told beside what was typed', async (_, fields, expected) => {
  const again = await visitor.post(PAGE, { ...common, ...fields });
  expect(again.status).toBe(422);
  expect(again.html).toMatch(expected);
  expect(again.html).toContain(`value="${fields.name}"`);
});

test('a message that was given up can be sent again', async () => {
  const page = await visitor.get(PAGE);
  await visitor.post(action(page.html, 'test'));
  await server.database.pool.query(
    `update notification_delivery set state = 'dead', attempts = 10, last_error = 'The receiver answered 500.'`,
  );
  const dead = await visitor.get(PAGE);
  expect(dead.text).toMatch(/The receiver answered 500\. Given up after 10 attempts Send again/);
  expect((await visitor.post(action(dead.html, 'retry'))).status).toBe(303);
  expect((await visitor.get(PAGE)).text).not.toContain('Given up');
});

test('the page is for those who manage all endpoints', async () => {
  const eve = await visitorWith(server, 'eve', [{ role: 'viewer' }]);
  expect((await eve.get('/ui')).text).not.toContain('Notifications');
  expect((await eve.get(PAGE)).status).toBe(403);
});
