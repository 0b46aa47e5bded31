import { startNetBoxSimulator, type RunningNetBox } from '../../../simulators/netbox/server';
import {
  startProxmoxSimulator,
  type ProxmoxSimulator,
  type ProxmoxSimulatorOptions,
} from '../../../simulators/proxmox/simulator';
import { NO_AGENT_ROLE, READER } from '../../../simulators/proxmox/world/identities';
import { startSyncWorld, type RunView, type SyncWorld } from '../../support/sync-world';
import type { RunDetail } from './support/fault-lab';
import { lastRequest, pictureOf, writesTo, type Picture } from './support/picture';

jest.setTimeout(180_000);

interface Setup {
  options?: ProxmoxSimulatorOptions;
  fields?: (proxmox: ProxmoxSimulator) => Record<string, unknown>;
}

const token = (principal: string, secret: string) => ({ credentials: { read: { kind: 'token', principal, secret } } });
const usualToken = (name: keyof ProxmoxSimulator['tokens']) => (proxmox: ProxmoxSimulator) =>
  token(proxmox.tokens[name].tokenId, proxmox.tokens[name].secret);
const SECRET = '6f2b1c58-77c1-4c37-8a5e-0d2f60a0f3a1';
/** A caller that is the same in every cluster that has it. */
const caller = (role: string): Setup => ({
  options: { users: [{ userid: 'plain@pve', tokens: [{ id: 'ro', secret: SECRET }], acl: [{ path: '/', role }] }] },
  fields: () => ({ ...token('plain@pve!ro', SECRET), tls: { mode: 'insecure' } }),
});
const OTHER_PIN = Array.from({ length: 32 }, () => 'AB').join(':');

/** Each endpoint is a cluster of its own. What is wrong with it from the beginning stands here. */
const SETUPS: Record<string, Setup> = {
  healthy: {},
  'wrong-secret': { fields: ({ tokens }) => token(tokens.read.tokenId, '00000000-0000-4000-8000-000000000000') },
  'expired-token': { fields: usualToken('expired') },
  'disabled-user': { fields: usualToken('disabled') },
  'no-rights': { fields: usualToken('none') },
  'expired-certificate': {
    options: { tls: { kind: 'expired' } },
    fields: ({ ca }) => ({ tls: { mode: 'ca', ca } }),
  },
  'unknown-certificate': { fields: () => ({ tls: { mode: 'verify' } }) },
  'other-certificate': { fields: () => ({ tls: { mode: 'fingerprint', fingerprint: OTHER_PIN } }) },
  'nobody-listens': {},
  'some-guests-only': {},
  'no-agent-right': caller(NO_AGENT_ROLE),
  'switched-off': { fields: () => ({ enabled: false }) },
  // These work at first, and break before the second sync.
  'token-revoked': {},
  'node-dies': {},
  'node-vanishes': {},
  'quorum-lost': {},
  'rights-taken': {},
  'cluster-replaced': caller('PVEAuditor'),
};
const WORKING_AT_FIRST = [
  ...['healthy', 'some-guests-only', 'no-agent-right', 'token-revoked', 'node-dies', 'node-vanishes'],
  ...['quorum-lost', 'rights-taken', 'cluster-replaced'],
];

let netbox: RunningNetBox;
let world: SyncWorld;
const proxmox = new Map<string, ProxmoxSimulator>();
const endpointIds = new Map<string, string>();

const sim = (name: string): ProxmoxSimulator => proxmox.get(name)!;
const clusterOf = (name: string): string => `c-${name}`;

async function startCluster(name: string, options: ProxmoxSimulatorOptions = {}): Promise<ProxmoxSimulator> {
  const index = Object.keys(SETUPS).indexOf(name);
  return startProxmoxSimulator({
    ...options,
    world: { guests: 4, nodes: 2, clusterName: clusterOf(name), seed: index, networkPrefix: `10.${100 + index}` },
  });
}

beforeAll(async () => {
  netbox = await startNetBoxSimulator();
  world = await startSyncWorld(netbox);
  await world.startWorker();
  for (const [name, { options, fields }] of Object.entries(SETUPS)) {
    proxmox.set(name, await startCluster(name, options));
    endpointIds.set(name, (await world.addEndpoint(name, sim(name), fields?.(sim(name)))).id);
  }
  await sim('nobody-listens').close();
  proxmox.delete('nobody-listens');
  narrow(sim('some-guests-only'));
});

afterAll(async () => {
  await world.stop();
  await netbox.close();
  await Promise.all([...proxmox.values()].map(each => each.close()));
});

