import { mergeRows } from '../../../domain/intent/changes/merge-rows';
import { onEveryNetBox } from './support/netbox';
import { machines, makeMachine } from './support/world';

onEveryNetBox('the change log', netbox => {
  it('has each change with the states before and after it, and is read on from any row', async () => {
    const { client, api } = netbox();
    const before = await client.newest('core/object-changes', { fields: ['time'] });
    const machine = await makeMachine(netbox());
    await api.patch(`${machines}/${machine.id}/`, { memory: 2048 });
    await api.patch(`${machines}/${machine.id}/`, { vcpus: 2 });
    const light = await client.listAll('core/object-changes', {
      afterId: before?.id ?? 0,
      fields: ['time', 'user_name', 'changed_object_type', 'changed_object_id'],
    });
    const own = light.filter(
      row => row['changed_object_type'] === 'virtualization.virtualmachine' && row['changed_object_id'] === machine.id,
    );
    const username = await client.username();
    expect(own.map(row => row['user_name'])).toEqual([username, username, username]);
    expect(own[0]).not.toHaveProperty('postchange_data');
    const whole = await client.listByIds(
      'core/object-changes',
      own.slice(1).map(({ id }) => id),
    );
    expect(whole).toMatchObject([
      { action: { value: 'update' }, prechange_data: { memory: null }, postchange_data: { memory: 2048 } },
      { action: { value: 'update' }, prechange_data: { vcpus: null }, postchange_data: { memory: 2048, vcpus: '2.00' } },
    ]);
  });
});

describe('rows of the change log as one', () => {
  const row = { objectType: 'virtualization.virtualmachine', objectId: 1, objectRepr: 'web' };
  it('go from the state before the first to that after the last, in the order of their ids', () => {
    const [first, second] = [
      { ...row, id: 1, action: 'update' as const, original: { memory: 1 }, modified: { memory: 2 } },
      { ...row, id: 2, action: 'update' as const, original: { memory: 2 }, modified: { memory: 3 } },
    ];
    expect(mergeRows([second, first])).toEqual([{ ...second, original: { memory: 1 } }]);
  });

  it('mean nothing for what was made and deleted again, and a create for what was made and changed', () => {
    const made = { ...row, id: 1, action: 'create' as const, original: null, modified: { memory: 1 } };
    const changed = { ...row, id: 2, action: 'update' as const, original: { memory: 1 }, modified: { memory: 2 } };
    const deleted = { ...row, id: 3, action: 'delete' as const, original: { memory: 2 }, modified: null };
    expect(mergeRows([made, changed])).toMatchObject([{ action: 'create', original: null, modified: { memory: 2 } }]);
    expect(mergeRows([made, changed, deleted])).toEqual([]);
  });
});
