import { onEveryNetBox } from './support/netbox';
import { clusters, disks, interfaces, machines, makeCluster, makeInterface, makeMachine, vlans } from './support/world';

const unknownCluster = 'Related object not found using the provided numeric ID: 99999999';

onEveryNetBox('bulk creation', netbox => {
  it('answers with every object in the order given', async () => {
    const cluster = await makeCluster(netbox());
    const names = ['z', 'a', 'm'].map(word => netbox().unique(word));
    const created = await netbox().api.post(
      `${machines}/`,
      names.map(name => ({ name, cluster: cluster.id })),
    );
    expect(created.status).toBe(201);
    netbox().remember(machines, ...created.rows());
    expect(created.rows().map(({ name }) => name)).toEqual(names);
    expect(created.headers.get('etag')).toBeNull();
  });

  it('writes nothing when one element is bad, and names every bad one', async () => {
    const cluster = await makeCluster(netbox());
    const name = netbox().unique('vm');
    const refused = await netbox().api.post(`${machines}/`, [
      { name, cluster: cluster.id },
      { name: netbox().unique('vm'), cluster: 99999999 },
      { name: netbox().unique('vm'), cluster: cluster.id, status: 'nope' },
    ]);
    expect(refused.status).toBe(400);
    expect(refused.body).toEqual(
      netbox().session.capabilities.indexedBulkErrors
        ? {
            detail: '2 of 3 objects could not be created.',
            errors: [
              { index: 1, errors: { cluster: [unknownCluster] } },
              { index: 2, errors: { status: ['nope is not a valid choice.'] } },
            ],
          }
        : [{}, { cluster: [unknownCluster] }, { status: ['nope is not a valid choice.'] }],
    );
    expect((await netbox().api.get(`${machines}/?name=${name}`)).rows()).toEqual([]);
  });

  it('refuses a name that stands twice in one list: in words from 4.7 on, by the database before', async () => {
    const cluster = await makeCluster(netbox());
    const element = { name: netbox().unique('vm'), cluster: cluster.id };
    const refused = await netbox().api.post(`${machines}/`, [element, { ...element, name: element.name.toUpperCase() }]);
    if (netbox().minor >= 7) {
      const errors = { __all__: ['Virtual machine name must be unique per cluster and tenant.'] };
      expect(refused).toMatchObject({
        status: 400,
        body: { detail: '1 of 2 objects could not be created.', errors: [{ index: 1, errors }] },
      });
    } else {
      expect(refused).toMatchObject({
        status: 500,
        body: { exception: 'IntegrityError', error: expect.stringContaining('duplicate key value') },
      });
    }
    expect((await netbox().api.get(`${machines}/?cluster_id=${cluster.id}`)).rows()).toEqual([]);
  });

  it('accepts an empty list, and ignores fields that it does not know', async () => {
    expect(await netbox().api.post(`${machines}/`, [])).toMatchObject({ status: 201, body: [] });
    const cluster = await makeCluster(netbox());
    const machine = await netbox().make(machines, { name: netbox().unique('vm'), cluster: cluster.id, no_such_field: 1 });
    expect(machine).not.toHaveProperty('no_such_field');
  });

  it('keeps the errors of a single object flat', async () => {
    const { api } = netbox();
    expect(await api.post(`${machines}/`, {})).toMatchObject({ status: 400, body: { name: ['This field is required.'] } });
    const cluster = await makeCluster(netbox());
    const first = await makeMachine(netbox(), { cluster: cluster.id });
    expect(await api.post(`${machines}/`, { name: String(first['name']).toUpperCase(), cluster: cluster.id })).toMatchObject({
      status: 400,
      body: { __all__: [expect.stringMatching(/^Virtual machine name must be unique per cluster/)] },
    });
    expect(await api.post(`${machines}/`, { name: 'x'.repeat(65), cluster: cluster.id })).toMatchObject({
      status: 400,
      body: { name: ['Ensure this field has no more than 64 characters.'] },
    });
  });

  it('is settled by the client element by element', async () => {
    const cluster = await makeCluster(netbox());
    const name = netbox().unique('vm');
    const items = [
      { name, cluster: cluster.id },
      { name: netbox().unique('vm'), cluster: 99999999 },
      { name: name.toUpperCase(), cluster: cluster.id },
      { name: netbox().unique('vm'), cluster: cluster.id, status: 'nope' },
      { name: netbox().unique('vm'), cluster: cluster.id },
    ];
    const results = await netbox().client.bulkCreate(machines, items);
    netbox().remember(machines, ...results.flatMap(result => (result.ok ? [result.object] : [])));
    expect(results).toMatchObject([
      { index: 0, ok: true, object: { name } },
      { index: 1, ok: false, error: { kind: 'refused', fields: { cluster: [unknownCluster] } } },
      { index: 2, ok: false, error: { kind: 'refused', text: expect.stringContaining('twice') } },
      { index: 3, ok: false, error: { kind: 'refused', fields: { status: ['nope is not a valid choice.'] } } },
      { index: 4, ok: true, object: { name: items[4]?.name } },
    ]);
  });
});

