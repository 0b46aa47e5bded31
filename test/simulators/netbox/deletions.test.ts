import { ADDRESSES, type Api, DISKS, INTERFACES, MACS, makeCluster, startApi, VMS } from './support';

describe('deletions', () => {
  let api: Api;
  let cluster: number;
  let vm: number;
  beforeEach(async () => {
    api = await startApi();
    ({ cluster } = await makeCluster(api));
    vm = await api.make(VMS, { name: 'a', cluster });
    const nic = await api.make(INTERFACES, { virtual_machine: vm, name: 'net0', mac_address: 'bc:24:11:00:00:01' });
    await api.make(DISKS, { virtual_machine: vm, name: 'scsi0', size: 10 });
    const assigned = { assigned_object_type: 'virtualization.vminterface', assigned_object_id: nic };
    const address = await api.make(ADDRESSES, { address: '10.0.0.1/24', ...assigned });
    await api.patch(`${VMS}/${vm}/`, { primary_ip4: address });
    await api.make('extras/journal-entries', {
      assigned_object_type: 'virtualization.virtualmachine',
      assigned_object_id: vm,
      comments: 'x',
    });
  });
  afterEach(() => api.running.close());

  it('of a VM take interfaces, disks, addresses and notes along, each with its line in the change log', async () => {
    const answer = await api.remove(`${VMS}/${vm}/`, { changelog_message: 'bye' });
    expect(answer.status).toBe(204);
    for (const path of [INTERFACES, DISKS, MACS, ADDRESSES, 'extras/journal-entries']) {
      expect((await api.get(`${path}/`)).body.count).toBe(0);
    }
    const changes = await api.get(`core/object-changes/?request_id=${answer.headers.get('x-request-id')}&action=delete`);
    expect(changes.list.map(change => change['changed_object_type']).sort()).toEqual([
      'dcim.macaddress',
      'extras.journalentry',
      'ipam.ipaddress',
      'virtualization.virtualdisk',
      'virtualization.virtualmachine',
      'virtualization.vminterface',
    ]);
    expect(changes.list.find(change => change['message'] === 'bye')).toMatchObject({
      object_repr: 'a',
      prechange_data: { disk: 10 },
    });
  });

  it('are refused while others depend on the object, and change nothing', async () => {
    const refused = await api.remove(`virtualization/clusters/${cluster}/`);
    expect(refused).toMatchObject({
      status: 409,
      body: { detail: `Unable to delete object. 1 dependent objects were found: a (${vm})` },
    });
    const bulk = await api.remove('virtualization/clusters/', [{ id: cluster }]);
    expect(bulk).toMatchObject({
      status: 409,
      body: { errors: [{ id: cluster, errors: { __all__: ['Unable to delete: 1 dependent object(s) prevent deletion.'] } }] },
    });
    expect((await api.get(`${VMS}/`)).body.count).toBe(1);
  });

  it('of a primary address leave the VM without one', async () => {
    await api.remove(`${ADDRESSES}/`, (await api.get(`${ADDRESSES}/?fields=id`)).list);
    expect((await api.get(`${VMS}/${vm}/`)).body).toMatchObject({ primary_ip: null, primary_ip4: null });
  });

  it('of a tag or a custom field take it from every object', async () => {
    const tag = await api.make('extras/tags', { name: 't', slug: 't' });
    const field = await api.make('extras/custom-fields', {
      name: 'f',
      type: 'text',
      object_types: ['virtualization.virtualmachine'],
    });
    await api.patch(`${VMS}/${vm}/`, { tags: [tag], custom_fields: { f: 'x' } });
    expect((await api.get(`extras/tags/${tag}/`)).body['tagged_items']).toBe(1);
    await api.remove(`extras/tags/${tag}/`);
    await api.remove(`extras/custom-fields/${field}/`);
    expect((await api.get(`${VMS}/${vm}/`)).body).toMatchObject({ tags: [], custom_fields: {} });
  });
});
