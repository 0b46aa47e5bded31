import { container, macOf, qemuNics, vm, type Nic } from './support/guests';
import { codes, finding, startLab, type Cluster, type Lab } from './support/lab';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(() => lab.fresh());

const interfaces = async (): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    (await lab.rows('virtualization/interfaces/')).map(row => [
      `${(row['virtual_machine'] as { name: string }).name} ${String(row['name'])}`,
      row['mac_address'],
    ]),
  );
const disks = async (): Promise<Record<string, unknown>> =>
  Object.fromEntries((await lab.rows('virtualization/virtual-disks/')).map(row => [row['name'], row['size']]));
/** Addresses with the VM and interface that has them. */
const addresses = async (): Promise<Record<string, string | null>> =>
  Object.fromEntries(
    (await lab.rows('ipam/ip-addresses/')).map(row => {
      const assigned = row['assigned_object'] as { name: string; virtual_machine?: { name: string } } | null;
      return [String(row['address']), assigned && `${assigned.virtual_machine?.name} ${assigned.name}`];
    }),
  );
const primaryOf = async (name: string): Promise<string | undefined> =>
  ((await lab.vmNamed(name))['primary_ip4'] as { address: string } | null)?.address;

/** Gives a VM these NICs in place of those that it had. */
function setNics({ proxmox }: Cluster, vmid: number, nics: Nic[], remove: string[] = []): void {
  proxmox.world.changeGuest(vmid, { ...qemuNics(nics), remove });
}

async function quiet(cluster: Cluster): Promise<void> {
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed', writes: [] });
}

