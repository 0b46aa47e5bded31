import { rawApi, type RawApi, type Row } from '../../contract/netbox/support/api';
import { container, ipOf, macOf, nicOf, vm } from './support/guests';
import { codes, finding, startLab, type Lab } from './support/lab';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(() => lab.fresh());

/** What somebody keeps by hand: a cluster with VMs. */
class ByHand {
  constructor(
    private readonly api: RawApi,
    readonly cluster: Row,
  ) {}

  static async inCluster(name: string): Promise<ByHand> {
    const type = (await lab.person.post('virtualization/cluster-types/', { name: 'Proxmox VE', slug: 'pve' })).row();
    return new ByHand(lab.person, (await lab.person.post('virtualization/clusters/', { name, type: type.id })).row());
  }

  async vm(name: string, fields: Record<string, unknown> = {}): Promise<Row> {
    return (await this.api.post('virtualization/virtual-machines/', { name, cluster: this.cluster.id, ...fields })).row();
  }

  async nic(machine: Row, name: string, mac: string): Promise<Row> {
    return (await this.api.post('virtualization/interfaces/', { virtual_machine: machine.id, name, mac_address: mac })).row();
  }
}

const everything = (): string => JSON.stringify(lab.netbox.simulator.dump());

describe('the first sync into a NetBox that already holds VMs', () => {
  test('stops after the plan with a report and writes nothing; a person starts the write', async () => {
    const hand = await ByHand.inCluster('lab');
    const web = await hand.vm('Web', { description: 'our shop', status: 'active' });
    await hand.nic(web, 'eth0', macOf('00:64'));
    await hand.vm('db');
    const before = everything();
    const home = await lab.cluster('lab', [vm(100, 'web'), vm(101, 'db'), container(102, 'ct')]);

    const stopped = await lab.sync(home);

    expect(stopped).toMatchObject({ state: 'awaiting_confirmation', reason: 'first-run-review', writes: [] });
    expect(everything()).toBe(before);
    expect(stopped.report).toMatchObject({ matched: { 'name-and-mac': 1 }, ambiguous: 0 });
    expect((stopped.report['planned'] as Record<string, number>)['virtual-machine create']).toBe(2);
    expect((stopped.report['fields'] as Record<string, number>)['virtual-machine.description']).toBe(1);
    expect(finding(stopped, 'matched').message).toContain('name-and-mac');
    const change = (await lab.plan(stopped)).find(row => row.key === 'qemu/100' && row.kind === 'virtual-machine')!;
    expect(change).toMatchObject({ action: 'update', netboxId: web.id });
    expect(change.fields).toContainEqual({ field: 'description', before: 'our shop', after: 'Synced from Proxmox node lab-01' });

    const confirmed = await lab.confirm(stopped);

    expect(confirmed).toMatchObject({ state: 'completed' });
    expect((await lab.rows('virtualization/virtual-machines/')).map(row => row['name']).sort()).toEqual([
      'Web',
      'ct',
      'db',
      'db (2)',
    ]);
    expect((await lab.vmNamed('Web')).id).toBe(web.id);
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
    await expect(lab.confirm(stopped)).rejects.toThrow('409');
  });

  test('a guest that two VMs could stand for is not written', async () => {
    const hand = await ByHand.inCluster('lab');
    for (const suffix of ['', ' old']) {
      const machine = await hand.vm(`web${suffix}`);
      await hand.nic(machine, 'eth0', macOf('00:64'));
    }
    const fields = { name: 'proxmox_vm_id', type: 'integer', object_types: ['virtualization.virtualmachine'] };
    expect((await lab.person.post('extras/custom-fields/', fields)).status).toBe(201);
    for (const row of await lab.rows('virtualization/virtual-machines/')) {
      await lab.person.patch(`virtualization/virtual-machines/${row.id}/`, { custom_fields: { proxmox_vm_id: 100 } });
    }
    const home = await lab.cluster('lab', [vm(100, 'web'), vm(101, 'db')]);

    const stopped = await lab.sync(home);
    expect(stopped).toMatchObject({ state: 'awaiting_confirmation', report: { ambiguous: 1 } });
    expect(finding(stopped, 'ambiguous')).toMatchObject({ key: 'qemu/100' });
    const confirmed = await lab.confirm(stopped);

    expect(confirmed).toMatchObject({ state: 'partial', reason: 'guests-not-reflected', counts: { notReflected: 1 } });
    expect(finding(confirmed, 'not-in-netbox').message).toContain('ambiguous');
    const names = (await lab.rows('virtualization/virtual-machines/')).map(row => row['name']).sort();
    expect(names).toEqual(['db', 'web', 'web old']);
  });

  test('VMs that another installation reflected are found by their custom fields, whatever they are called', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web'), container(101, 'ct')]);
    await lab.sync(home);
    const web = await lab.vmNamed('web');
    await lab.person.patch(`virtualization/virtual-machines/${web.id}/`, { name: 'Shop front' });
    const ids = (await lab.rows('virtualization/virtual-machines/')).map(row => row.id);
    await lab.emptyDatabase();
    const { id } = await lab.world.addEndpoint('lab', home.proxmox);
    const again = { ...home, id };

    const stopped = await lab.sync(again);
    expect(stopped).toMatchObject({ state: 'awaiting_confirmation', report: { matched: { 'custom-fields': 2 } }, writes: [] });
    expect(await lab.confirm(stopped)).toMatchObject({ state: 'completed', counts: { created: 0, deleted: 0 } });

    expect((await lab.rows('virtualization/virtual-machines/')).map(row => row.id)).toEqual(ids);
    expect(await lab.vmNamed('Shop front')).toMatchObject({ id: web.id });
    expect(await lab.sync(again)).toMatchObject({ state: 'completed', writes: [] });
    home.proxmox.world.rename(100, 'web9');
    expect(await lab.sync(again)).toMatchObject({ state: 'completed', writes: [] });
  });
});

