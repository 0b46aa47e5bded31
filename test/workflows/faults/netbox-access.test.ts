import type { PermissionSpec } from '../../../simulators/netbox/simulator';
import { startFaultLab, type FaultLab } from './support/fault-lab';
import { lastRequest, writesTo, type Picture } from './support/picture';

jest.setTimeout(180_000);

let lab: FaultLab;
let whole: Picture;
beforeAll(async () => {
  lab = await startFaultLab();
  whole = await lab.undisturbed();
});
afterAll(() => lab.stop());
beforeEach(() => lab.begin());

const everything: PermissionSpec['actions'] = ['view', 'add', 'change', 'delete'];
const allTypes = (): string[] => lab.netbox.simulator.world.types.map(({ key }) => key);
const others = (type: string): string[] => allTypes().filter(key => key !== type);
const restrict = (...permissions: PermissionSpec[]): void => lab.netbox.simulator.restrict(lab.netbox.token, permissions);
/** All rights, as a superuser has them. */
const restore = (): void => restrict({ actions: everything });
/** May write objects of a type, and sees none of them. */
const hide = (objectType: string): void =>
  restrict(
    { objectTypes: others(objectType), actions: everything },
    { objectTypes: [objectType], actions: ['add', 'change', 'delete'] },
    { objectTypes: [objectType], actions: ['view'], constraints: { id: 0 } },
  );
const count = (type: string): number => Object.keys(lab.picture()[type] ?? {}).length;

async function post(path: string, body: Record<string, unknown>): Promise<number> {
  const admin = lab.netbox.simulator.createUser({ username: `other-${path}`, superuser: true });
  const answer = await fetch(`${lab.netbox.url}/api/${path}/`, {
    method: 'POST',
    headers: { authorization: admin, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(201);
  const { id }: { id: number } = await answer.json();
  return id;
}

function changeToken(change: { enabled: false } | 'remove'): void {
  const { world } = lab.netbox.simulator;
  for (const token of [...world.table('users.token').rows()]) {
    if (change === 'remove') world.remove('users.token', token.id);
    else world.put('users.token', { ...token, values: { ...token.values, ...change } });
  }
}

test.each([
  ['that NetBox does not know', 'remove', /does not accept the token: Invalid v2 token.*NETBOX_TOKEN/],
  ['that was disabled', { enabled: false }, /does not accept the token: Token disabled.*NETBOX_TOKEN/],
] as const)('a token %s: the run says so, and where the right one belongs', async (_, change, words) => {
  changeToken(change);
  const run = await lab.sync();
  expect(run).toMatchObject({ state: 'failed', reason: 'netbox-auth' });
  expect(run.message).toMatch(words);
  expect(run.message).not.toContain(lab.netbox.token.slice('Bearer '.length));
});

test('a token that may only read: the run names the first permission that it lacks, and nothing is written', async () => {
  restrict({ actions: ['view'] });
  const before = lab.picture();
  const run = await lab.sync();
  expect(run).toMatchObject({ state: 'failed', reason: 'netbox-permission' });
  expect(run.message).toMatch(/may not add [a-z-]+\/[a-z-]+: give its user the permission "add".*the token itself may write/);
  expect(lab.picture()).toEqual(before);
  restore();
  expect(await lab.sync()).toMatchObject({ state: 'completed' });
  expect(lab.picture()).toEqual(whole);
});

test('a token that lost the right to change VMs: the run names it, and a sync with the right goes on', async () => {
  await lab.sync();
  lab.proxmox.world.changeGuest(100, { config: { description: 'changed' } });
  restrict(
    { objectTypes: others('virtualization.virtualmachine'), actions: everything },
    { objectTypes: ['virtualization.virtualmachine'], actions: ['view', 'add'] },
  );
  const run = await lab.sync();
  expect(run).toMatchObject({ state: 'failed', reason: 'netbox-permission' });
  expect(run.message).toMatch(/may not change virtualization\/virtual-machines/);
  restore();
  expect(await lab.sync()).toMatchObject({ state: 'completed', counts: { updated: 1 } });
});

test('a token that may not add addresses: VMs are written, the run names the right, and with it the next completes', async () => {
  restrict(
    { objectTypes: others('ipam.ipaddress'), actions: everything },
    { objectTypes: ['ipam.ipaddress'], actions: ['view', 'change', 'delete'] },
  );
  const run = await lab.sync();
  expect(run).toMatchObject({ state: 'failed', reason: 'netbox-permission' });
  expect(run.message).toMatch(/may not add ipam\/ip-addresses/);
  expect(count('virtualization/virtual-machines')).toBe(10);
  restore();
  expect(await lab.sync()).toMatchObject({ state: 'completed' });
  expect(lab.picture()).toEqual(whole);
});

test.each([
  ['VMs', 'virtualization.virtualmachine', { status: 'active' }],
  ['interfaces', 'virtualization.vminterface', { name: 'net1' }],
  ['disks', 'virtualization.virtualdisk', { name: 'scsi1' }],
])(
  'a token that sees some %s alone is betrayed by the counts of their parents: nothing is written',
  async (_, type, constraints) => {
    await lab.sync();
    restrict(
      { objectTypes: others(type), actions: everything },
      { objectTypes: [type], actions: ['add', 'change', 'delete'] },
      { objectTypes: [type], actions: ['view'], constraints },
    );
    lab.proxmox.world.createGuest({ vmid: 900, kind: 'qemu', config: { name: 'new', cores: 1, memory: '512' } });
    const from = lastRequest(lab.netbox);
    const run = await lab.sync();
    expect(run).toMatchObject({ state: 'failed', reason: 'token-sees-only-part' });
    expect(run.message).toMatch(/NetBox has \d+ .*shows us \d+.*view permission without constraints/);
    expect(writesTo(lab.netbox, from)).toEqual([]);
  },
);

test.each([
  ['tag', 'extras.tag', 'extras/tags', { name: 'Proxbox', slug: 'proxbox' }],
  ['site', 'dcim.site', 'dcim/sites', { name: 'Elsewhere', slug: 'proxmox-default-site-lab', status: 'active' }],
])('a token that does not see a %s which exists: the refusal betrays it, and none is made twice', async (_, type, path, body) => {
  await post(path, body);
  hide(type);
  const run = await lab.sync();
  expect(run).toMatchObject({ state: 'failed', reason: 'token-sees-only-part' });
  expect(run.message).toMatch(/view permission without constraints/);
  const made = Object.values(lab.picture()[path] ?? {}).filter(each => JSON.stringify(each).includes(`"slug":"${body.slug}"`));
  expect(made).toHaveLength(1);
});

test('a token that does not see an address which exists: the refusal betrays it, and the run stops there', async () => {
  const address = Object.keys(whole['ipam/ip-addresses'] ?? {})[0] ?? '';
  const taken = /\d+\.\d+\.\d+\.\d+/.exec(address)?.[0] ?? '';
  await post('ipam/ip-addresses', { address: `${taken}/24`, status: 'reserved' });
  hide('ipam.ipaddress');
  const run = await lab.sync();
  expect(run).toMatchObject({ state: 'failed', reason: 'token-sees-only-part' });
  expect(run.message).toContain(taken);
  const held = JSON.stringify(lab.picture()['ipam/ip-addresses']).split(`"address":"${taken}/`).length - 1;
  expect(held).toBe(1);
});
