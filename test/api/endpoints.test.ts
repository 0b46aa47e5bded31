import { endpointListView } from '../../api/endpoints/schema';
import { overwriteFlags } from '../../domain/reflection/policy';
import { type ApiServer, startApiServer } from './support/api-server';
import { seedRun } from './support/seed';
import { createEndpoint, endpointOf, pointersOf, problemOf, token } from './support/shapes';
import { certificate, otherCertificate } from './support/certificates';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

const post = (body: Record<string, unknown>) => server.ask('POST', '/endpoints', { body });
const patch = (id: string, version: number, body: Record<string, unknown>) =>
  server.ask('PATCH', `/endpoints/${id}`, { body, headers: { 'if-match': `"${version}"` } });

describe('creating an endpoint', () => {
  test('answers with where it is, its version, and defaults that read only', async () => {
    const answer = await post({ name: 'Berlin', url: 'https://pve.example.com', credentials: { read: token() } });
    const endpoint = endpointOf(answer);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/endpoints/${endpoint.id}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(endpoint).toMatchObject({
      enabled: true,
      allowWrites: false,
      tls: { mode: 'verify' },
      boundCluster: null,
      version: 1,
    });
    expect(endpointOf(await server.ask('GET', `/endpoints/${endpoint.id}`))).toEqual(endpoint);
  });

  test('shows who signs in, and never the secret', async () => {
    const answer = await post({
      name: 'secretive',
      url: 'https://pve.example.com',
      allowWrites: true,
      credentials: { read: token('canary-one'), write: { kind: 'password', principal: 'root@pam', secret: 'canary two' } },
    });
    expect(endpointOf(answer).credentials).toEqual({
      read: { kind: 'token', principal: 'proxbox@pve!sync', set: true },
      write: { kind: 'password', principal: 'root@pam', set: true },
    });
    const all = [answer, await server.ask('GET', '/endpoints'), server.logged()];
    expect(JSON.stringify(all)).not.toMatch(/canary-one|canary two/);
  });

  test.each([
    ['https://pve.example.com', 'https://pve.example.com:8006'],
    ['https://PVE.example.com:443/', 'https://pve.example.com:443'],
    ['https://pve.example.com:8006/#v1:0:=node%2Fpve1', 'https://pve.example.com:8006'],
    ['https://[2001:db8::1]', 'https://[2001:db8::1]:8006'],
    ['http://127.0.0.1:18006', 'http://127.0.0.1:18006'],
    ['http://[::1]', 'http://[::1]:8006'],
    ['http://localhost:80', 'http://localhost:80'],
  ])('keeps %s as %s', async (url, kept) => {
    expect((await createEndpoint(server, { url })).url).toBe(kept);
  });

  test.each([
    ['http towards the network', 'http://pve.example.com:8006'],
    ['http towards a name that only looks like loopback', 'http://127.0.0.1.example.com'],
    ['another scheme', 'ftp://pve.example.com'],
    ['a password in it', 'https://root:canary@pve.example.com'],
    ['no URL', 'pve.example.com'],
    ['a path', 'https://pve.example.com:8006/api2/json'],
    ['a query', 'https://pve.example.com/?node=1'],
    ['a link-local host', 'https://169.254.169.254'],
    ['no host that answers', 'https://0.0.0.0'],
    ['a multicast host', 'https://[ff02::1]'],
    ['a metadata service', 'https://100.100.100.200'],
  ])('refuses an address with %s', async (_what, url) => {
    const answer = await post({ name: 'x', url, credentials: { read: token() } });
    expect(answer.status).toBe(422);
    expect(pointersOf(answer)).toEqual(['/url']);
    expect(JSON.stringify(answer.body)).not.toContain('canary');
  });

  test('refuses a name that is taken in another case', async () => {
    await createEndpoint(server, { name: 'Twin' });
    const answer = await post({ name: 'tWIN', url: 'https://pve.example.com', credentials: { read: token() } });
    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'name-taken', errors: [{ pointer: '/name' }] });
  });

  test('names every value that is wrong by its pointer, and repeats none', async () => {
    const answer = await post({
      name: '',
      url: 'https://pve.example.com',
      tls: { mode: 'fingerprint', fingerprint: 'canary' },
      surprise: 1,
      policy: { overwrite_everything: true, plan_change_limit_percent: 101 },
      credentials: { read: { kind: 'token', principal: 'root@pam', secret: 'canary with spaces' } },
    });
    expect(answer.status).toBe(422);
    expect(pointersOf(answer).sort()).toEqual([
      '/credentials/read/principal',
      '/credentials/read/secret',
      '/name',
      '/policy/overwrite_everything',
      '/policy/plan_change_limit_percent',
      '/surprise',
      '/tls/fingerprint',
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('canary');
  });

  test('takes a CA that is a certificate, and refuses what is none or has a private key with it', async () => {
    expect((await createEndpoint(server, { tls: { mode: 'ca', ca: certificate } })).tls).toMatchObject({ mode: 'ca' });
    const key = '-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----';
    for (const ca of ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', `${certificate}\n${key}`, '']) {
      const answer = await post({
        name: 'x',
        url: 'https://pve.example.com',
        tls: { mode: 'ca', ca },
        credentials: { read: token() },
      });
      expect(pointersOf(answer)).toEqual(['/tls/ca']);
    }
  });

  test('keeps a fingerprint in one form', async () => {
    const { tls } = await createEndpoint(server, { tls: { mode: 'fingerprint', fingerprint: 'ab'.repeat(32) } });
    expect(tls).toEqual({ mode: 'fingerprint', fingerprint: Array(32).fill('AB').join(':') });
  });

  test('takes a write credential only where writes are allowed', async () => {
    const answer = await post({ name: 'w', url: 'https://pve.example.com', credentials: { read: token(), write: token() } });
    expect(answer.status).toBe(422);
    expect(pointersOf(answer)).toEqual(['/credentials/write']);
  });

  test('refuses text that no database can store', async () => {
    const answer = await post({
      name: 'a\u0000b',
      url: 'https://pve.example.com',
      credentials: { read: token() },
      siteSlug: '\ud800',
    });
    expect(pointersOf(answer)).toEqual(expect.arrayContaining(['/name', '/siteSlug']));
  });
});

