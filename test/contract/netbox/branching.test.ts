import { branches, branchEvents, branchIn, changesOf, inside, makeBranch, operate } from './support/branching';
import { onEveryBranchingNetBox } from './support/netbox';
import { disks, interfaces, machines, makeCluster, makeInterface, makeMachine } from './support/world';

onEveryBranchingNetBox('a branch', netbox => {
  it('is new, and provisioned by a job a moment later', async () => {
    const made = await netbox().make(branches, { name: netbox().unique('branch'), description: 'why' });
    expect(made).toMatchObject({
      status: { value: 'new', label: 'New' },
      owner: { username: expect.any(String) },
      description: 'why',
      schema_id: expect.stringMatching(/^[a-z0-9]{8}$/),
      last_sync: null,
      merged_time: null,
      merged_by: null,
      custom_fields: expect.any(Object),
    });
    expect(made).not.toHaveProperty('display_url');
    const ready = await branchIn(netbox(), made, 'ready');
    expect(ready['last_sync']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    const jobs = await netbox().api.get(`core/jobs/?object_type=netbox_branching.branch&object_id=${made.id}`);
    expect(jobs.rows()).toMatchObject([{ name: 'Provision branch', object: { id: made.id } }]);
    const events = (await netbox().api.get(`${branchEvents}/?limit=1000`)).rows();
    expect(events.filter(event => JSON.stringify(event['branch']).includes(`/${made.id}/`))).toMatchObject([
      { type: { value: 'provisioned', label: 'Provisioned' }, user: { id: expect.any(Number) }, time: expect.any(String) },
    ]);
  });

  it('is made one at a time, has no ETag, and takes no state from clients', async () => {
    const { api } = netbox();
    const list = await api.post(`${branches}/`, [{ name: netbox().unique('branch') }]);
    expect(list).toMatchObject({ status: 400, body: { __all__: ['Invalid data. Expected a dictionary, but got list.'] } });
    const branch = await makeBranch(netbox());
    expect((await api.patch(`${branches}/`, [{ id: branch.id, description: 'x' }])).status).toBe(405);
    const changed = await api.patch(`${branches}/${branch.id}/`, { description: 'x', status: 'merged', schema_id: 'abcdefgh' });
    expect(changed.row()).toMatchObject({ description: 'x', status: { value: 'ready' }, schema_id: branch['schema_id'] });
    expect(changed.headers.get('etag')).toBeNull();
    expect((await api.get(`${branches}/?id=${branch.id}&fields=id`)).rows()).toMatchObject([{ name: branch['name'] }]);
    const twice = await api.post(`${branches}/`, { name: branch['name'] });
    expect(twice).toMatchObject({ status: 400, body: { name: ['branch with this name already exists.'] } });
  });

  it('carries custom fields, also after the merge', async () => {
    const { api } = netbox();
    const field = netbox().unique('flag');
    await netbox().make('extras/custom-fields', { name: field, type: 'boolean', object_types: ['netbox_branching.branch'] });
    const branch = await makeBranch(netbox(), { custom_fields: { [field]: true } });
    expect(branch['custom_fields']).toMatchObject({ [field]: true });
    const cleared = await api.patch(`${branches}/${branch.id}/`, { custom_fields: { [field]: null } });
    expect(cleared.row()['custom_fields']).toMatchObject({ [field]: null });
  });

  it('has its own view of what it changed, under ids that stay', async () => {
    const { api } = netbox();
    const cluster = await makeCluster(netbox());
    const machine = await makeMachine(netbox(), { cluster: cluster.id, memory: 100 });
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${machine.id}/`, { memory: 200 }, inside(branch));
    const born = (await api.post(`${machines}/`, { name: netbox().unique('vm'), cluster: cluster.id }, inside(branch))).row();
    netbox().remember(machines, born);

    expect((await api.get(`${machines}/${machine.id}/`)).row()).toMatchObject({ memory: 100 });
    expect((await api.get(`${machines}/${machine.id}/`, inside(branch))).row()).toMatchObject({ memory: 200 });
    expect((await api.get(`${machines}/?id=${machine.id}&_branch=${String(branch['schema_id'])}`)).rows()).toMatchObject([
      { memory: 200 },
    ]);
    expect((await api.get(`${machines}/${born.id}/`)).status).toBe(404);
    const logged = (await api.get('core/object-changes/?limit=100', inside(branch))).rows();
    expect(logged.map(change => [change['changed_object_id'], change['action']])).toMatchObject([
      [born.id, { value: 'create' }],
      [machine.id, { value: 'update' }],
    ]);

    await operate(netbox(), branch, 'merge');
    expect((await api.get(`${machines}/${machine.id}/`)).row()).toMatchObject({ memory: 200 });
    expect((await api.get(`${machines}/${born.id}/`)).row()).toMatchObject({ name: born['name'] });
  });

  it('is named by its schema id alone, while it is ready', async () => {
    const { api, minor } = netbox();
    const machine = await makeMachine(netbox());
    const branch = await makeBranch(netbox());
    const named = await api.get(`${machines}/`, { 'x-netbox-branch': String(branch['name']) });
    expect(named).toMatchObject({ status: 400, body: 'Invalid branch identifier' });
    expect(named.headers.get('content-type')).toContain('text/html');
    expect((await api.get('status/', { 'x-netbox-branch': 'nope' })).status).toBe(200);

    await api.patch(`${machines}/${machine.id}/`, { memory: 1 }, inside(branch));
    await operate(netbox(), branch, 'merge');
    const merged = await api.get(`${machines}/`, inside(branch));
    expect(merged.status).toBe(minor >= 7 ? 400 : 500);
    if (minor >= 7) expect(merged.body).toBe('Selected branch is not ready.');
  });

  it('keeps stored changes of a list that was refused half-way, though it has no such object', async () => {
    const { api, minor } = netbox();
    const cluster = await makeCluster(netbox());
    const branch = await makeBranch(netbox());
    const items = [
      { name: netbox().unique('vm'), cluster: cluster.id },
      { name: netbox().unique('vm'), cluster: 0 },
    ];
    expect((await api.post(`${machines}/`, items, inside(branch))).status).toBe(400);
    expect((await api.get(`${machines}/?cluster_id=${cluster.id}`, inside(branch))).rows()).toEqual([]);
    const kept = await changesOf(netbox(), branch);
    // Before 4.7 a list is checked as a whole before the first object is stored.
    expect(kept).toMatchObject(minor >= 7 ? [{ action: { value: 'create' }, object_repr: items[0]?.name }] : []);
    await operate(netbox(), branch, 'merge');
    expect((await api.get(`${machines}/?cluster_id=${cluster.id}`)).rows()).toEqual([]);
  });
});

onEveryBranchingNetBox('the stored changes of a branch', netbox => {
  it('are one row for each object, with its states in the branch and in main', async () => {
    const { api } = netbox();
    const cluster = await makeCluster(netbox());
    const machine = await makeMachine(netbox(), { cluster: cluster.id, memory: 100 });
    const doomed = await makeMachine(netbox(), { cluster: cluster.id });
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${machine.id}/`, { memory: 150 }, inside(branch));
    await api.patch(`${machines}/${machine.id}/`, { memory: 200, vcpus: 2 }, inside(branch));
    const born = (await api.post(`${machines}/`, { name: netbox().unique('vm'), cluster: cluster.id }, inside(branch))).row();
    await api.delete(`${machines}/${doomed.id}/`, undefined, inside(branch));
    await api.patch(`${machines}/${machine.id}/`, { status: 'offline' });

    expect(await changesOf(netbox(), branch)).toMatchObject([
      {
        branch: { id: branch.id, status: { value: 'ready' } },
        object_type: 'virtualization.virtualmachine',
        object_id: machine.id,
        object: { name: machine['name'] },
        object_repr: machine['name'],
        action: { value: 'update', label: 'Updated' },
        conflicts: null,
        diff: {
          original: { memory: 100, vcpus: null, status: 'active' },
          modified: { memory: 200, vcpus: '2.00', status: 'active' },
          current: { memory: 100, vcpus: null, status: 'offline' },
        },
        original_data: { memory: 100, status: 'active', cluster: cluster.id },
        modified_data: { memory: 200, vcpus: '2.00', status: 'active' },
        current_data: { memory: 100, status: 'offline' },
      },
      {
        object_id: born.id,
        object: null,
        action: { value: 'create' },
        diff: { original: {}, modified: {}, current: {} },
        original_data: null,
        modified_data: { name: born['name'] },
        current_data: null,
      },
      { object_id: doomed.id, action: { value: 'delete' }, original_data: { name: doomed['name'] }, modified_data: null },
    ]);
    expect(await changesOf(netbox(), branch, 'action=create')).toHaveLength(1);
    expect(await changesOf(netbox(), branch, 'object_type=virtualization.vminterface')).toHaveLength(0);
    const several = 'object_type=virtualization.virtualmachine&object_type=virtualization.vminterface';
    expect(await changesOf(netbox(), branch, several)).toHaveLength(0);
    expect(await changesOf(netbox(), branch, `object_id=${machine.id}`)).toHaveLength(1);
    const unknown = await api.get(`plugins/branching/changes/?branch_id=${branch.id + 100_000}`);
    expect(unknown).toMatchObject({ status: 400, body: { branch_id: [expect.stringContaining('Select a valid choice')] } });
  });

  it('say "create" of an object that was deleted again', async () => {
    const { api } = netbox();
    const cluster = await makeCluster(netbox());
    const branch = await makeBranch(netbox());
    const born = (await api.post(`${machines}/`, { name: netbox().unique('vm'), cluster: cluster.id }, inside(branch))).row();
    await api.delete(`${machines}/${born.id}/`, undefined, inside(branch));
    expect(await changesOf(netbox(), branch)).toMatchObject([{ action: { value: 'create' }, modified_data: null }]);
  });

  it('of a VM name neither the disk total nor the number of interfaces when only its parts changed', async () => {
    const { api } = netbox();
    const machine = await makeMachine(netbox());
    const nic = await makeInterface(netbox(), machine);
    const branch = await makeBranch(netbox());
    await api.post(`${disks}/`, { name: 'scsi0', virtual_machine: machine.id, size: 10 }, inside(branch));
    await api.patch(`${interfaces}/${nic.id}/`, { mtu: 1400 }, inside(branch));
    expect(await changesOf(netbox(), branch)).toMatchObject([
      { object_type: 'virtualization.virtualdisk', action: { value: 'create' } },
      { object_type: 'virtualization.vminterface', action: { value: 'update' } },
    ]);
  });
});
