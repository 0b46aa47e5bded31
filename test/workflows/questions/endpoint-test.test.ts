import type { ProbeView } from '../../../api/endpoints/probe-schema';
import type { EndpointView } from '../../../api/endpoints/schema';
import { startNetBoxSimulator, type RunningNetBox } from '../../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { startSyncWorld, type SyncWorld } from '../../support/sync-world';

jest.setTimeout(180_000);

let netbox: RunningNetBox;
let proxmox: ProxmoxSimulator;
let world: SyncWorld;

beforeAll(async () => {
  netbox = await startNetBoxSimulator();
  proxmox = await startProxmoxSimulator({ world: { nodes: 2, guests: 4, clusterName: 'lab' } });
  world = await startSyncWorld(netbox);
  await world.startWorker();
}, 120_000);
afterAll(async () => {
  await world.stop();
  await Promise.all([netbox.close(), proxmox.close()]);
});
afterEach(async () => {
  proxmox.reset();
  netbox.simulator.restrict(netbox.token, [{ actions: ['view', 'add', 'change', 'delete'] }]);
  netbox.simulator.faults.clear();
  await world.database.pool.query('truncate endpoint cascade');
});

const tested = (id: string): Promise<ProbeView> => world.api('POST', `/endpoints/${id}/test`, undefined, { prefer: 'wait=60' });
const add = async (name: string, fields = {}): Promise<string> => (await world.addEndpoint(name, proxmox, fields)).id;
const withoutPrivilege = (role: string, privilege: string): void => proxmox.world.removePrivilege(role, privilege);

test('it names version, cluster, nodes and guests, binds nothing, and writes nothing to either side', async () => {
  netbox.simulator.log.clear();
  const id = await add('fresh');
  const found = await tested(id);
  expect(found).toMatchObject({
    state: 'done',
    ok: true,
    requestedBy: 'api-key:environment',
    proxmox: { problem: null, binding: 'unbound', guests: 4, missing: [], cluster: { name: 'lab', mode: 'cluster' } },
    netbox: { problem: null, missing: [] },
  });
  expect(found.proxmox?.cluster?.nodes).toHaveLength(2);
  expect(await world.api<EndpointView>('GET', `/endpoints/${id}`)).toMatchObject({ boundCluster: null });
  const changed = netbox.simulator.log
    .list()
    .filter(({ method, status }) => !['GET', 'OPTIONS'].includes(method) && status < 400);
  expect(changed).toEqual([]);
  expect(await world.api('GET', `/endpoints/${id}/tests/${found.id}`)).toEqual(found);
});

test('each missing privilege is named with its path and with what it hides', async () => {
  withoutPrivilege('PVEAuditor', 'VM.GuestAgent.Audit');
  const id = await add('deaf');
  expect(await tested(id)).toMatchObject({
    ok: true,
    proxmox: {
      missing: [
        {
          credential: 'read',
          path: '/vms',
          privilege: 'VM.GuestAgent.Audit or VM.Monitor',
          required: false,
          hides: expect.stringMatching(/addresses/),
        },
      ],
    },
  });
  withoutPrivilege('PVEAuditor', 'Sys.Audit');
  withoutPrivilege('PVEAuditor', 'VM.Audit');
  const blind = await tested(id);
  expect(blind).toMatchObject({ ok: false, proxmox: { problem: null, cluster: null, binding: null, guests: 0 } });
  expect(
    blind.proxmox?.missing.filter(({ required }) => required).map(({ path, privilege }) => `${privilege} on ${path}`),
  ).toEqual(['Sys.Audit on /', 'VM.Audit on /vms']);
});

test('each missing NetBox permission is named with its model and action', async () => {
  const all = netbox.simulator.world.types.map(({ key }) => key);
  netbox.simulator.restrict(netbox.token, [
    {
      objectTypes: all.filter(key => !['dcim.device', 'ipam.ipaddress', 'core.objectchange'].includes(key)),
      actions: ['view', 'add', 'change', 'delete'],
    },
    { objectTypes: ['dcim.device'], actions: ['view'] },
    { objectTypes: ['ipam.ipaddress'], actions: ['view', 'add', 'change'] },
  ]);
  expect((await tested(await add('narrow'))).netbox).toMatchObject({
    problem: null,
    missing: expect.arrayContaining([
      { objectType: 'dcim.device', actions: ['add', 'change'], required: true },
      { objectType: 'ipam.ipaddress', actions: ['delete'], required: true },
      { objectType: 'core.objectchange', actions: ['view'], required: false },
    ]),
  });
});