describe('a later plan', () => {
  test('that changes more than a fifth of the guests waits; what a person confirmed is written', async () => {
    const guests = Array.from({ length: 15 }, (_, index) => vm(100 + index, `vm-${index}`));
    const home = await lab.cluster('lab', guests);
    await lab.sync(home);
    for (let vmid = 100; vmid < 111; vmid++) home.proxmox.world.changeGuest(vmid, { config: { memory: '4096' } });

    const stopped = await lab.sync(home);
    expect(stopped).toMatchObject({ state: 'awaiting_confirmation', reason: 'change-limit', writes: [] });
    expect(stopped.message).toContain('11 of 15');
    expect(await lab.confirm(stopped)).toMatchObject({ state: 'completed', counts: { updated: 11 } });

    await lab.change(home, { policy: { plan_change_limit_percent: 100 } });
    for (let vmid = 100; vmid < 115; vmid++) home.proxmox.world.changeGuest(vmid, { config: { memory: '8192' } });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', counts: { updated: 15 } });
  });
});

describe('looking without writing', () => {
  test('a dry run shows the whole plan and writes nothing to NetBox at all', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web', { config: { tags: 'prod' } })]);

    const run = await lab.sync(home, { dryRun: true });

    expect(run).toMatchObject({ state: 'completed', writes: [] });
    const dry = await lab.plan(run);
    const kinds = new Set(dry.map(change => change.kind));
    expect([...kinds]).toEqual(
      expect.arrayContaining(['tag', 'site', 'cluster', 'device', 'virtual-machine', 'interface', 'ip-address', 'virtual-disk']),
    );
    expect(dry.find(change => change.kind === 'virtual-machine')!.fields.map(item => item.field)).toContain('cf.proxmox_vm_id');
    const wet = await lab.plan(await lab.sync(home));
    expect(wet.map(change => [change.kind, change.action, change.key])).toEqual(
      dry.map(change => [change.kind, change.action, change.key]),
    );
  });

  test('a sync of some kinds brings along what they depend on, and nothing else', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);

    expect(await lab.sync(home, { kinds: ['virtual-machine'] })).toMatchObject({ state: 'completed' });
    expect(await lab.rows('virtualization/virtual-machines/')).toHaveLength(1);
    expect(await lab.rows('virtualization/interfaces/')).toHaveLength(0);

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect((await lab.rows('ipam/ip-addresses/')).map(row => row['address'])).toEqual([ipOf(100)]);
    expect(nicOf(100).ips).toEqual([ipOf(100)]);
  });
});

describe('a token that may not do everything', () => {
  test('the daily token needs no right on custom fields once the bootstrap has run', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);
    await lab.sync(home);
    const types = [...new Set(lab.netbox.simulator.world.types.map(type => type.key))].filter(
      key => key !== 'extras.customfield' && !key.startsWith('users.'),
    );
    lab.netbox.simulator.restrict(lab.netbox.token, [
      { actions: ['view', 'add', 'change', 'delete'], objectTypes: types } as never,
    ]);
    home.proxmox.world.createGuest(vm(101, 'db'));

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed', refused: { total: 0 } });
    expect(codes(run)).toEqual([]);
    const admin = rawApi(lab.netbox.url, lab.netbox.simulator.createUser({ username: 'root2', superuser: true }));
    const row = (await admin.get('virtualization/virtual-machines/?name=db')).rows()[0]!;
    expect(row['custom_fields']).toMatchObject({ proxmox_vm_id: 101, proxmox_vm_type: 'qemu' });
  });
});
