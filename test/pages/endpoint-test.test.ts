import type { ProbeResult } from '../../domain/endpoints/probe';
import { type ApiServer, startApiServer } from '../api/support/api-server';
import { createEndpoint } from '../api/support/shapes';
import { admin, clear, type Visitor } from './support/visitor';

let server: ApiServer;
let visitor: Visitor;
beforeAll(async () => {
  server = await startApiServer();
  visitor = await admin(server);
});
afterAll(() => server.stop());
beforeEach(() => clear(server));

const found: ProbeResult = {
  proxmox: {
    problem: null,
    version: '9.2.1',
    cluster: { name: 'lab', mode: 'cluster', nodes: [{ name: 'pve1', online: false, fingerprint: null }] },
    binding: 'same',
    bindingMessage: null,
    guests: 12,
    missing: [{ credential: 'read', path: '/vms', privilege: 'VM.Audit', hides: 'guests', required: true }],
  },
  netbox: {
    problem: null,
    version: '4.7.3',
    plugins: {},
    missing: [{ objectType: 'dcim.device', actions: ['add'], required: true }],
  },
};

test('the button starts a test, the page waits for it without scripts, and shows what was found', async () => {
  const { id } = await createEndpoint(server, { name: 'Berlin' });
  expect((await visitor.get(`/ui/endpoints/${id}`)).text).toContain('Test connection');
  const started = await visitor.post(`/ui/endpoints/${id}/test`);
  expect(started).toMatchObject({ status: 303, location: `/ui/endpoints/${id}/test` });
  expect(server.temporal.asked).toMatchObject([{ type: 'endpointProbe', endpointId: id }]);

  const waiting = await visitor.get(`/ui/endpoints/${id}/test`);
  expect(waiting.text).toContain('are being asked');
  expect(waiting.html).toMatch(/<noscript><meta http-equiv="refresh" content="2"/);

  await server.database.pool.query('update endpoint_probe set result = $1, finished_at = now()', [JSON.stringify(found)]);
  const done = await visitor.get(`/ui/endpoints/${id}/test`);
  expect(done.text).toMatch(
    /cannot work like this.*9\.2\.1.*lab \(cluster\).*pve1 offline.*read VM\.Audit \/vms guests Needed.*4\.7\.3.*dcim\.device add Needed/,
  );
  expect(done.html).not.toContain('http-equiv="refresh"');
});

test('an address of this host, of the link, and of a metadata service is refused beside its field', async () => {
  await visitor.get('/ui/endpoints/new');
  const typed = {
    name: 'Berlin',
    'tls.mode': 'verify',
    'credentials.read.kind': 'token',
    'credentials.read.principal': 'proxbox@pve!sync',
    'credentials.read.secret': 'canary-secret',
  };
  for (const url of ['https://169.254.169.254', 'https://[fe80::1]', 'https://0.0.0.0', 'https://224.0.0.1']) {
    const { status, text } = await visitor.post('/ui/endpoints/new', { ...typed, url });
    expect([url, status, text]).toEqual([url, 422, expect.stringMatching(/is not contacted.*PROXBOX_ALLOWED_NETWORKS/)]);
  }
});
