import { NetBoxAuthError, NetBoxPermissionError } from '../../../clients/netbox/errors';
import { onEveryNetBox } from './support/netbox';
import { makePerson, makeToken } from './support/people';
import { makeCluster, makeMachine, clusters, ids, interfaces, machines, makeInterface, disks } from './support/world';

onEveryNetBox('tokens', netbox => {
  it('announces version and plugins, and the minor version and a request id with every answer', async () => {
    const { api, session } = netbox();
    const { status, body, headers } = await api.get('status/');
    expect(status).toBe(200);
    expect(body).toMatchObject({ 'netbox-version': session.versionText, plugins: expect.any(Object) });
    expect(headers.get('api-version')).toBe(`4.${session.version.minor}`);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('makes a request id of its own', async () => {
    const own = '11111111-1111-1111-1111-111111111111';
    expect((await netbox().api.get('status/', { 'X-Request-ID': own })).headers.get('x-request-id')).not.toBe(own);
  });

  it.each([
    ['no token', undefined, 'Authentication credentials were not provided.'],
    ['another scheme', 'Basic abc', 'Authentication credentials were not provided.'],
    ['a wrong v1 token', `Token ${'a'.repeat(40)}`, 'Invalid v1 token'],
    ['a wrong v2 token', `Bearer nbt_aaaaaaaaaaaa.${'a'.repeat(40)}`, 'Invalid v2 token'],
  ])('answers 403, never 401, to %s', async (_, token, detail) => {
    for (const path of ['status/', 'dcim/sites/', 'dcim/sites/1/']) {
      expect(await netbox().as(token).get(path)).toMatchObject({ status: 403, body: { detail } });
    }
    if (token !== undefined) await expect(netbox().clientAs(token).open()).rejects.toThrow(NetBoxAuthError);
  });

  it('accepts v1 and v2 tokens, decided by how the token begins', async () => {
    const person = await makePerson(netbox(), []);
    const v1 = await makeToken(netbox(), person, { version: 1 });
    const v2 = await makeToken(netbox(), person);
    expect(v1).toMatch(/^Token [A-Za-z0-9]{40}$/);
    expect(v2).toMatch(/^Bearer nbt_[A-Za-z0-9]{12}\.[A-Za-z0-9]{40}$/);
    for (const token of [v1, v2, v2.replace('Bearer', 'Token')]) {
      expect(await netbox().as(token).get('authentication-check/')).toMatchObject({ status: 200, body: { id: person.id } });
      await expect(
        netbox()
          .clientAs(token.split(' ')[1] ?? '')
          .open(),
      ).resolves.toMatchObject({ versionText: netbox().session.versionText });
    }
  });
});

onEveryNetBox('permissions', netbox => {
  const denied = { status: 403, body: { detail: 'You do not have permission to perform this action.' } };

  it('lets a viewer read and nothing else', async () => {
    const cluster = await makeCluster(netbox());
    const machine = await makeMachine(netbox(), { cluster: cluster.id });
    const viewer = await makeToken(
      netbox(),
      await makePerson(netbox(), [{ types: ['virtualization.virtualmachine'], actions: ['view'] }]),
    );
    const api = netbox().as(viewer);
    expect(await api.get(`${machines}/${machine.id}/`)).toMatchObject({ status: 200, body: { id: machine.id } });
    expect(await api.post(`${machines}/`, [{ name: 'x', cluster: cluster.id }])).toMatchObject(denied);
    expect(await api.patch(`${machines}/`, [{ id: machine.id, memory: 1 }])).toMatchObject(denied);
    expect(await api.patch(`${machines}/${machine.id}/`, { memory: 1 })).toMatchObject(denied);
    expect(await api.delete(`${machines}/`, [{ id: machine.id }])).toMatchObject(denied);

    const updating = netbox()
      .clientAs(viewer)
      .bulkUpdate(machines, [{ id: machine.id, memory: 1 }]);
    // Before 4.7 the same answer may be about one object only.
    if (netbox().session.capabilities.indexedBulkErrors) await expect(updating).rejects.toThrow(NetBoxPermissionError);
    else await expect(updating).resolves.toMatchObject([{ ok: false, error: { kind: 'refused', text: denied.body.detail } }]);
  });

  it('answers 403 for a model that the token may not view, in list and detail', async () => {
    const token = await makeToken(netbox(), await makePerson(netbox(), []));
    expect(await netbox().as(token).get(`${disks}/`)).toMatchObject(denied);
    expect(await netbox().as(token).get(`${disks}/1/`)).toMatchObject(denied);
    await expect(netbox().clientAs(token).listAll(disks)).rejects.toThrow(NetBoxPermissionError);
  });

  it('refuses writes with a token that only reads', async () => {
    const machine = await makeMachine(netbox());
    const person = await makePerson(netbox(), [{ types: ['virtualization.virtualmachine'], actions: ['view', 'change'] }]);
    const token = await makeToken(netbox(), person, { write_enabled: false });
    expect(await netbox().as(token).patch(`${machines}/${machine.id}/`, { memory: 1 })).toMatchObject(denied);
    expect(
      await netbox()
        .as(await makeToken(netbox(), person))
        .patch(`${machines}/${machine.id}/`, { memory: 1 }),
    ).toMatchObject({ status: 200 });
  });

  it('shortens lists silently, while the counters of a cluster count every VM', async () => {
    const cluster = await makeCluster(netbox());
    const [seen, hidden] = [
      await makeMachine(netbox(), { cluster: cluster.id }),
      await makeMachine(netbox(), { cluster: cluster.id }),
    ];
    await makeInterface(netbox(), hidden);
    const person = await makePerson(netbox(), [
      { types: ['virtualization.virtualmachine'], actions: ['view', 'change'], constraints: { name: seen['name'] } },
      { types: ['virtualization.cluster', 'virtualization.vminterface'], actions: ['view'] },
    ]);
    const token = await makeToken(netbox(), person);
    const api = netbox().as(token);
    expect((await api.get(`${machines}/?cluster_id=${cluster.id}`)).body).toMatchObject({ count: 1, results: [{ id: seen.id }] });
    expect((await api.get(`${machines}/?id=${hidden.id}`)).body).toMatchObject({ count: 0 });
    expect(await api.get(`${machines}/${hidden.id}/`)).toMatchObject({
      status: 404,
      body: { detail: 'No VirtualMachine matches the given query.' },
    });
    expect((await api.patch(`${machines}/${hidden.id}/`, { memory: 1 })).status).toBe(404);
    expect((await api.get(`${clusters}/?id=${cluster.id}&fields=id,virtualmachine_count`)).rows()).toEqual([
      { id: cluster.id, virtualmachine_count: 2 },
    ]);
    expect((await api.get(`${interfaces}/?virtual_machine_id=${hidden.id}`)).body).toMatchObject({ count: 1 });

    const client = netbox().clientAs(token);
    expect(ids(await client.listByIds(machines, [seen.id, hidden.id]))).toEqual([seen.id]);
    const results = await client.bulkUpdate(machines, [
      { id: seen.id, memory: 7 },
      { id: hidden.id, memory: 7 },
    ]);
    expect(results).toMatchObject([{ ok: true }, { ok: false, error: { kind: 'missing' } }]);
    expect((await netbox().api.get(`${machines}/${hidden.id}/`)).row()['memory']).toBeNull();
  });

  it('refuses an object that would leave the constraint, alone and in a list', async () => {
    const cluster = await makeCluster(netbox());
    const allowed = netbox().unique('vm');
    const person = await makePerson(netbox(), [
      { types: ['virtualization.virtualmachine'], actions: ['view', 'add', 'change'], constraints: { name: allowed } },
    ]);
    const token = await makeToken(netbox(), person);
    const other = { name: netbox().unique('vm'), cluster: cluster.id };
    expect(await netbox().as(token).post(`${machines}/`, other)).toMatchObject(denied);
    const inList = await netbox().as(token).post(`${machines}/`, [other]);
    expect(inList.status).toBe(403);
    if (netbox().minor >= 7) {
      const words = 'You do not have permission to perform this action on this object.';
      expect(inList.body).toEqual({
        detail: '1 of 1 objects could not be created.',
        errors: [{ index: 0, errors: { __all__: [words] } }],
      });
    }

    const results = await netbox()
      .clientAs(token)
      .bulkCreate(machines, [other, { name: allowed, cluster: cluster.id }]);
    netbox().remember(machines, ...results.flatMap(result => (result.ok ? [result.object] : [])));
    expect(results).toMatchObject([
      { ok: false, error: { kind: 'refused', text: expect.stringContaining('permission') } },
      { ok: true },
    ]);
  });

  it('checks no permission on what an object refers to', async () => {
    const cluster = await makeCluster(netbox());
    const token = await makeToken(
      netbox(),
      await makePerson(netbox(), [{ types: ['virtualization.virtualmachine'], actions: ['view', 'add'] }]),
    );
    const created = await netbox()
      .as(token)
      .post(`${machines}/`, { name: netbox().unique('vm'), cluster: cluster.id });
    expect(created.status).toBe(201);
    netbox().remember(machines, created.row());
    expect((await netbox().as(token).get(`${clusters}/`)).status).toBe(403);
  });
});
