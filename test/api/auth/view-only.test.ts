import { randomUUID } from 'node:crypto';
import { openApiDocument } from '../../../api/openapi/document';
import { INTENT_PHRASE } from '../../../domain/settings/intent-switch';
import { methods } from '../../../api/openapi/document-types';
import { type Answer, type ApiServer, startApiServer } from '../support/api-server';
import { seedGuestChange, seedRun, seedSchedule } from '../support/seed';
import { createEndpoint, token } from '../support/shapes';
import { addPerson, type Person } from './support/people';

/** Every operation that may change something, sent with a body that is right, by whoever may only view. */

const person = { username: 'new', password: 'correct horse battery' };
const diffs = [{ op: 'update', kind: 'qemu', payload: { vmid: 100, cores: 2 } }];

/** One for each operation of the document. */
const bodies: Readonly<Record<string, object>> = {
  'POST /auth/login': { username: 'nobody', password: 'nothing at all' },
  'POST /auth/logout': {},
  'PUT /auth/password': { oldPassword: 'correct horse battery', newPassword: 'another horse battery' },
  'POST /auth/tokens': { name: 'more' },
  'DELETE /auth/tokens/{tokenId}': {},
  'POST /auth/netbox-link': { username: 'somebody', password: 'nothing at all' },
  'DELETE /auth/netbox-link': {},
  'POST /endpoints': { name: 'new', url: 'https://pve.example.com', credentials: { read: token() } },
  'PATCH /endpoints/{id}': { enabled: false },
  'DELETE /endpoints/{id}': {},
  'POST /endpoints/{id}/rebind': {},
  'POST /endpoints/{id}/relink': {},
  'POST /endpoints/{id}/test': {},
  'POST /full-update': { dryRun: true },
  'POST /runs/{id}/confirm': { planDigest: 'digest-of-the-plan' },
  'POST /runs/{id}/cancel': {},
  'POST /runs/{id}/pause': {},
  'POST /runs/{id}/resume': {},
  'POST /intent/plan': { diffs },
  'POST /intent/apply': { diffs },
  'POST /intent/merge': { branch_id: 1, digest: 'a'.repeat(64) },
  'POST /intent/changes/{id}/drop': {},
  'POST /intent/deletion-requests': { vmid: 100, kind: 'qemu', reason: 'no longer needed' },
  'POST /intent/deletion-requests/{id}/approve': {},
  'POST /intent/deletion-requests/{id}/reject': { reason: 'still needed' },
  'POST /intent/deletion-requests/{id}/cancel': {},
  'POST /intent/deletion-requests/{id}/code': { verdict: 'reject', reason: 'still needed' },
  'POST /intent/deletion-requests/{id}/execute': {},
  'POST /intent/deletion-requests/{id}/adopt': {},
  'POST /hooks/netbox': {},
  'POST /schedules': { name: 'new', everySeconds: 900 },
  'PATCH /schedules/{id}': { paused: true },
  'DELETE /schedules/{id}': {},
  'POST /schedules/{id}/pause': {},
  'POST /schedules/{id}/resume': {},
  'POST /schedules/{id}/trigger': {},
  'POST /schedules/{id}/backfill': { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' },
  'PATCH /settings': { overwrite_vm_tags: false },
  'POST /notifications/targets': { kind: 'mail', name: 'new', recipients: ['noc@example.com'] },
  'PATCH /notifications/targets/{id}': { enabled: false },
  'DELETE /notifications/targets/{id}': {},
  'POST /notifications/targets/{id}/test': {},
  'POST /notifications/deliveries/{id}/retry': {},
  'POST /users': person,
  'PATCH /users/{id}': { enabled: false },
  'DELETE /users/{id}': {},
  'PUT /users/{id}/password': { password: person.password },
  'PUT /users/{id}/netbox-link': { netboxUsername: 'somebody' },
  'POST /users/{id}/roles': { role: 'administrator' },
  'DELETE /users/{id}/roles/{bindingId}': {},
  'POST /users/{id}/tokens': { name: 'more' },
  'DELETE /users/{id}/tokens/{tokenId}': {},
  'POST /roles': { name: 'new', permissions: ['view'] },
  'PATCH /roles/{id}': { permissions: ['view', 'run_sync'] },
  'DELETE /roles/{id}': {},
};

const changing = Object.entries(openApiDocument().paths).flatMap(([path, item]) =>
  methods.flatMap(method => {
    const operation = item[method];
    return operation === undefined || method === 'get'
      ? []
      : [{ route: `${method.toUpperCase()} ${path}`, who: operation['x-proxbox-access'].who }];
  }),
);
/** What a person may do about themselves, and what is for strangers. */
const aboutOneself = ['everybody', 'signed-in', 'person'];

let server: ApiServer;
let ids: Record<string, string>;
let viewer: Person;
let narrowed: Person;
beforeAll(async () => {
  server = await startApiServer();
  const { pool } = server.database;
  const endpoint = (await createEndpoint(server, { allowWrites: true })).id;
  const changed = await seedGuestChange(pool, endpoint);
  const switched = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: INTENT_PHRASE };
  await server.ask('PATCH', '/settings', { body: switched, headers: { 'if-match': '*' } });
  const made = async (path: string, body: object): Promise<string> =>
    String(Reflect.get(Object((await server.ask('POST', path, { body })).body), 'id'));
  ids = {
    endpoints: endpoint,
    runs: await seedRun(pool, { endpoint_id: endpoint, state: 'awaiting_confirmation' }),
    schedules: await seedSchedule(pool, { endpoint_ids: [endpoint] }),
    users: (await addPerson(server, { username: 'target' })).id,
    roles: await made('/roles', { name: 'custom', permissions: ['view'] }),
    'notifications/targets': await made('/notifications/targets', bodies['POST /notifications/targets'] ?? {}),
    'intent/changes': changed.changeId,
  };
  viewer = await addPerson(server, { roles: ['viewer'] });
  narrowed = await addPerson(server, { roles: ['administrator'], token: { permissions: ['view'] } });
});
afterAll(() => server.stop());