describe('interfaces', () => {
  test('a NIC that is added, changed or removed is followed, and another MAC is the same interface', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web', { nics: [{ mac: '01:01', ips: ['10.1.0.1/24'] }] })]);
    await lab.sync(home);
    const [first] = await lab.rows('virtualization/interfaces/');

    setNics(home, 100, [
      { mac: '01:01', ips: ['10.1.0.1/24'] },
      { mac: '01:02', options: 'tag=20' },
    ]);
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await interfaces()).toEqual({ 'web net0': macOf('01:01'), 'web net1': macOf('01:02') });

    setNics(home, 100, [{ mac: '0a:0a', ips: ['10.1.0.1/24'] }], ['net1']);
    const run = await lab.sync(home);
    // The interface, and the MAC address that was replaced.
    expect(run).toMatchObject({ state: 'completed', counts: { deleted: 2 } });
    expect(await interfaces()).toEqual({ 'web net0': macOf('0a:0a') });
    expect((await lab.rows('virtualization/interfaces/'))[0]!.id).toBe(first!.id);
    expect((await lab.rows('dcim/mac-addresses/')).map(row => row['mac_address'])).toEqual([macOf('0a:0a')]);
    await quiet(home);
  });

  test('a NIC that is replaced by another with the same address keeps the address object', async () => {
    const home = await lab.cluster('lab', [
      vm(100, 'web', {
        nics: [
          { mac: '01:01', ips: ['10.1.0.1/24'] },
          { mac: '01:02', ips: ['10.2.0.1/24'] },
        ],
      }),
    ]);
    await lab.sync(home);
    const before = (await lab.rows('ipam/ip-addresses/')).find(row => row['address'] === '10.2.0.1/24');
    // net1 goes, and net2 has its address now.
    home.proxmox.world.changeGuest(100, {
      remove: ['net1'],
      config: { net2: `virtio=${macOf('01:03')},bridge=vmbr0` },
      interfaces: qemuNics([
        { mac: '01:01', ips: ['10.1.0.1/24'] },
        { mac: '01:03', ips: ['10.2.0.1/24'] },
      ]).interfaces,
    });

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

    expect(await addresses()).toEqual({ '10.1.0.1/24': 'web net0', '10.2.0.1/24': 'web net2' });
    expect((await lab.rows('ipam/ip-addresses/')).find(row => row['address'] === '10.2.0.1/24')!.id).toBe(before!.id);
    expect(Object.keys(await interfaces())).toEqual(['web net0', 'web net2']);
    await quiet(home);
  });

  test('an interface that holds an address made by a person is not removed', async () => {
    const nics = [{ mac: '01:01' }, { mac: '01:02' }];
    const home = await lab.cluster('lab', [vm(100, 'web', { nics })]);
    await lab.sync(home);
    const net1 = (await lab.rows('virtualization/interfaces/')).find(row => row['name'] === 'net1')!;
    await lab.person.post('ipam/ip-addresses/', {
      address: '10.1.0.77/24',
      assigned_object_type: 'virtualization.vminterface',
      assigned_object_id: net1.id,
    });
    setNics(home, 100, [{ mac: '01:01' }], ['net1']);

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed', writes: [] });
    expect(finding(run, 'kept-because-others').message).toContain('10.1.0.77/24');
    expect(await addresses()).toEqual({ '10.1.0.77/24': 'web net1' });
  });

  test('VLAN tags and trunks become VLANs of the site, and go when the NIC has none', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web', { nics: [{ mac: '01:01', options: 'tag=20,trunks=30;40-41' }] })]);
    await lab.sync(home);
    const read = async () => (await lab.rows('virtualization/interfaces/'))[0]!;
    expect(await read()).toMatchObject({
      mode: { value: 'tagged' },
      untagged_vlan: { vid: 20 },
      tagged_vlans: [{ vid: 30 }, { vid: 40 }, { vid: 41 }],
    });
    setNics(home, 100, [{ mac: '01:01', options: 'tag=20' }]);
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await read()).toMatchObject({ mode: { value: 'access' }, untagged_vlan: { vid: 20 }, tagged_vlans: [] });
    setNics(home, 100, [{ mac: '01:01' }]);
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await read()).toMatchObject({ mode: null, untagged_vlan: null, tagged_vlans: [] });
    await quiet(home);
  });

  test('interfaces that only the agent reports come by setting, without the excluded ones', async () => {
    const reported = vm(100, 'web', { nics: [{ mac: '01:01', ips: ['10.1.0.1/24'] }] });
    reported.interfaces!.push(
      { name: 'docker0', mac: '02:42:00:00:00:01', addresses: [{ address: '172.17.0.1', prefix: 16 }] },
      { name: 'wg0', mac: '00:00:00:00:00:00', addresses: [{ address: '10.66.0.1', prefix: 24 }] },
      { name: 'dummy0', mac: '02:42:00:00:00:03', addresses: [{ address: '10.67.0.1', prefix: 24 }] },
    );
    const home = await lab.cluster('lab', [reported]);
    await lab.sync(home);
    expect(await addresses()).toEqual({ '10.1.0.1/24': 'web net0' });

    await lab.change(home, { policy: { reflect_guest_interfaces: true, interface_exclude_names: ['dummy0'] } });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await addresses()).toEqual({ '10.1.0.1/24': 'web net0', '10.66.0.1/24': 'web wg0' });
    expect(await primaryOf('web')).toBe('10.1.0.1/24');
    await quiet(home);

    await lab.change(home, { policy: { reflect_guest_interfaces: false } });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await addresses()).toEqual({ '10.1.0.1/24': 'web net0' });
  });
});

describe('disks', () => {
  test('a disk that is added, grown or removed is followed, with the total that NetBox demands', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web', { config: { efidisk0: 'ceph:vm-100-disk-9,size=528K' } })]);
    await lab.sync(home);
    expect(await disks()).toEqual({ scsi0: 8192, efidisk0: 1 });
    home.proxmox.world.changeGuest(100, {
      config: { scsi0: 'ceph:vm-100-disk-0,size=9G', virtio1: 'ceph:vm-100-disk-1,size=1T' },
      remove: ['efidisk0'],
    });

    expect(await lab.sync(home)).toMatchObject({ state: 'completed', counts: { updated: 1, created: 1, deleted: 1 } });

    expect(await disks()).toEqual({ scsi0: 9216, virtio1: 1_048_576 });
    expect((await lab.vmNamed('web'))['disk']).toBe(9216 + 1_048_576);
    await quiet(home);
  });
});

