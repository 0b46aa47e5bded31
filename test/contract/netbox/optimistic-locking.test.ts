import { NetBoxPreconditionError } from '../../../clients/netbox/errors';
import { etagOf } from '../../../clients/netbox/etag';
import type { Row } from './support/api';
import { onEveryNetBox } from './support/netbox';
import { machines, makeCluster, makeInterface, makeMachine } from './support/world';

onEveryNetBox('ETag and If-Match', netbox => {
  const stale = 'W/"2020-01-01T00:00:00.000000+00:00"';
  const etag = (row: Row): string => etagOf(String(row['last_updated']));
  const reread = async (machine: Row): Promise<Row> => (await netbox().api.get(`${machines}/${machine.id}/`)).row();

  it('gives single objects an ETag that their last_updated tells, and lists none', async () => {
    const machine = await makeMachine(netbox());
    const detail = await netbox().api.get(`${machines}/${machine.id}/?fields=id,last_updated`);
    const patched = await netbox().api.patch(`${machines}/${machine.id}/`, { memory: 1 });
    const expected = netbox().session.capabilities.etag;
    expect(detail.headers.get('etag')).toBe(expected ? etag(detail.row()) : null);
    expect(patched.headers.get('etag')).toBe(expected ? etag(patched.row()) : null);
    expect((await netbox().api.get(`${machines}/?id=${machine.id}`)).headers.get('etag')).toBeNull();
    expect((await netbox().client.get(machines, machine.id)).etag).toBe(expected ? etag(patched.row()) : undefined);
  });

  it('refuses a change and a deletion with a stale ETag by 412; 4.5 takes no notice', async () => {
    const machine = await makeMachine(netbox());
    const change = await netbox().api.patch(`${machines}/${machine.id}/`, { memory: 2 }, { 'If-Match': stale });
    if (!netbox().session.capabilities.etag) return expect(change).toMatchObject({ status: 200, body: { memory: 2 } });
    expect(change).toMatchObject({ status: 412, body: { detail: 'Precondition failed.' } });
    expect(change.headers.get('etag')).toBe(etag(machine));
    expect((await netbox().api.delete(`${machines}/${machine.id}/`, undefined, { 'If-Match': stale })).status).toBe(412);
    expect((await netbox().api.patch(`${machines}/${machine.id}/`, { memory: 2 }, { 'If-Match': '*' })).status).toBe(200);

    const { client } = netbox();
    await expect(client.update(machines, machine.id, { memory: 3 }, { ifMatch: etag(machine) })).rejects.toThrow(
      NetBoxPreconditionError,
    );
    const current = etag(await reread(machine));
    await expect(client.update(machines, machine.id, { memory: 3 }, { ifMatch: current })).resolves.toMatchObject({ memory: 3 });
    const currentEtag = etag(await reread(machine));
    await expect(client.remove(machines, machine.id, { ifMatch: current })).rejects.toMatchObject({ currentEtag });
  });

  it('moves the ETag by a change that changes nothing, but not by one of an interface', async () => {
    const machine = await makeMachine(netbox(), { memory: 5 });
    await makeInterface(netbox(), machine);
    expect((await reread(machine))['last_updated']).toBe(machine['last_updated']);
    await netbox().api.patch(`${machines}/${machine.id}/`, { memory: 5 });
    expect((await reread(machine))['last_updated']).not.toBe(machine['last_updated']);
  });

  it('guards a list as a whole by the ETags of all its objects', async () => {
    if (!netbox().session.capabilities.etag) return;
    const cluster = await makeCluster(netbox());
    const [one, two] = [
      await makeMachine(netbox(), { cluster: cluster.id }),
      await makeMachine(netbox(), { cluster: cluster.id }),
    ];
    const both = [
      { id: one.id, memory: 8 },
      { id: two.id, memory: 8 },
    ];
    expect((await netbox().api.patch(`${machines}/`, both, { 'If-Match': `${etag(one)}, ${etag(two)}` })).status).toBe(200);
    const newer = etag(await reread(one));
    const refused = await netbox().api.patch(
      `${machines}/`,
      [
        { id: one.id, memory: 9 },
        { id: two.id, memory: 9 },
      ],
      { 'If-Match': `${newer}, ${etag(two)}` },
    );
    expect(refused).toMatchObject({ status: 412, body: { detail: 'Precondition failed.' } });
    expect(await reread(one)).toMatchObject({ memory: 8 });
  });

  it('lets the client change a list and find the objects that changed meanwhile', async () => {
    if (!netbox().session.capabilities.etag) return;
    const cluster = await makeCluster(netbox());
    const rows = [await makeMachine(netbox(), { cluster: cluster.id }), await makeMachine(netbox(), { cluster: cluster.id })];
    await netbox().api.patch(`${machines}/${rows[0]?.id}/`, { memory: 1 });
    const etags = new Map(rows.map(row => [row.id, etag(row)]));
    const items = rows.map(row => ({ id: row.id, memory: 6 }));
    const results = await netbox().client.bulkUpdate(machines, items, { etagOf: ({ id }) => etags.get(id) ?? stale });
    expect(results).toMatchObject([
      { ok: false, error: { kind: 'precondition' } },
      { ok: true, object: { memory: 6 } },
    ]);
  });
});
