import { vm } from './support/guests';
import { finding, startLab, type EndpointRun, type Lab } from './support/lab';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(() => lab.fresh());

/** Two of them have the same name and other certificates. */
const standalone = (host: number) => ({
  world: { clusterName: null, standaloneNode: 'pve', networkPrefix: `10.${host}` },
});
const namesOf = async (path: string): Promise<unknown[]> => (await lab.rows(path)).map(row => row['name']).sort();
const completed = (run: EndpointRun | undefined) => expect(run).toMatchObject({ state: 'completed', refused: { total: 0 } });

test('two standalone hosts called pve are two clusters and two devices, and it is said', async () => {
  await lab.cluster('berlin', [vm(100, 'web')], standalone(1));
  await lab.cluster('paris', [vm(100, 'db', { nics: [{ mac: '99:01' }] })], standalone(2));

  const runs = await lab.syncAll();

  completed(runs['berlin']);
  completed(runs['paris']);
  expect(await namesOf('virtualization/clusters/')).toEqual(['pve', 'pve (2)']);
  expect((await lab.rows('dcim/devices/')).length).toBe(2);
  expect(Object.values(runs).flatMap(run => run.findings.filter(item => item.code === 'cluster-renamed')).length).toBe(1);
  const again = await lab.syncAll();
  expect(Object.values(again).map(run => [run.state, run.writes])).toEqual([
    ['completed', []],
    ['completed', []],
  ]);
});

test('in one site their devices have different names, too', async () => {
  await lab.person.post('dcim/sites/', { name: 'HQ', slug: 'hq' });
  const inHq = (host: number) => ({ ...standalone(host), fields: { siteSlug: 'hq' } });
  await lab.cluster('berlin', [vm(100, 'web')], inHq(1));
  await lab.cluster('paris', [vm(100, 'db', { nics: [{ mac: '99:01' }] })], inHq(2));

  const runs = await lab.syncAll();

  completed(runs['berlin']);
  completed(runs['paris']);
  expect(await namesOf('dcim/devices/')).toEqual(['pve', 'pve (pve (2))']);
  const renamed = Object.values(runs).flatMap(run => run.findings.filter(item => item.code === 'device-renamed'));
  expect(renamed).toMatchObject([{ label: 'pve (pve (2))' }]);
});

test('an endpoint says what its cluster is called in NetBox, also later', async () => {
  const home = await lab.cluster('lab', [vm(100, 'web')], { fields: { netboxClusterName: 'Lab cluster' } });
  await lab.sync(home);
  expect(await namesOf('virtualization/clusters/')).toEqual(['Lab cluster']);

  await lab.change(home, { netboxClusterName: 'Basement' });
  const run = await lab.sync(home);

  expect(run).toMatchObject({ state: 'completed', writes: ['PATCH virtualization/clusters/'] });
  expect(await namesOf('virtualization/clusters/')).toEqual(['Basement']);
  expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
});

test('a cluster that a person renamed in NetBox stays found', async () => {
  const home = await lab.cluster('lab', [vm(100, 'web')]);
  await lab.sync(home);
  const [row] = await lab.rows('virtualization/clusters/');
  await lab.person.patch(`virtualization/clusters/${row!.id}/`, { name: 'Basement' });

  expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
  home.proxmox.world.createGuest(vm(101, 'db'));
  expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
  expect(await namesOf('virtualization/clusters/')).toEqual(['Basement']);
  expect(await lab.vmNamed('db')).toMatchObject({ cluster: { name: 'Basement' } });
});

test('a VM that a person moved to another cluster comes back with its interfaces', async () => {
  const home = await lab.cluster('lab', [vm(100, 'web'), vm(101, 'db')]);
  await lab.sync(home);
  const type = (await lab.rows('virtualization/cluster-types/'))[0]!;
  const other = (await lab.person.post('virtualization/clusters/', { name: 'other', type: type.id })).row();
  const web = await lab.vmNamed('web');
  expect((await lab.person.patch(`virtualization/virtual-machines/${web.id}/`, { cluster: other.id, device: null })).status).toBe(
    200,
  );

  expect(await lab.sync(home)).toMatchObject({ state: 'completed', counts: { created: 0, deleted: 0, updated: 1 } });

  expect(await lab.vmNamed('web')).toMatchObject({ id: web.id, cluster: { name: 'lab' }, device: { name: 'lab-01' } });
});

