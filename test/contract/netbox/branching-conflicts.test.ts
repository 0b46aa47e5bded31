import { branches, changesOf, inside, makeBranch, operate } from './support/branching';
import type { Row } from './support/api';
import { onEveryBranchingNetBox } from './support/netbox';
import { disks, interfaces, machines, makeInterface, makeMachine } from './support/world';

onEveryBranchingNetBox('a branch and main that change the same VM', netbox => {
  const fields = { first: '', second: '' };
  let tags: Row[] = [];
  beforeAll(async () => {
    const types = ['virtualization.virtualmachine', 'virtualization.vminterface'];
    fields.first = netbox().unique('first');
    fields.second = netbox().unique('second');
    for (const name of Object.values(fields))
      await netbox().make('extras/custom-fields', { name, type: 'text', object_types: types });
    const names = [netbox().unique('tag'), netbox().unique('tag')];
    tags = await Promise.all(names.map(name => netbox().make('extras/tags', { name, slug: name })));
  });

  /** The conflicts that are seen after both wrote: by model and attribute. */
  const conflictsAfter = async (branch: Row): Promise<[string, unknown][]> =>
    (await changesOf(netbox(), branch, 'has_conflicts=true')).map(row => [String(row['object_type']), row['conflicts']]);

  it('conflict in attributes that both changed differently, whoever was first', async () => {
    const { api } = netbox();
    const [one, other, same] = [
      await makeMachine(netbox(), { memory: 100 }),
      await makeMachine(netbox(), { memory: 100 }),
      await makeMachine(netbox(), { memory: 100 }),
    ];
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${one.id}/`, { memory: 200 }, inside(branch));
    await api.patch(`${machines}/${one.id}/`, { memory: 300 });
    await api.patch(`${machines}/${other.id}/`, { memory: 300, status: 'offline' });
    await api.patch(`${machines}/${other.id}/`, { memory: 200 }, inside(branch));
    await api.patch(`${machines}/${same.id}/`, { memory: 200 }, inside(branch));
    await api.patch(`${machines}/${same.id}/`, { memory: 200, status: 'offline' });
    const conflicting = await changesOf(netbox(), branch, 'has_conflicts=true');
    expect(conflicting.map(row => [row['object_id'], row['conflicts']])).toEqual([
      [one.id, ['memory']],
      [other.id, ['memory']],
    ]);
    const refused = await api.post(`${branches}/${branch.id}/merge/`, { commit: true });
    expect(refused).toMatchObject({
      status: 409,
      body: { detail: 'All conflicts must be acknowledged before this action can proceed.' },
    });
    expect((refused.body as { conflicts: Row[] }).conflicts.find(({ object_id }) => object_id === one.id)).toMatchObject({
      object_type: 'virtualization.virtualmachine',
      object_repr: one['name'],
      action: { value: 'update' },
      conflicts: ['memory'],
      conflicting_data: { original: { memory: 100 }, branch: { memory: 200 }, main: { memory: 300 } },
    });
    await operate(netbox(), branch, 'merge', { commit: true, acknowledge_conflicts: true });
    expect((await api.get(`${machines}/${one.id}/`)).row()).toMatchObject({ memory: 200 });
    expect((await api.get(`${machines}/${other.id}/`)).row()).toMatchObject({ memory: 200, status: { value: 'offline' } });
  });

  it('conflict in custom fields as a whole, and a merge keeps those that the branch left alone', async () => {
    const { api } = netbox();
    const { first, second } = fields;
    const machine = await makeMachine(netbox(), { custom_fields: { [first]: 'old', [second]: 'old' } });
    const untouched = await makeMachine(netbox());
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${machine.id}/`, { custom_fields: { [first]: 'branch' } }, inside(branch));
    await api.patch(`${machines}/${machine.id}/`, { custom_fields: { [second]: 'main' } });
    await api.patch(`${machines}/${untouched.id}/`, { memory: 1 }, inside(branch));
    await api.patch(`${machines}/${untouched.id}/`, { custom_fields: { [second]: 'main' } });
    expect(await conflictsAfter(branch)).toEqual([['virtualization.virtualmachine', ['custom_fields']]]);
    await operate(netbox(), branch, 'merge', { commit: true, acknowledge_conflicts: true });
    expect((await api.get(`${machines}/${machine.id}/`)).row()['custom_fields']).toMatchObject({
      [first]: 'branch',
      [second]: 'main',
    });
  });

  it('conflict in tags as a whole, and a merge sets the list of the branch', async () => {
    const { api } = netbox();
    const [own, foreign] = tags;
    const machine = await makeMachine(netbox());
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${machine.id}/`, { tags: [{ id: own?.id }] }, inside(branch));
    await api.patch(`${machines}/${machine.id}/`, { tags: [{ id: foreign?.id }] });
    expect(await conflictsAfter(branch)).toEqual([['virtualization.virtualmachine', ['tags']]]);
    await operate(netbox(), branch, 'merge', { commit: true, acknowledge_conflicts: true });
    expect((await api.get(`${machines}/${machine.id}/`)).row()['tags']).toMatchObject([{ id: own?.id }]);
  });

  it('do not conflict through interfaces and disks that only one of them changed', async () => {
    const { api } = netbox();
    const machine = await makeMachine(netbox(), { memory: 100 });
    const nic = await makeInterface(netbox(), machine);
    const disk = await netbox().make(disks, { name: 'scsi0', virtual_machine: machine.id, size: 1000 });
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${machine.id}/`, { memory: 200 }, inside(branch));
    await api.patch(`${interfaces}/${nic.id}/`, { mtu: 1400 }, inside(branch));
    await api.patch(`${disks}/${disk.id}/`, { size: 2000 });
    await api.patch(`${interfaces}/${nic.id}/`, { enabled: false });
    await makeInterface(netbox(), machine);
    await api.patch(`${machines}/${machine.id}/`, { status: 'offline' });
    expect(await conflictsAfter(branch)).toEqual([]);
    await api.patch(`${disks}/${disk.id}/`, { size: 3000 }, inside(branch));
    expect(await conflictsAfter(branch)).toEqual([['virtualization.virtualdisk', ['size']]]);
  });

  it('conflict when one of them deleted it', async () => {
    const { api } = netbox();
    const [gone, going] = [await makeMachine(netbox(), { memory: 1 }), await makeMachine(netbox())];
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${gone.id}/`, { memory: 2 }, inside(branch));
    await api.delete(`${machines}/${gone.id}/`);
    await api.delete(`${machines}/${going.id}/`, undefined, inside(branch));
    await api.patch(`${machines}/${going.id}/`, { status: 'offline' });
    expect(await conflictsAfter(branch)).toEqual([
      ['virtualization.virtualmachine', ['memory']],
      ['virtualization.virtualmachine', ['status']],
    ]);
    const late = await api.patch(`${machines}/${gone.id}/`, { memory: 3 }, inside(branch));
    expect(late).toMatchObject({
      status: 400,
      body: {
        __all__: [
          `Cannot modify virtual machine '${String(gone['name'])}' because it has been deleted in the main branch. Sync with the main branch to update.`,
        ],
      },
    });
    const job = await operate(netbox(), branch, 'merge', { commit: true, acknowledge_conflicts: true });
    expect(job).toMatchObject({ status: { value: 'errored' }, error: expect.stringContaining('DoesNotExist') });
  });

  it('agree after a sync, which gives the branch the values of main', async () => {
    const { api } = netbox();
    const machine = await makeMachine(netbox(), { memory: 100, vcpus: 1 });
    const other = await makeMachine(netbox(), { memory: 100 });
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${machine.id}/`, { memory: 200, vcpus: 2 }, inside(branch));
    await api.patch(`${machines}/${machine.id}/`, { memory: 300 });
    await api.patch(`${machines}/${other.id}/`, { memory: 400 });
    expect((await api.post(`${branches}/${branch.id}/sync/`, { commit: true })).status).toBe(409);
    const job = await operate(netbox(), branch, 'sync', { commit: true, acknowledge_conflicts: true });
    expect(job).toMatchObject({ name: 'Sync branch', status: { value: 'completed' } });
    expect((await api.get(`${machines}/${machine.id}/`, inside(branch))).row()).toMatchObject({ memory: 300, vcpus: 2 });
    expect((await api.get(`${machines}/${other.id}/`, inside(branch))).row()).toMatchObject({ memory: 400 });
    expect(await changesOf(netbox(), branch)).toMatchObject([
      { conflicts: null, original_data: { memory: 300, vcpus: '1.00' }, modified_data: { memory: 300, vcpus: '2.00' } },
    ]);
  });
});