describe('the policy of an endpoint', () => {
  test('inherits everything unless it is told otherwise', async () => {
    const { policy } = await createEndpoint(server);
    expect(Object.values(policy).every(value => value === null)).toBe(true);
    expect(Object.keys(policy)).toEqual(expect.arrayContaining([...overwriteFlags, 'sync_templates']));
  });

  test('is changed key by key, and null inherits again', async () => {
    const { id, version } = await createEndpoint(server, {
      policy: { overwrite_vm_tags: false, overwrite_vm_role: true, interface_exclude_names: ['lo'] },
    });
    const answer = await patch(id, version, { policy: { overwrite_vm_tags: null, plan_change_limit_percent: 5 } });
    expect(endpointOf(answer).policy).toMatchObject({
      overwrite_vm_tags: null,
      overwrite_vm_role: true,
      interface_exclude_names: ['lo'],
      plan_change_limit_percent: 5,
    });
    const { rows } = await server.database.pool.query<{ policy: unknown }>('select policy from endpoint where id = $1', [id]);
    expect(rows[0]?.policy).toEqual({ overwrite_vm_role: true, interface_exclude_names: ['lo'], plan_change_limit_percent: 5 });
  });
});

describe('changing an endpoint', () => {
  test('needs to say which version it changes', async () => {
    const { id } = await createEndpoint(server);
    const answer = await server.ask('PATCH', `/endpoints/${id}`, { body: { enabled: false } });
    expect(problemOf(answer)).toMatchObject({ status: 428, code: 'if-match-required' });
  });

  test('is refused when somebody else was faster, and tells the version that stands', async () => {
    const { id, version } = await createEndpoint(server);
    const first = await patch(id, version, { siteSlug: 'berlin' });
    expect(first.headers.get('etag')).toBe('"2"');
    const second = await patch(id, version, { siteSlug: 'paris' });
    expect(problemOf(second)).toMatchObject({ status: 412, code: 'stale' });
    expect(second.headers.get('etag')).toBe('"2"');
    expect(endpointOf(await server.ask('GET', `/endpoints/${id}`)).siteSlug).toBe('berlin');
  });

  test('lets one of many win that change the same version', async () => {
    const { id, version } = await createEndpoint(server);
    const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(siteSlug => patch(id, version, { siteSlug })));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412, 412, 412, 412]);
  });

  test('leaves alone what is not mentioned', async () => {
    const before = await createEndpoint(server, { netboxVrf: 'blue', siteSlug: 'berlin', policy: { sync_templates: false } });
    const after = endpointOf(await patch(before.id, before.version, { netboxVrf: null }));
    expect(after).toEqual({ ...before, netboxVrf: null, version: 2, updatedAt: after.updatedAt });
  });

  test('refuses a name that another endpoint has', async () => {
    const [one, two] = [await createEndpoint(server), await createEndpoint(server)];
    expect(problemOf(await patch(one.id, one.version, { name: two.name.toUpperCase() })).code).toBe('name-taken');
  });

  test('removes the write credential with the permission to write', async () => {
    const { id, version } = await createEndpoint(server, { allowWrites: true, credentials: { read: token(), write: token() } });
    const off = endpointOf(await patch(id, version, { allowWrites: false }));
    expect(off.credentials.write).toBeNull();
    expect(endpointOf(await patch(id, off.version, { allowWrites: true })).credentials.write).toBeNull();
  });

  test('needs allowWrites for a write credential', async () => {
    const { id, version } = await createEndpoint(server);
    expect(pointersOf(await patch(id, version, { credentials: { write: token() } }))).toEqual(['/credentials/write']);
    const both = await patch(id, version, { allowWrites: true, credentials: { write: token() } });
    expect(endpointOf(both).credentials.write).toMatchObject({ set: true });
  });

  test('does not find an endpoint that is not there', async () => {
    const missing = '00000000-0000-4000-8000-000000000000';
    expect(problemOf(await patch(missing, 1, {})).code).toBe('not-found');
    expect((await server.ask('GET', `/endpoints/${missing}`)).status).toBe(404);
    expect((await server.ask('GET', '/endpoints/berlin')).status).toBe(404);
    expect((await server.ask('POST', `/endpoints/${missing}/rebind`)).status).toBe(404);
  });
});