onEveryNetBox('bulk update', netbox => {
  async function twoMachines() {
    const cluster = await makeCluster(netbox());
    return [await makeMachine(netbox(), { cluster: cluster.id }), await makeMachine(netbox(), { cluster: cluster.id })] as const;
  }

  it('changes what each element names, and answers with all', async () => {
    const [one, two] = await twoMachines();
    const updated = await netbox().api.patch(`${machines}/`, [
      { id: two.id, memory: 2 },
      { id: one.id, vcpus: 1.5 },
    ]);
    expect(updated.status).toBe(200);
    expect(updated.rows()).toHaveLength(2);
    expect(updated.rows()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: one.id, vcpus: 1.5, memory: null }),
        expect.objectContaining({ id: two.id, vcpus: null, memory: 2 }),
      ]),
    );
  });

  it('writes nothing when one element is bad; only from 4.7 on it says which', async () => {
    const [one, two] = await twoMachines();
    const refused = await netbox().api.patch(`${machines}/`, [
      { id: one.id, memory: 2 },
      { id: two.id, memory: 'much' },
    ]);
    expect(refused.status).toBe(400);
    const errors = { memory: ['A valid integer is required.'] };
    expect(refused.body).toEqual(
      netbox().session.capabilities.indexedBulkErrors
        ? { detail: '1 of 2 objects could not be updated.', errors: [{ id: two.id, errors }] }
        : errors,
    );
    expect((await netbox().api.get(`${machines}/${one.id}/`)).row()['memory']).toBeNull();
  });

  it('refuses ids that do not exist from 4.7 on, and skips them silently before', async () => {
    const [one] = await twoMachines();
    const answer = await netbox().api.patch(`${machines}/`, [
      { id: one.id, memory: 3 },
      { id: 99999999, memory: 3 },
    ]);
    if (netbox().session.capabilities.unknownIdsRefused) {
      const errors = [{ id: 99999999, errors: { id: ['Object with ID 99999999 does not exist'] } }];
      expect(answer).toMatchObject({ status: 400, body: { detail: '1 of 2 objects could not be found.', errors } });
    } else {
      expect(answer.status).toBe(200);
      expect(answer.rows().map(({ id }) => id)).toEqual([one.id]);
    }
  });

  it('is settled by the client element by element', async () => {
    const [one, two] = await twoMachines();
    const results = await netbox().client.bulkUpdate(machines, [
      { id: one.id, memory: 4 },
      { id: 99999999, memory: 4 },
      { id: two.id, memory: 'much' },
    ]);
    expect(results).toMatchObject([
      { ok: true, object: { id: one.id, memory: 4 } },
      { ok: false, error: { kind: 'missing' } },
      { ok: false, error: { kind: 'refused', fields: { memory: ['A valid integer is required.'] } } },
    ]);
  });
});