test('a site or a VRF that NetBox does not have ends the run with its name', async () => {
  const home = await lab.cluster('lab', [vm(100, 'web')], { fields: { siteSlug: 'nowhere' } });
  const noSite = await lab.sync(home);
  expect(noSite).toMatchObject({ state: 'failed', reason: 'configuration', writes: [] });
  expect(noSite.message).toContain('"nowhere"');

  await lab.change(home, { siteSlug: null, netboxVrf: 'absent' });
  const noVrf = await lab.sync(home);
  expect(noVrf).toMatchObject({ state: 'failed', reason: 'configuration', writes: [] });
  expect(noVrf.message).toContain('"absent"');
});

test('a VLAN of another site is not taken, a global one is', async () => {
  const elsewhere = (await lab.person.post('dcim/sites/', { name: 'Elsewhere', slug: 'elsewhere' })).row();
  await lab.person.post('ipam/vlans/', { vid: 20, name: 'other twenty', site: elsewhere.id });
  const global30 = (await lab.person.post('ipam/vlans/', { vid: 30, name: 'global thirty' })).row();
  const nics = [
    { mac: '01:01', options: 'tag=20' },
    { mac: '01:02', options: 'tag=30' },
  ];
  const home = await lab.cluster('lab', [vm(100, 'web', { nics })]);

  expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

  const vlans = (await lab.rows('ipam/vlans/')).map(row => [
    row['vid'],
    row['name'],
    (row['site'] as { slug: string } | null)?.slug,
  ]);
  expect(vlans).toEqual(
    expect.arrayContaining([
      [20, 'other twenty', 'elsewhere'],
      [20, 'VLAN 20', 'proxmox-default-site-lab'],
      [30, 'global thirty', undefined],
    ]),
  );
  expect(vlans).toHaveLength(3);
  const net1 = (await lab.rows('virtualization/interfaces/')).find(row => row['name'] === 'net1')!;
  expect(net1['untagged_vlan']).toMatchObject({ id: global30.id });
});

test('a node that is down is offline in NetBox, and its guests stay as they are', async () => {
  const home = await lab.cluster('lab', [vm(100, 'web', { node: 'lab-01' }), vm(101, 'db', { node: 'lab-02' })]);
  await lab.sync(home);
  const before = await lab.vmNamed('db');
  home.proxmox.world.changeNode('lab-02', { state: 'offline' });
  home.proxmox.world.tick();

  const run = await lab.sync(home);

  expect(run).toMatchObject({ state: 'completed', writes: ['PATCH dcim/devices/'] });
  expect(finding(run, 'guest-unreadable').message).toContain('lab-02');
  const devices = Object.fromEntries(
    (await lab.rows('dcim/devices/')).map(row => [row['name'], (row['status'] as { value: string }).value]),
  );
  expect(devices).toEqual({ 'lab-01': 'active', 'lab-02': 'offline' });
  expect(await lab.vmNamed('db')).toEqual(before);
});

test('a guest on a node that is down from the start is named as missing, with the reason', async () => {
  const home = await lab.cluster('lab', [vm(100, 'web', { node: 'lab-01' }), vm(101, 'db', { node: 'lab-02' })]);
  home.proxmox.world.changeNode('lab-02', { state: 'offline' });
  home.proxmox.world.tick();

  const run = await lab.sync(home);

  expect(run).toMatchObject({ state: 'partial', reason: 'guests-not-reflected', counts: { notReflected: 1 } });
  expect(finding(run, 'not-in-netbox')).toMatchObject({ key: 'qemu/101' });
  expect(finding(run, 'not-in-netbox').message).toContain('offline');
});
