import { customFields, supportObjects } from '../../../domain/reflection/bootstrap';
import { container, macOf, vm } from './support/guests';
import { finding, startLab, type Lab } from './support/lab';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(() => lab.fresh());

const field = async (name: string) => (await lab.rows(`extras/custom-fields/?name=${name}`))[0];

describe('supporting objects', () => {
  test('all are made in the first run and none in the second', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);

    await lab.sync(home);

    const wanted = supportObjects({ vmTypes: true, interfaceMacWritable: true });
    for (const { path, slug } of wanted) expect(await lab.rows(`${path}/?slug=${slug}`)).toHaveLength(1);
    expect((await lab.rows('extras/custom-fields/')).map(row => row['name']).sort()).toEqual(
      customFields.map(item => item.name).sort(),
    );
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
  });

  test('a custom field keeps the object types that an operator added', async () => {
    await lab.person.post('extras/custom-fields/', { name: 'proxmox_node', type: 'text', object_types: ['dcim.interface'] });
    const home = await lab.cluster('lab', [vm(100, 'web')]);

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });

    expect((await field('proxmox_node'))!['object_types']).toEqual(
      expect.arrayContaining(['dcim.interface', 'virtualization.virtualmachine', 'dcim.device']),
    );
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
  });

  test('a custom field of another type is left as it is and reported, and its value is not taken for a mark of ours', async () => {
    await lab.person.post('extras/custom-fields/', {
      name: 'proxmox_vm_id',
      type: 'text',
      object_types: ['virtualization.virtualmachine'],
    });
    const home = await lab.cluster('lab', [vm(100, 'web')]);

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed', refused: { total: 0 } });
    expect(finding(run, 'custom-field-type').message).toContain('proxmox_vm_id of type text');
    expect((await field('proxmox_vm_id'))!['type']).toMatchObject({ value: 'text' });
    const web = await lab.vmNamed('web');
    expect(web['custom_fields']).toMatchObject({ proxmox_vm_id: null, proxmox_vm_type: 'qemu' });
    await lab.person.patch(`virtualization/virtual-machines/${web.id}/`, { custom_fields: { proxmox_vm_id: 'rack 7' } });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
    const { rows } = await lab.world.database.pool.query('select kind, vmid from guest');
    expect(rows).toEqual([{ kind: 'qemu', vmid: 100 }]);
  });

  test("another tool's proxmox_endpoint_id is neither made nor changed", async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);
    await lab.sync(home);
    expect(await field('proxmox_endpoint_id')).toBeUndefined();
    expect((await lab.vmNamed('web'))['custom_fields']).toMatchObject({ proxbox_endpoint: home.id });
  });
});

describe.each(['4.5', '4.6'])('NetBox %s', version => {
  test('has MAC addresses as objects of their own, and types of VMs where it knows them', async () => {
    await lab.fresh(version);
    const home = await lab.cluster('lab', [
      vm(100, 'web', { nics: [{ mac: '01:01', ips: ['10.1.0.1/24'] }] }),
      container(101, 'ct'),
    ]);

    expect(await lab.sync(home)).toMatchObject({ state: 'completed', refused: { total: 0 } });

    const web = await lab.vmNamed('web');
    if (version === '4.5') expect(web['role']).toMatchObject({ slug: 'virtual-machine-qemu' });
    else expect(web['virtual_machine_type']).toMatchObject({ slug: 'qemu-virtual-machine' });
    const read = async () => (await lab.rows('virtualization/interfaces/')).find(row => row['name'] === 'net0')!;
    const before = await read();
    expect(before['primary_mac_address']).toMatchObject({ mac_address: macOf('01:01') });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });

    home.proxmox.world.changeGuest(100, { config: { net0: `virtio=${macOf('0a:0a')},bridge=vmbr0` } });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await read()).toMatchObject({ id: before.id, primary_mac_address: { mac_address: macOf('0a:0a') } });
    expect((await lab.rows('dcim/mac-addresses/')).map(row => row['mac_address'])).not.toContain(macOf('01:01'));
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
  });

  test('a renamed interface is recognised by its MAC when our links are gone', async () => {
    await lab.fresh(version);
    const home = await lab.cluster('lab', [container(101, 'ct')]);
    await lab.sync(home);
    const [eth0] = await lab.rows('virtualization/interfaces/');
    await lab.person.patch(`virtualization/interfaces/${eth0!.id}/`, { name: 'uplink' });
    await lab.world.database.pool.query('delete from reflected');

    const stopped = await lab.sync(home);
    expect(stopped).toMatchObject({ state: 'awaiting_confirmation' });
    expect(await lab.confirm(stopped)).toMatchObject({ state: 'completed', counts: { created: 0 } });

    expect((await lab.rows('virtualization/interfaces/')).map(row => [row.id, row['name']])).toEqual([[eth0!.id, 'uplink']]);
  });
});