onEveryNetBox('bulk deletion', netbox => {
  it('takes ids in a body and answers nothing', async () => {
    const cluster = await makeCluster(netbox());
    const machine = await makeMachine(netbox(), { cluster: cluster.id });
    expect(await netbox().api.delete(`${machines}/`, [{ id: machine.id }])).toMatchObject({ status: 204, body: '' });
    expect((await netbox().api.get(`${machines}/${machine.id}/`)).status).toBe(404);
  });

  it('refuses ids that do not exist from 4.7 on, and skips them silently before', async () => {
    const machine = await makeMachine(netbox());
    const answer = await netbox().api.delete(`${machines}/`, [{ id: machine.id }, { id: 99999999 }]);
    const refuses = netbox().session.capabilities.unknownIdsRefused;
    expect(answer.status).toBe(refuses ? 400 : 204);
    expect((await netbox().api.get(`${machines}/${machine.id}/`)).status).toBe(refuses ? 200 : 404);
    const results = await netbox().client.bulkDelete(machines, [machine.id, 99999999]);
    expect(results).toMatchObject([{ ok: true }, refuses ? { ok: false, error: { kind: 'missing' } } : { ok: true }]);
    expect((await netbox().api.get(`${machines}/${machine.id}/`)).status).toBe(404);
  });

  it('answers 409 for what others depend on, and keeps the whole list', async () => {
    const [full, empty] = [await makeCluster(netbox()), await makeCluster(netbox())];
    await makeMachine(netbox(), { cluster: full.id });
    const alone = await netbox().api.delete(`${clusters}/${full.id}/`);
    expect(alone).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/^Unable to delete object\. 1 dependent objects were found: .+ \(\d+\)$/) },
    });
    const inList = await netbox().api.delete(`${clusters}/`, [{ id: empty.id }, { id: full.id }]);
    expect(inList.status).toBe(409);
    if (netbox().minor >= 7) {
      const errors = { __all__: ['Unable to delete: 1 dependent object(s) prevent deletion.'] };
      expect(inList.body).toEqual({ detail: '1 of 2 objects could not be deleted.', errors: [{ id: full.id, errors }] });
    }
    expect((await netbox().api.get(`${clusters}/?id=${empty.id}&id=${full.id}&fields=id`)).rows()).toHaveLength(2);

    await expect(netbox().client.remove(clusters, full.id)).rejects.toMatchObject({ name: 'NetBoxConflictError' });
    const results = await netbox().client.bulkDelete(clusters, [empty.id, full.id]);
    expect(results).toMatchObject([{ ok: true }, { ok: false, error: { kind: 'refused' } }]);
  });
});

onEveryNetBox('what a VM takes with it', netbox => {
  it('is its interfaces, disks, addresses and MAC addresses', async () => {
    const machine = await makeMachine(netbox());
    const nic = await makeInterface(netbox(), machine);
    const assigned = { assigned_object_type: 'virtualization.vminterface', assigned_object_id: nic.id };
    const address = await netbox().make('ipam/ip-addresses', { address: `${netbox().address()}/24`, ...assigned });
    const mac = await netbox().make('dcim/mac-addresses', { mac_address: netbox().macAddress(), ...assigned });
    const disk = await netbox().make(disks, { name: 'scsi0', virtual_machine: machine.id, size: 10 });
    const vlan = await netbox().make(vlans, { name: netbox().unique('vlan'), vid: 7 });
    expect((await netbox().api.delete(`${machines}/${machine.id}/`)).status).toBe(204);
    const left = await Promise.all(
      [
        [interfaces, nic],
        ['ipam/ip-addresses', address],
        ['dcim/mac-addresses', mac],
        [disks, disk],
        [vlans, vlan],
      ].map(([path, row]) => netbox().api.get(`${String(path)}/${(row as { id: number }).id}/`)),
    );
    expect(left.map(({ status }) => status)).toEqual([404, 404, 404, 404, 200]);
  });
});