describe('addresses', () => {
  test('another address of the same guest becomes its primary one', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web', { nics: [{ mac: '01:01', ips: ['10.1.0.1/24'] }] })]);
    await lab.sync(home);
    setNics(home, 100, [{ mac: '01:01', ips: ['10.1.0.2/24'] }]);

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

    expect(await addresses()).toEqual({ '10.1.0.2/24': 'web net0' });
    expect(await primaryOf('web')).toBe('10.1.0.2/24');
    await quiet(home);
  });

  test('an address that passes to another guest moves, also when it was primary', async () => {
    const home = await lab.cluster('lab', [
      vm(100, 'web', { nics: [{ mac: '01:01', ips: ['10.1.0.1/24'] }] }),
      vm(101, 'db', { nics: [{ mac: '01:02', ips: ['10.1.0.2/24'] }] }),
    ]);
    await lab.sync(home);
    const before = (await lab.rows('ipam/ip-addresses/')).find(row => row['address'] === '10.1.0.1/24')!;
    setNics(home, 100, [{ mac: '01:01', ips: ['10.1.0.9/24'] }]);
    setNics(home, 101, [{ mac: '01:02', ips: ['10.1.0.1/24'] }]);

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

    expect(await addresses()).toEqual({ '10.1.0.1/24': 'db net0', '10.1.0.9/24': 'web net0' });
    expect((await lab.rows('ipam/ip-addresses/')).find(row => row['address'] === '10.1.0.1/24')!.id).toBe(before.id);
    expect([await primaryOf('web'), await primaryOf('db')]).toEqual(['10.1.0.9/24', '10.1.0.1/24']);
    await quiet(home);
  });

  test('two guests with one address are a conflict in the first run only', async () => {
    const home = await lab.cluster('lab', [
      vm(100, 'web', { nics: [{ mac: '01:01', ips: ['10.1.0.1/24'] }] }),
      vm(101, 'db', { nics: [{ mac: '01:02', ips: ['10.1.0.1/24'] }] }),
    ]);

    const first = await lab.sync(home);
    expect(first).toMatchObject({
      state: 'partial',
      reason: 'new-conflicts',
      counts: { refused: 0, conflicts: 1, newConflicts: 1 },
    });
    expect(finding(first, 'ip-conflict')).toMatchObject({ key: 'qemu/101/net0/10.1.0.1', detail: { holder: 'web net0' } });
    const second = await lab.sync(home);
    expect(second).toMatchObject({ state: 'completed', counts: { conflicts: 1, newConflicts: 0 }, writes: [] });
    expect(codes(second)).toEqual(['ip-conflict']);
  });

  test('an address that somebody else holds is named with its holder and left there', async () => {
    const site = (await lab.person.post('dcim/sites/', { name: 'HQ', slug: 'hq' })).row();
    const maker = (await lab.person.post('dcim/manufacturers/', { name: 'Acme', slug: 'acme' })).row();
    const type = (await lab.person.post('dcim/device-types/', { model: 'R1', slug: 'r1', manufacturer: maker.id })).row();
    const role = (await lab.person.post('dcim/device-roles/', { name: 'Router', slug: 'router', color: '112233' })).row();
    const device = (
      await lab.person.post('dcim/devices/', { name: 'gw1', site: site.id, device_type: type.id, role: role.id })
    ).row();
    const port = (await lab.person.post('dcim/interfaces/', { device: device.id, name: 'eth7', type: 'other' })).row();
    const held = (
      await lab.person.post('ipam/ip-addresses/', {
        address: '10.1.0.1/24',
        assigned_object_type: 'dcim.interface',
        assigned_object_id: port.id,
      })
    ).row();
    const home = await lab.cluster('lab', [vm(100, 'web', { nics: [{ mac: '01:01', ips: ['10.1.0.1/24'] }] })]);

    const first = await lab.sync(home);
    expect(first).toMatchObject({ state: 'partial', reason: 'new-conflicts', counts: { refused: 0 } });
    expect(finding(first, 'ip-conflict').message).toContain('gw1 eth7');
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
    expect((await lab.person.get(`ipam/ip-addresses/${held.id}/`)).row()['last_updated']).toBe(held['last_updated']);

    const vrf = (await lab.person.post('ipam/vrfs/', { name: 'tenants' })).row();
    await lab.change(home, { netboxVrf: 'tenants' });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', counts: { conflicts: 0 } });
    const mine = (await lab.rows('ipam/ip-addresses/')).find(row => row.id !== held.id)!;
    expect(mine).toMatchObject({
      address: '10.1.0.1/24',
      vrf: { id: vrf.id },
      assigned_object: { virtual_machine: { name: 'web' } },
    });
  });

  test('an unassigned address in NetBox is taken over, with what a person wrote there', async () => {
    await lab.person.post('ipam/ip-addresses/', { address: '10.1.0.1/24', description: 'reserved for web' });
    const home = await lab.cluster('lab', [vm(100, 'web', { nics: [{ mac: '01:01', ips: ['10.1.0.1/24'] }] })]);

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

    expect((await lab.rows('ipam/ip-addresses/'))[0]).toMatchObject({
      description: 'reserved for web',
      assigned_object: { name: 'net0' },
    });
  });

  test('two clusters in one sync may have one address: one holds it, the other has a conflict', async () => {
    const nics = [{ mac: '01:01', ips: ['192.168.0.10/24'] }];
    await lab.cluster('east', [vm(100, 'web', { nics })]);
    await lab.cluster('west', [container(100, 'db', { nics })]);

    const runs = Object.values(await lab.syncAll());

    expect(runs.map(run => run.state).sort()).toEqual(['completed', 'partial']);
    // Both planned at once, so that one may first hear of it from NetBox.
    await lab.syncAll();
    const again = Object.values(await lab.syncAll());
    expect(again.map(run => run.state)).toEqual(['completed', 'completed']);
    expect(again.map(run => run.counts['conflicts']).sort()).toEqual([0, 1]);
    expect(again.flatMap(run => run.writes)).toEqual([]);
  });

  test('a guest whose agent falls silent, or tells no address, loses none', async () => {
    const home = await lab.cluster('lab', [
      vm(100, 'web', { nics: [{ mac: '01:01', ips: ['10.1.0.1/24', '2001:db8::1/64'] }] }),
      container(101, 'ct'),
    ]);
    await lab.sync(home);
    const before = await addresses();
    home.proxmox.world.changeGuest(100, { interfaces: qemuNics([{ mac: '01:01' }]).interfaces });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
    home.proxmox.world.changeGuest(100, { power: 'stopped' });
    home.proxmox.world.changeGuest(101, { power: 'stopped' });
    home.proxmox.world.tick();
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', counts: { updated: 2, deleted: 0 } });
    expect(await addresses()).toEqual(before);
  });
});

