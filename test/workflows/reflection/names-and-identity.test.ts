import { container, vm } from './support/guests';
import { codes, finding, startLab, type Lab } from './support/lab';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(() => lab.fresh());

const names = async (): Promise<unknown[]> => (await lab.rows('virtualization/virtual-machines/')).map(row => row['name']).sort();
const fieldsOf = (row: { readonly [field: string]: unknown }): Record<string, unknown> =>
  row['custom_fields'] as Record<string, unknown>;

describe('names', () => {
  test('a guest renamed in Proxmox is renamed in NetBox, and nothing else is written', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web'), vm(101, 'db')]);
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    const { id } = await lab.vmNamed('web');
    home.proxmox.world.rename(100, 'shop');

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed', counts: { updated: 1, created: 0, deleted: 0 } });
    expect(run.writes).toEqual(['PATCH virtualization/virtual-machines/']);
    expect((await lab.vmNamed('shop')).id).toBe(id);
    expect((await lab.sync(home)).writes).toEqual([]);
  });

  test('two guests with one name are told apart by a number, and a guest with a lower VMID renames nobody', async () => {
    const home = await lab.cluster('lab', [vm(200, 'web'), vm(201, 'WEB'), vm(202, 'web')]);
    await lab.sync(home);
    expect(await names()).toEqual(['WEB (2)', 'web', 'web (3)']);
    home.proxmox.world.createGuest(vm(100, 'web'));

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed', counts: { created: 4, updated: 1 } });
    expect(finding(run, 'name-suffixed').message).toContain('web (4)');
    expect(await names()).toEqual(['WEB (2)', 'web', 'web (3)', 'web (4)']);
    expect(fieldsOf(await lab.vmNamed('web'))['proxmox_vm_id']).toBe(200);
  });

  test('guests that swap their names both get a name, and the next sync is quiet', async () => {
    const home = await lab.cluster('lab', [vm(100, 'blue'), vm(101, 'green')]);
    await lab.sync(home);
    home.proxmox.world.rename(100, 'green');
    home.proxmox.world.rename(101, 'blue');

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(new Set(await names()).size).toBe(2);
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
  });

  test('a VM that a person renamed in NetBox keeps that name, also when Proxmox renames the guest', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);
    await lab.sync(home);
    const { id } = await lab.vmNamed('web');
    await lab.person.patch(`virtualization/virtual-machines/${id}/`, { name: 'Shop front' });

    const run = await lab.sync(home);
    expect(run).toMatchObject({ state: 'completed', writes: [] });
    expect(finding(run, 'edit-kept')).toMatchObject({ detail: { field: 'name', netbox: 'Shop front', proxmox: 'web' } });

    home.proxmox.world.rename(100, 'web2');
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
    expect(await names()).toEqual(['Shop front']);
  });

  test('a VM made by hand with the same name stays untouched, and the guest gets a number', async () => {
    const home = await lab.cluster('lab', [vm(101, 'db')]);
    await lab.sync(home);
    const [cluster] = await lab.rows('virtualization/clusters/');
    const hand = (
      await lab.person.post('virtualization/virtual-machines/', { name: 'Web', cluster: cluster!.id, comments: 'by hand' })
    ).row();
    home.proxmox.world.createGuest(vm(100, 'web'));

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

    expect(await names()).toEqual(['Web', 'db', 'web (2)']);
    const after = (await lab.person.get(`virtualization/virtual-machines/${hand.id}/`)).row();
    expect(after['last_updated']).toBe(hand['last_updated']);
  });
});