const filled = (path: string): string =>
  path
    .replace(/^\/([\w/]+)\/\{id\}/, (_all, what: string) => `/${what}/${ids[what] ?? randomUUID()}`)
    .replace(/\{\w+\}/g, () => randomUUID());

async function send(by: Person, route: string): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  // What is about an endpoint is about the one that is there.
  const body = /^\/intent\/(?!merge)[\w-]+$/.test(path) ? { endpoint_id: ids['endpoints'], ...bodies[route] } : bodies[route];
  return by.ask(method, filled(path), { ...(method !== 'DELETE' && { body }), headers: { 'if-match': '*' } });
}

/** Everything that the database holds, but for who asked what when. */
async function contents(): Promise<Record<string, string>> {
  const { pool } = server.database;
  const { rows } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
       and table_name not in ('audit', 'api_token', 'login_failure')`,
  );
  const texts = rows.map(async ({ name }) => {
    const { rows: found } = await pool.query<{ text: string }>(`select t::text as text from ${name} t order by 1`);
    return [name, found.map(({ text }) => text).join('\n')] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

const askedOfTemporal = (): unknown => {
  const { started, asked, cancelled, signalled, schedules } = server.temporal;
  return JSON.parse(JSON.stringify({ started, asked, cancelled, signalled, schedules }));
};

test('every operation that may change something is tried', () => {
  expect(changing.map(({ route }) => route).filter(route => bodies[route] === undefined)).toEqual([]);
});

describe.each([
  ['a viewer', () => viewer, changing.filter(({ who }) => !aboutOneself.includes(who))],
  [
    "an administrator's token that gives viewing alone",
    () => narrowed,
    changing.filter(({ who }) => who !== 'everybody' && who !== 'signed-in'),
  ],
] as const)('%s', (_who, by, routes) => {
  test.each(routes.map(({ route }) => route))('starts and changes nothing by %s', async route => {
    const before = [await contents(), askedOfTemporal()];
    expect([403, 404]).toContain((await send(by(), route)).status);
    expect([await contents(), askedOfTemporal()]).toEqual(before);
  });
});

test('an administrator is let in by the same requests: it is the right that was missing', async () => {
  const admin = await addPerson(server, { roles: ['administrator'] });
  const refused: string[] = [];
  const others = changing.filter(({ who }) => !aboutOneself.includes(who)).map(({ route }) => route);
  // What ends something comes last, so that what is tried before it is still there.
  for (const route of others.sort((a, b) => Number(a.startsWith('DELETE')) - Number(b.startsWith('DELETE')))) {
    const { body } = await send(admin, route);
    const code = String(Reflect.get(Object(body), 'code'));
    if (['permission-denied', 'unauthenticated', 'invalid-body', 'malformed-body'].includes(code))
      refused.push(`${route}: ${code}`);
  }
  expect(refused).toEqual([]);
});