test('whoever changes guests is told what the write credential lacks', async () => {
  const { tokenId, secret } = proxmox.tokens.read;
  const id = await add('writes', {
    allowWrites: true,
    credentials: {
      read: { kind: 'token', principal: tokenId, secret },
      write: { kind: 'token', principal: tokenId, secret },
    },
  });
  const { ok, proxmox: found } = await tested(id);
  expect(ok).toBe(true);
  expect(found?.missing).toContainEqual({
    credential: 'write',
    path: '/vms',
    privilege: 'VM.PowerMgmt',
    hides: 'starting and stopping guests',
    required: false,
  });
});

test('what keeps it from asking is told in words: a wrong secret, a certificate, plain http, another cluster, a NetBox that is down', async () => {
  const wrong = await add('wrong', {
    credentials: {
      read: { kind: 'token', principal: proxmox.tokens.read.tokenId, secret: '00000000-0000-4000-8000-000000000000' },
    },
  });
  expect(await tested(wrong)).toMatchObject({
    ok: false,
    proxmox: { problem: { reason: 'proxmox-auth' } },
    netbox: { problem: null },
  });

  const selfSigned = await add('self-signed', { tls: { mode: 'verify' } });
  expect((await tested(selfSigned)).proxmox?.problem).toMatchObject({
    reason: 'proxmox-tls',
    message: expect.stringMatching(/self-signed.*certificates are checked.*pve-root-ca\.pem.*fingerprint.*verify_ssl: false/),
  });

  const plain = await startProxmoxSimulator({ world: { nodes: 1, guests: 0, clusterName: 'plain' }, tls: false });
  try {
    const https = await world.addEndpoint('https-to-http', plain, { use_https: true });
    expect((await tested(https.id)).proxmox?.problem).toMatchObject({
      reason: 'proxmox-tls',
      message: expect.stringMatching(/speaks plain HTTP at this port, and https was asked for.*use_https: false/),
    });
  } finally {
    await plain.close();
  }
  const http = await add('http-to-https', { url: proxmox.url, use_https: false, tls: { mode: 'insecure' } });
  expect((await tested(http)).proxmox?.problem?.message).toMatch(
    /speaks TLS at this port, and plain http was asked for.*use_https: true/,
  );

  netbox.simulator.faults.add({ match: { count: 1000 }, when: 'before', action: { kind: 'status', status: 503 } });
  const down = await add('netbox-down');
  expect(await tested(down)).toMatchObject({
    ok: false,
    proxmox: { problem: null },
    netbox: { problem: { reason: 'netbox-unreachable' } },
  });
});

test('another cluster behind the address is told before a sync stops there', async () => {
  const id = await add('bound');
  await world.sync({ dryRun: true, endpoints: ['bound'] });
  expect(await tested(id)).toMatchObject({ ok: true, proxmox: { binding: 'same' } });
  const twin = await add('twin');
  expect(await tested(twin)).toMatchObject({
    ok: false,
    proxmox: { binding: 'taken', bindingMessage: expect.stringMatching(/already belongs to the endpoint bound/) },
  });
});

test('a disabled endpoint is not contacted, and nobody but those who may sync asks at all', async () => {
  const id = await add('off', { enabled: false });
  await expect(tested(id)).rejects.toThrow(/409.*endpoint-disabled/);
  await expect(world.api('GET', `/endpoints/${id}/tests/${id}`)).rejects.toThrow(/404/);
});

test('it says nothing secret anywhere', async () => {
  const id = await add('quiet');
  const answer = JSON.stringify(await tested(id));
  const { rows } = await world.database.pool.query('select row_to_json(p) from endpoint_probe p');
  const history = [];
  for await (const { workflowId } of world.client.workflow.list({ query: `WorkflowType = 'endpointProbe'` }))
    history.push(await world.client.workflow.getHandle(workflowId).fetchHistory());
  for (const text of [answer, JSON.stringify(rows), JSON.stringify(history)]) {
    expect(text).not.toContain(proxmox.tokens.read.secret);
    expect(text).not.toContain(netbox.token.split('.')[1]);
  }
});
