import type { Row } from './support/api';
import { onEveryNetBox } from './support/netbox';
import { disks, machines, makeCluster, makeMachine } from './support/world';

onEveryNetBox('the change log', netbox => {
  const changesOf = async (machine: { id: number }, query = ''): Promise<Row[]> => {
    const filter = `changed_object_type=virtualization.virtualmachine&changed_object_id=${machine.id}`;
    return (await netbox().api.get(`core/object-changes/?${filter}&${query}`)).rows();
  };

  it('has a row for each change, newest first, with the words of the caller', async () => {
    const { api } = netbox();
    const cluster = await makeCluster(netbox());
    const created = await api.post(`${machines}/`, {
      name: netbox().unique('vm'),
      cluster: cluster.id,
      changelog_message: 'made',
    });
    const machine = created.row();
    netbox().remember(machines, machine);
    const changed = await api.patch(`${machines}/${machine.id}/`, { memory: 5, vcpus: 2, changelog_message: 'grown' });
    const changes = await changesOf(machine);
    expect(changes).toMatchObject([
      {
        action: { value: 'update', label: 'Updated' },
        message: 'grown',
        request_id: changed.headers.get('x-request-id'),
        changed_object_type: 'virtualization.virtualmachine',
        changed_object_id: machine.id,
        object_repr: machine['name'],
        user_name: expect.any(String),
        prechange_data: { memory: null, cluster: cluster.id },
        postchange_data: { memory: 5, vcpus: '2.00', cluster: cluster.id },
      },
      { action: { value: 'create' }, message: 'made', request_id: created.headers.get('x-request-id'), prechange_data: {} },
    ]);
    expect(changes[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT/);
    const ofRequest = await api.get(`core/object-changes/?request_id=${changed.headers.get('x-request-id')}`);
    expect(ofRequest.rows()).toMatchObject([{ id: changes[0]?.id }]);
  });

  it('has no row for a change that changes nothing, though last_updated moves', async () => {
    const machine = await makeMachine(netbox(), { memory: 5 });
    const same = await netbox().api.patch(`${machines}/${machine.id}/`, { memory: 5 });
    expect(same.row()['last_updated']).not.toBe(machine['last_updated']);
    expect(await changesOf(machine)).toHaveLength(1);
  });

  it('keeps the message of each element of a list, also of a deleted one', async () => {
    const cluster = await makeCluster(netbox());
    const items = ['one', 'two'].map(word => ({ name: netbox().unique(word), cluster: cluster.id }));
    const { client } = netbox();
    const created = await client.bulkCreate(machines, items, { changelogMessage: 'in bulk' });
    const rows = created.flatMap(result => (result.ok ? [result.object] : []));
    netbox().remember(machines, ...rows);
    await client.bulkUpdate(
      machines,
      rows.map(({ id }) => ({ id, memory: 3 })),
      { changelogMessage: 'more' },
    );
    await client.bulkDelete(
      machines,
      rows.map(({ id }) => id),
      { changelogMessage: 'x'.repeat(300) },
    );
    for (const row of rows) {
      const changes = await changesOf(row);
      expect(changes.map(({ message }) => message)).toEqual(['x'.repeat(200), 'more', 'in bulk']);
      expect(changes[0]).toMatchObject({ action: { value: 'delete' }, postchange_data: {}, prechange_data: { memory: 3 } });
    }
  });

  it('shows what it did to the VM that a disk belongs to', async () => {
    const machine = await makeMachine(netbox());
    const disk = await netbox().make(disks, { name: 'scsi0', virtual_machine: machine.id, size: 1 });
    const filter = `changed_object_type=virtualization.virtualdisk&changed_object_id=${disk.id}`;
    const [change] = (await netbox().api.get(`core/object-changes/?${filter}`)).rows();
    expect(change).toMatchObject({ action: { value: 'create' }, postchange_data: { virtual_machine: machine.id, size: 1 } });
  });

  it('takes notes about an object', async () => {
    const machine = await makeMachine(netbox());
    const note = {
      assigned_object_type: 'virtualization.virtualmachine',
      assigned_object_id: machine.id,
      kind: 'warning',
      comments: 'look',
    };
    const entry = await netbox().make('extras/journal-entries', note);
    expect(entry).toMatchObject({ ...note, kind: { value: 'warning' } });
    const found = await netbox().api.get(
      `extras/journal-entries/?assigned_object_id=${machine.id}&assigned_object_type=virtualization.virtualmachine`,
    );
    expect(found.rows()).toMatchObject([{ id: entry.id }]);
  });
});