describe('tags', () => {
  test('tags of a guest come and go with Proxmox; those of a person stay', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web', { config: { tags: 'prod;web' } })]);
    await lab.sync(home);
    const tags = async () => ((await lab.vmNamed('web'))['tags'] as { slug: string }[]).map(tag => tag.slug).sort();
    expect(await tags()).toEqual(['prod', 'proxbox', 'proxbox-discovered-qemu', 'web']);
    const colours = Object.fromEntries((await lab.rows('extras/tags/')).map(row => [row['slug'], row['color']]));
    expect(colours['prod']).toBe('b02020');
    const mine = (await lab.person.post('extras/tags/', { name: 'Mine', slug: 'mine', color: '00ff00' })).row();
    const web = await lab.vmNamed('web');
    const discovered = (web['tags'] as { id: number; slug: string }[])
      .filter(tag => tag.slug !== 'proxbox-discovered-qemu')
      .map(tag => tag.id);
    await lab.person.patch(`virtualization/virtual-machines/${web.id}/`, { tags: [...discovered, mine.id] });
    home.proxmox.world.changeGuest(100, { config: { tags: 'web;db' } });

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

    expect(await tags()).toEqual(['db', 'mine', 'proxbox', 'web']);
    await quiet(home);

    await lab.change(home, { policy: { overwrite_vm_proxmox_tags: false } });
    await quiet(home);
    expect(await tags()).toEqual(['db', 'mine', 'proxbox', 'web']);
  });
});