describe('identity', () => {
  test('a guest that moves to another node stays the same VM', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web', { node: 'lab-01' })]);
    await lab.sync(home);
    const before = await lab.vmNamed('web');
    home.proxmox.world.changeGuest(100, { node: 'lab-02' });

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed', counts: { updated: 1, created: 0 } });
    expect(await lab.vmNamed('web')).toMatchObject({
      id: before.id,
      device: { name: 'lab-02' },
      custom_fields: { proxmox_node: 'lab-02' },
    });
  });

  test('a VMID that was given to another guest makes a new VM and leaves the old one as it is', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);
    await lab.sync(home);
    const old = await lab.vmNamed('web');
    home.proxmox.world.recreateGuest(vm(100, 'shop', { nics: [{ mac: '77:01', ips: ['10.9.9.9/24'] }] }));

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed' });
    expect(finding(run, 'recreated').message).toContain('web');
    expect(await names()).toEqual(['shop', 'web']);
    expect(await lab.vmNamed('web')).toEqual(old);
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
    expect(await lab.sync(home, { kinds: ['cluster'] })).toMatchObject({ state: 'completed', writes: [] });
  });

  test('a container made anew in the place of another is another', async () => {
    const home = await lab.cluster('lab', [container(100, 'mail')]);
    await lab.sync(home);
    const old = await lab.vmNamed('mail');
    home.proxmox.world.recreateGuest(container(100, 'news', { nics: [{ mac: '77:01', ips: ['10.9.9.9/24'] }] }));

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed' });
    expect(codes(run)).toContain('recreated');
    expect(await names()).toEqual(['mail', 'news']);
    expect(await lab.vmNamed('mail')).toEqual(old);
  });

  test('the old VM of a re-created VMID is not taken for the new guest when the first attempt could not write', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);
    await lab.sync(home);
    const old = await lab.vmNamed('web');
    home.proxmox.world.recreateGuest(vm(100, 'web', { nics: [{ mac: '77:01', ips: ['10.9.9.9/24'] }] }));
    lab.netbox.simulator.refusals.add({ objectType: 'virtualization.virtualmachine', namePattern: 'web \\(2\\)' });
    expect(await lab.sync(home)).toMatchObject({ state: 'partial', reason: 'writes-refused' });
    lab.netbox.simulator.refusals.clear();

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

    expect(await names()).toEqual(['web', 'web (2)']);
    expect(await lab.vmNamed('web')).toEqual(old);
  });

  test('the same VMID in two clusters is two guests', async () => {
    await lab.cluster('east', [vm(100, 'web')]);
    await lab.cluster('west', [vm(100, 'web', { nics: [{ mac: '55:01', ips: ['10.8.0.1/24'] }] })]);

    const runs = await lab.syncAll();

    expect(runs).toMatchObject({ east: { state: 'completed' }, west: { state: 'completed' } });
    const rows = await lab.rows('virtualization/virtual-machines/');
    expect(rows.map(row => (row['cluster'] as { name: string }).name).sort()).toEqual(['east', 'west']);
    expect(rows.map(row => fieldsOf(row)['proxmox_vm_id'])).toEqual([100, 100]);
  });

  test('a restored copy beside its original makes both unproven, and both are shown', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web'), container(110, 'ct')]);
    await lab.sync(home);
    home.proxmox.world.copyWithEvidence(100, 105, { config: { name: 'web-copy' }, ...{ power: 'stopped' } });
    home.proxmox.world.copyWithEvidence(110, 111, {
      config: { hostname: 'ct-copy', rootfs: 'ceph:vm-111-disk-0,size=4G' },
      ...{ power: 'stopped' },
    });

    const run = await lab.sync(home);

    expect(run.findings.filter(item => item.code === 'evidence-shared').map(item => item.key)).toEqual([
      'qemu/100',
      'qemu/105',
      'lxc/110',
      'lxc/111',
    ]);
    const { rows } = await lab.world.database.pool.query('select vmid, state from guest order by vmid');
    expect(rows).toEqual([100, 105, 110, 111].map(vmid => ({ vmid, state: 'unproven' })));
    expect(await names()).toEqual(['ct', 'ct-copy', 'web', 'web-copy']);
  });

  test('a rollback leaves the guest where it is and says that its evidence changed', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);
    await lab.sync(home);
    home.proxmox.world.changeGuest(100, { config: { vmgenid: '11111111-2222-4333-8444-555555555555' } });

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed', writes: [] });
    expect(codes(run)).toEqual(['evidence-changed']);
  });
});

describe('guests that Proxmox does not fully show yet', () => {
  test('a brand-new guest without a name in the list gets its name from its configuration', async () => {
    const home = await lab.cluster('lab', []);
    home.proxmox.world.createGuest(vm(100, 'web'));

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

    expect(await lab.vmNamed('web')).toMatchObject({ status: { value: 'active' } });
  });

  test('a re-created VMID that the list still shows under its old name is known by its own', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);
    home.proxmox.world.tick();
    home.proxmox.world.recreateGuest(vm(100, 'shop'));

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

    expect(await names()).toEqual(['shop']);
  });

  test('templates are reflected or left out by the setting', async () => {
    const template = vm(100, 'golden', { power: 'stopped', config: { template: 1 } });
    const home = await lab.cluster('lab', [template, vm(101, 'web')], { fields: { policy: { sync_templates: false } } });

    const run = await lab.sync(home);
    expect(run).toMatchObject({ state: 'completed' });
    expect(codes(run)).toEqual(['template-skipped']);
    expect(await names()).toEqual(['web']);

    await lab.change(home, { policy: { sync_templates: true } });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await names()).toEqual(['golden', 'web']);
  });
});