describe('changing where the secrets of an endpoint go', () => {
  const bound = async (body: Record<string, unknown> = {}) => {
    const endpoint = await createEndpoint(server, body);
    await server.database.pool.query(`update endpoint set bound_cluster = '{"name":"lab"}', bound_key = $1 where id = $1::uuid`, [
      endpoint.id,
    ]);
    return endpoint;
  };
  const ca = { mode: 'ca', ca: certificate };
  const pinned = { mode: 'fingerprint', fingerprint: '11'.repeat(32) };

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['another address', {}, { url: 'https://other.example.com' }],
    ['another port', {}, { url: 'https://pve.example.com:8007' }],
    ['another fingerprint', { tls: pinned }, { tls: { mode: 'fingerprint', fingerprint: '22'.repeat(32) } }],
    ['another CA', { tls: ca }, { tls: { mode: 'ca', ca: otherCertificate } }],
    ['no check of the certificate', {}, { tls: { mode: 'insecure' } }],
  ])('to %s needs them again, and forgets the cluster', async (_what, before, change) => {
    const { id, version } = await bound(before);
    const refused = await patch(id, version, change);
    expect(problemOf(refused)).toMatchObject({
      status: 422,
      code: 'secret-required',
      errors: [{ pointer: '/credentials/read' }],
    });
    expect(problemOf(refused).errors?.[0]?.detail).toContain(Object.keys(change)[0]);
    expect(endpointOf(await server.ask('GET', `/endpoints/${id}`)).boundCluster).toEqual({ name: 'lab' });

    const accepted = endpointOf(await patch(id, version, { ...change, credentials: { read: token('again') } }));
    expect(accepted).toMatchObject({ boundCluster: null, version: version + 1 });
  });

  test('needs the write secret again as well, or its removal', async () => {
    const { id, version } = await bound({ allowWrites: true, credentials: { read: token(), write: token() } });
    const change = { url: 'https://other.example.com' };
    expect(pointersOf(await patch(id, version, change))).toEqual(['/credentials/read', '/credentials/write']);
    expect(pointersOf(await patch(id, version, { ...change, credentials: { read: token() } }))).toEqual(['/credentials/write']);
    expect((await patch(id, version, { ...change, credentials: { read: token(), write: null } })).status).toBe(200);
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['the address only looks different', {}, { url: 'https://PVE.example.com:8006/' }],
    ['the certificate is checked from now on', { tls: { mode: 'insecure' } }, { tls: { mode: 'verify' } }],
    [
      'the same fingerprint is written in another way',
      { tls: pinned },
      { tls: { ...pinned, fingerprint: '11:'.repeat(31) + '11' } },
    ],
  ])('is not what happens when %s', async (_what, before, change) => {
    const { id, version } = await bound(before);
    expect(endpointOf(await patch(id, version, change)).boundCluster).toEqual({ name: 'lab' });
  });

  test('a person may accept the other cluster behind an address', async () => {
    const { id } = await bound();
    const answer = await server.ask('POST', `/endpoints/${id}/rebind`);
    expect(endpointOf(answer).boundCluster).toBeNull();
    const { rows } = await server.database.pool.query<{ bound_key: unknown }>('select bound_key from endpoint where id = $1', [
      id,
    ]);
    expect(rows[0]?.bound_key).toBeNull();
  });
});

