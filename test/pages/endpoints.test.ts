import { type ApiServer, startApiServer } from '../api/support/api-server';
import { seedRun } from '../api/support/seed';
import { createEndpoint, endpointOf } from '../api/support/shapes';
import { admin, clear, type Visitor } from './support/visitor';

let server: ApiServer;
let visitor: Visitor;
beforeAll(async () => {
  server = await startApiServer();
  visitor = await admin(server);
});
afterAll(() => server.stop());
beforeEach(() => clear(server));

const canary = 'canary-secret-7f3a';
const typed = {
  name: 'Berlin',
  url: 'https://pve.example.com',
  'tls.mode': 'verify',
  enabled: 'on',
  'credentials.read.kind': 'token',
  'credentials.read.principal': 'proxbox@pve!sync',
  'credentials.read.secret': canary,
};

const stored = async (id: string) => endpointOf(await server.ask('GET', `/endpoints/${id}`));

const add = async (fields: Record<string, string> = {}): Promise<string> => {
  await visitor.get('/ui/endpoints/new');
  const { status, location } = await visitor.post('/ui/endpoints/new', { ...typed, ...fields });
  expect(status).toBe(303);
  return location?.split('/').at(-1) ?? '';
};

test('an endpoint is added by the form, and no page shows its secret', async () => {
  const id = await add({ siteSlug: 'berlin-1' });
  expect(await stored(id)).toMatchObject({
    name: 'Berlin',
    url: 'https://pve.example.com:8006',
    tls: { mode: 'verify' },
    enabled: true,
    allowWrites: false,
    siteSlug: 'berlin-1',
    credentials: { read: { principal: 'proxbox@pve!sync' }, write: null },
  });
  await seedRun(server.database.pool, { endpoint_id: id, state: 'completed' });
  for (const path of ['/ui', '/ui/endpoints', `/ui/endpoints/${id}`, `/ui/endpoints/${id}/edit`, '/ui/runs', '/ui/health']) {
    const page = await visitor.get(path);
    expect(page.status).toBe(200);
    expect(page.html).not.toContain(canary);
  }
  expect(server.logged()).not.toContain(canary);
});

test('wrong input is shown again, with what is wrong beside each field, and nothing is added', async () => {
  const wrong = {
    ...typed,
    name: ' ',
    url: 'http://pve.example.com',
    'tls.mode': 'fingerprint',
    'tls.fingerprint': '<b>12</b>',
    'credentials.read.principal': 'nobody',
  };
  const page = await visitor.post('/ui/endpoints/new', wrong);
  expect(page.status).toBe(422);
  expect(page.html).toContain('value="http://pve.example.com"');
  expect(page.html).toContain('value="&lt;b>12&lt;/b>"');
  expect(page.html).toContain('value="nobody"');
  expect(page.html).not.toContain(canary);
  const errors = [...page.html.matchAll(/id="field-([\w.]+)-error" class="error">([^<]+)</g)].map(([, name, text]) => [
    name,
    text,
  ]);
  expect(Object.fromEntries(errors)).toEqual({
    name: 'Fill this in.',
    url: expect.stringContaining('Use https'),
    'tls.fingerprint': expect.stringContaining('64 hexadecimal digits'),
    'credentials.read.principal': expect.stringContaining('user@realm!token'),
  });
  expect((await server.ask('GET', '/endpoints')).body).toMatchObject({ items: [] });
});

test('a taken name is told beside the name', async () => {
  await add();
  const page = await visitor.post('/ui/endpoints/new', { ...typed, name: 'bERLIN' });
  expect(page.status).toBe(422);
  expect(page.html).toMatch(/id="field-name-error" class="error">Another endpoint has this name/);
});