/** VM.Audit on two guests alone; everything else as before. */
function narrow({ world: control }: ProxmoxSimulator): void {
  control.removePrivilege('PVEAuditor', 'VM.Audit');
  for (const vmid of [100, 101]) control.grant(`/vms/${vmid}`, READER, 'PVEVMUser');
}

async function syncAll(): Promise<{ whole: RunView; of: Map<string, RunDetail> }> {
  const whole = await world.sync();
  const details = (whole.children ?? []).map(async ({ id }) =>
    world.api<RunDetail & { endpoint: { name: string } }>('GET', `/runs/${id}`),
  );
  return { whole, of: new Map((await Promise.all(details)).map(run => [run.endpoint.name, run])) };
}

const picture = (): Picture => pictureOf(netbox, []);
const namesIn = (type: string): string[] => Object.keys(picture()[type] ?? {}).sort();

/** VMs by the cluster that their custom field names. */
function vmsOf(name: string): Record<string, unknown> {
  const all = Object.entries(picture()['virtualization/virtual-machines'] ?? {});
  return Object.fromEntries(all.filter(([, vm]) => JSON.stringify(vm).includes(`"proxmox_cluster":"${clusterOf(name)}"`)));
}

describe('endpoints that cannot be read, beside one that can', () => {
  let first: Awaited<ReturnType<typeof syncAll>>;
  beforeAll(async () => {
    first = await syncAll();
  });

  test.each([
    ['wrong-secret', 'proxmox-auth', [/token or password is wrong, expired, disabled/, /enter it again at the endpoint/]],
    ['expired-token', 'proxmox-auth', [/expired/, /enter it again at the endpoint/]],
    ['disabled-user', 'proxmox-auth', [/so is its user/, /Datacenter → Permissions/]],
    ['no-rights', 'proxmox-permission', [/lacks Sys\.Audit on \//, /PVEAuditor/, /token with privilege separation/]],
    ['expired-certificate', 'proxmox-tls', [/certificate has expired/, /renew it on the node/]],
    ['unknown-certificate', 'proxmox-tls', [/self-signed/, /give the endpoint the cluster's CA/]],
    ['other-certificate', 'proxmox-tls', [/not the pinned one/, /compare the fingerprint/]],
    ['nobody-listens', 'proxmox-unreachable', [/ECONNREFUSED/, /check address, port and firewall/]],
  ])('%s: the run says %s and what to change', (name, reason, words) => {
    const run = first.of.get(name);
    expect(run).toMatchObject({ state: 'failed', reason });
    for (const word of words) expect(run?.message).toMatch(word);
    expect(run?.message).not.toContain('00000000-0000-4000-8000-000000000000');
    expect(vmsOf(name)).toEqual({});
  });

  test('the whole says which endpoints failed', () => {
    expect(first.whole).toMatchObject({ state: 'partial', reason: 'endpoint-failed' });
    for (const name of Object.keys(SETUPS)) {
      const failed = !WORKING_AT_FIRST.includes(name) && name !== 'switched-off';
      expect({ name, named: first.whole.message?.includes(name) }).toEqual({ name, named: failed });
    }
  });

  test('the sync of a healthy endpoint is complete', () => {
    expect(first.of.get('healthy')).toMatchObject({ state: 'completed', reason: null, message: null });
    expect(Object.keys(vmsOf('healthy'))).toHaveLength(4);
  });

  test('nothing of a failed endpoint is in NetBox', () => {
    expect(namesIn('virtualization/clusters')).toEqual(WORKING_AT_FIRST.map(clusterOf).sort());
  });

  test('a credential that may see some guests alone: those are reflected, and the run says which right is missing', () => {
    const run = first.of.get('some-guests-only');
    expect(run?.state).toBe('completed');
    expect(run?.message).toMatch(/lacks VM\.Audit on \/vms.*Give it the role PVEAuditor on \//);
    expect(run?.findings.items.map(({ code }) => code)).toContain('list-incomplete');
    expect(Object.keys(vmsOf('some-guests-only'))).toHaveLength(2);
  });

  test('a credential without the right to ask guest agents: everything but addresses is reflected, and the run says so', () => {
    const run = first.of.get('no-agent-right');
    expect(run?.state).toBe('completed');
    expect(run?.message).toMatch(/lacks VM\.GuestAgent\.Audit.*no VM is asked for its addresses/);
    expect(Object.keys(vmsOf('no-agent-right'))).toHaveLength(4);
  });

  test('a disabled endpoint is left out; asked for by name, its run says that it is disabled', async () => {
    expect(first.of.has('switched-off')).toBe(false);
    const [child] = (await world.sync({ endpoints: ['switched-off'] })).children ?? [];
    expect(child).toMatchObject({ state: 'failed', reason: 'endpoint-disabled' });
    expect(child?.message).toMatch(/switched-off is disabled/);
    expect(sim('switched-off').requests.list()).toEqual([]);
  });

  describe('and that break later', () => {
    let before: Picture;
    let from: number;
    let second: Awaited<ReturnType<typeof syncAll>>;
    const onNode = (name: string, node: string): string[] =>
      sim(name)
        .world.truth()
        .guests.filter(guest => guest.node === node)
        .map(guest => `${guest.kind}/${guest.vmid}`)
        .sort();

    beforeAll(async () => {
      before = picture();
      from = lastRequest(netbox);
      sim('token-revoked').world.revokeToken(sim('token-revoked').tokens.read.tokenId);
      sim('node-dies').world.changeNode(`${clusterOf('node-dies')}-02`, { state: 'offline' });
      sim('node-vanishes').world.changeNode(`${clusterOf('node-vanishes')}-02`, { state: 'lost', reach: 'no-route' });
      sim('quorum-lost').world.setQuorum(false);
      narrow(sim('rights-taken'));
      const { port } = sim('cluster-replaced');
      await sim('cluster-replaced').close();
      proxmox.set('cluster-replaced', await startCluster('healthy', { ...caller('PVEAuditor').options, port }));
      sim('healthy').world.changeGuest(100, { config: { description: 'changed after the first sync' } });
      second = await syncAll();
    });

    test('a revoked token is named, and everything stays', () => {
      expect(second.of.get('token-revoked')).toMatchObject({ state: 'failed', reason: 'proxmox-auth' });
      expect(second.of.get('token-revoked')?.message).toMatch(/deleted.*enter it again at the endpoint/);
    });

    test.each(['node-dies', 'node-vanishes'])('%s: its guests stay as they are, and each is listed with the reason', name => {
      const node = `${clusterOf(name)}-02`;
      const run = second.of.get(name);
      expect(run?.state).toBe('completed');
      expect(run?.message).toMatch(
        new RegExp(`${node} does not answer: its ${onNode(name, node).length} guests could not be read`),
      );
      const listed = run?.findings.items.filter(({ code }) => code === 'guest-unreadable') ?? [];
      expect(listed.map(({ label }) => /\((.+)\)$/.exec(label)?.[1]).sort()).toEqual(onNode(name, node));
      for (const { message } of listed) expect(message).toMatch(new RegExp(`on node ${node}, which .*NetBox keeps what it has`));
    });

    test('a lost quorum is named', () => {
      expect(second.of.get('quorum-lost')?.message).toMatch(/no quorum.*Bring the other nodes back/);
    });

    test('rights that were taken are named, and the guests that they hide stay', () => {
      const run = second.of.get('rights-taken');
      expect(run?.message).toMatch(/lost VM\.Audit on \//);
      expect(run?.findings.items.map(({ code }) => code)).not.toContain('gone-from-proxmox');
    });

    test('another cluster behind the address stops the endpoint until a person accepts it', () => {
      const run = second.of.get('cluster-replaced');
      expect(run).toMatchObject({ state: 'failed', reason: 'cluster-changed' });
      expect(run?.message).toMatch(/is the cluster c-healthy, and this endpoint was bound to c-cluster-replaced.*rebind/);
    });

    test('NetBox shows what changed in the healthy endpoint, the dead node, and nothing else', () => {
      const expected: Picture = structuredClone(before);
      expect(second.of.get('healthy')).toMatchObject({ state: 'completed', message: null, counts: { updated: 1, written: 1 } });
      expect(writesTo(netbox, from).sort()).toEqual(['PATCH /api/dcim/devices/', 'PATCH /api/virtualization/virtual-machines/']);
      const now = picture();
      const changed = Object.keys(now).filter(type => JSON.stringify(now[type]) !== JSON.stringify(expected[type]));
      expect(changed.sort()).toEqual(['dcim/devices', 'virtualization/virtual-machines']);
    });

    test('an operator who accepts the other cluster gets the next obstacle told: it belongs to another endpoint', async () => {
      await world.api('POST', `/endpoints/${endpointIds.get('cluster-replaced')}/rebind`);
      const [child] = (await world.sync({ endpoints: ['cluster-replaced'] })).children ?? [];
      expect(child).toMatchObject({ state: 'failed', reason: 'cluster-changed' });
      expect(child?.message).toMatch(/c-healthy/);
    });
  });
});