describe('deleting an endpoint', () => {
  const remove = (id: string, headers: Record<string, string>) => server.ask('DELETE', `/endpoints/${id}`, { headers });

  test('needs the version, and takes the credentials along', async () => {
    const { id } = await createEndpoint(server);
    expect((await remove(id, {})).status).toBe(428);
    expect((await remove(id, { 'if-match': '"7"' })).status).toBe(412);
    expect((await remove(id, { 'if-match': '"7", "1"' })).status).toBe(204);
    expect((await server.ask('GET', `/endpoints/${id}`)).status).toBe(404);
    const { rowCount } = await server.database.pool.query('select from endpoint_credential where endpoint_id = $1', [id]);
    expect(rowCount).toBe(0);
  });

  test.each<[string, (id: string) => Record<string, unknown>]>([
    ['of its own', id => ({ endpoint_id: id, state: 'running' })],
    ['of everything', () => ({ kind: 'full-sync' })],
    ['that names it', id => ({ kind: 'full-sync', scope: { endpoints: [id] } })],
  ])('waits for the end of a run %s', async (_what, columns) => {
    const { id } = await createEndpoint(server);
    const runId = await seedRun(server.database.pool, columns(id));
    const refused = await remove(id, { 'if-match': '"1"' });
    expect(problemOf(refused)).toMatchObject({ status: 409, code: 'run-open' });
    expect(problemOf(refused).detail).toContain(runId);
    await server.database.pool.query(`update run set state = 'completed' where id = $1`, [runId]);
    expect((await remove(id, { 'if-match': '"1"' })).status).toBe(204);
  });

  test('does not wait for runs of others', async () => {
    const [one, other] = [await createEndpoint(server), await createEndpoint(server)];
    const runs = [{ endpoint_id: other.id }, { kind: 'full-sync', scope: { endpoints: [other.id] } }];
    for (const columns of runs) await seedRun(server.database.pool, columns);
    expect((await remove(one.id, { 'if-match': '*' })).status).toBe(204);
    await server.database.pool.query(`update run set state = 'completed'`);
  });
});

test('endpoints are listed by name, each with its credentials', async () => {
  const answer = await server.ask('GET', '/endpoints');
  const { items } = endpointListView.parse(answer.body);
  const names = items.map(({ name }) => name.toLowerCase());
  expect(names).toEqual(names.toSorted());
  expect(items.every(({ credentials }) => credentials.read?.set)).toBe(true);
});