describe('a change', () => {
  const unchanged = async (id: string): Promise<Record<string, string>> => {
    const { html } = await visitor.get(`/ui/endpoints/${id}/edit`);
    const version = /name="version" value="(\d+)"/.exec(html)?.[1] ?? '';
    return {
      ...typed,
      version,
      'credentials.read.secret': '',
      'credentials.write.kind': 'token',
      'credentials.write.principal': '',
    };
  };

  test('keeps the stored secret when none is typed', async () => {
    const id = await add();
    const answer = await visitor.post(`/ui/endpoints/${id}/edit`, {
      ...(await unchanged(id)),
      name: 'Berlin 2',
      netboxVrf: 'blue',
    });
    expect(answer).toMatchObject({ status: 303, location: `/ui/endpoints/${id}` });
    expect(await stored(id)).toMatchObject({
      name: 'Berlin 2',
      netboxVrf: 'blue',
      credentials: { read: { principal: 'proxbox@pve!sync' } },
    });
  });

  test('of the address needs the secret again', async () => {
    const id = await add();
    const answer = await visitor.post(`/ui/endpoints/${id}/edit`, { ...(await unchanged(id)), url: 'https://other.example.com' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('Enter the read credential again');
    expect((await stored(id)).url).toBe('https://pve.example.com:8006');
  });

  test('that somebody else overtook is not written', async () => {
    const id = await add();
    const fields = await unchanged(id);
    await visitor.post(`/ui/endpoints/${id}/edit`, { ...fields, name: 'First' });
    const answer = await visitor.post(`/ui/endpoints/${id}/edit`, { ...fields, name: 'Second' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('Somebody else changed this meanwhile');
    expect((await stored(id)).name).toBe('First');
  });
});

describe('the page of an endpoint', () => {
  test('shows its last runs as a chart and a table', async () => {
    const { id } = await createEndpoint(server);
    for (const minute of [1, 2, 3]) {
      await seedRun(server.database.pool, {
        endpoint_id: id,
        state: 'completed',
        counts: { guests: 4, created: minute, updated: 0, deleted: 0, written: minute },
        started_at: new Date(Date.UTC(2026, 0, 1, 0, minute)),
        finished_at: new Date(Date.UTC(2026, 0, 1, 0, minute, minute * 10)),
      });
    }
    const page = await visitor.get(`/ui/endpoints/${id}`);
    expect(page.html).toContain('aria-label="How long they took, over the last 3 runs: at most 30.0 s, the last one 30.0 s."');
    expect(page.html).toContain('aria-label="What they wrote, over the last 3 runs: at most 3 objects, the last one 3 objects."');
    expect(page.html.match(/class="write-created"/g)).toHaveLength(3);
    expect(page.html.match(/class="bar-completed"/g)).toHaveLength(3);
    expect(page.html).toContain('<time datetime="2026-01-01T00:03:00.000Z" title="2026-01-01 00:03:00 UTC">');
  });

  test('forgets the bound cluster, links again, and deletes, by buttons that say what they do', async () => {
    const { id } = await createEndpoint(server);
    await server.database.pool.query(`update endpoint set bound_cluster = '{"name": "alpha"}' where id = $1`, [id]);
    expect((await visitor.get(`/ui/endpoints/${id}`)).text).toContain('alpha');
    expect((await visitor.post(`/ui/endpoints/${id}/rebind`)).status).toBe(303);
    expect((await stored(id)).boundCluster).toBeNull();

    const relink = await visitor.post(`/ui/endpoints/${id}/relink`);
    const run = relink.location?.split('/').at(-1) ?? '';
    expect((await server.ask('GET', `/runs/${run}`)).body).toMatchObject({
      scope: { relink: true, endpoints: [id] },
      requestedBy: 'admin',
    });

    const { html } = await visitor.get(`/ui/endpoints/${id}`);
    const version = /name="version" value="(\d+)"/.exec(html)?.[1] ?? '';
    const open = await visitor.post(`/ui/endpoints/${id}/delete`, { version });
    expect(open.status).toBe(409);
    expect(open.text).toContain('Wait for its end or cancel it');
    await server.database.pool.query(`update run set state = 'completed'`);
    expect(await visitor.post(`/ui/endpoints/${id}/delete`, { version })).toMatchObject({
      status: 303,
      location: '/ui/endpoints',
    });
    expect((await visitor.get(`/ui/endpoints/${id}`)).status).toBe(404);
  });
});
