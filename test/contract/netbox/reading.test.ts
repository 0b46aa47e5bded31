import { NetBoxFilterIgnoredError, NetBoxNotFoundError } from '../../../clients/netbox/errors';
import type { Row } from './support/api';
import { onEveryNetBox } from './support/netbox';
import { disks, ids, interfaces, machines, makeCluster, makeInterface, makeMachine, sites } from './support/world';

onEveryNetBox('lists', netbox => {
  let cluster: Row;
  let all: Row[];
  beforeAll(async () => {
    cluster = await makeCluster(netbox());
    all = [];
    for (let count = 0; count < 5; count += 1) all.push(await makeMachine(netbox(), { cluster: cluster.id }));
  }, 60_000);

  const list = (query: string) => netbox().api.get(`${machines}/?cluster_id=${cluster.id}&${query}`);

  it('come in pages with a count, fifty rows unless asked otherwise', async () => {
    const { body } = await list('limit=2&offset=2');
    expect(body).toMatchObject({ count: 5, results: expect.any(Array) });
    expect(body).toHaveProperty('next', expect.stringMatching(/limit=2.*offset=4|offset=4.*limit=2/));
    expect(body).toHaveProperty('previous', expect.stringContaining('limit=2'));
    expect((await list('')).body).toMatchObject({ count: 5, next: null, previous: null });
  });

  it('page by id where `start` is known, and where it is not by a filter on the id', async () => {
    const rows = ids(all);
    if (netbox().session.capabilities.startPaging) {
      const first = await list(`start=${rows[1]}&limit=2&fields=id`);
      expect(first.body).toMatchObject({ count: null, results: [{ id: rows[1] }, { id: rows[2] }] });
      expect(first.body).toHaveProperty('next', expect.stringContaining(`start=${Number(rows[2]) + 1}`));
      const last = await list(`start=${rows[3]}&limit=2&fields=id`);
      expect(last.rows()).toEqual([{ id: rows[3] }, { id: rows[4] }]);
      expect((await list('start=1&ordering=id')).status).toBe(400);
      expect((await list('start=1&offset=1')).status).toBe(400);
    }
    expect((await list(`ordering=id&id__gt=${rows[2]}&limit=1&fields=id`)).body).toMatchObject({
      count: 2,
      results: [{ id: rows[3] }],
    });
  });

  it('are read whole by the client, whatever the page size', async () => {
    const { client } = netbox();
    const options = { filters: { cluster_id: cluster.id }, fields: ['name'] };
    for (const pageSize of [1, 2, 5, 1_000]) {
      expect((await client.listAll(machines, { ...options, pageSize })).map(({ id }) => id)).toEqual(ids(all));
    }
    expect(await client.listAll(machines, { ...options, limit: 3 })).toHaveLength(3);
    expect(await client.count(machines, options.filters)).toBe(5);
  });

  it('have only the fields asked for; unknown ones are ignored', async () => {
    const [machine] = all;
    expect((await list(`id=${machine?.id}&fields=id,name,no_such_field`)).rows()).toEqual([
      { id: machine?.id, name: machine?.['name'] },
    ]);
    const brief = (await list(`id=${machine?.id}&brief=true`)).rows()[0];
    expect(brief).toMatchObject({ id: machine?.id, name: machine?.['name'], display: machine?.['name'] });
    expect(brief).not.toHaveProperty('status');
    expect((await netbox().api.get(`${machines}/${machine?.id}/?fields=id`)).body).toEqual({ id: machine?.id });
  });

  it('return everything for a filter that NetBox does not know, which the client refuses to believe', async () => {
    expect((await list('no_such_filter=1')).body).toMatchObject({ count: 5 });
    expect((await list('cf_no_such_field=1')).body).toMatchObject({ count: 5 });
    const listing = netbox().client.listAll(machines, {
      filters: { cluster_id: cluster.id, nmae: all[0]?.['name'] as string },
      expect: row => row['name'] === all[0]?.['name'],
    });
    await expect(listing).rejects.toThrow(NetBoxFilterIgnoredError);
  });

  it('refuse values that a known filter cannot have', async () => {
    const cases: [string, object][] = [
      [`${machines}/?id=abc`, { id: ['Enter a whole number.'] }],
      [`${machines}/?status=nope`, { status: ['Select a valid choice. nope is not one of the available choices.'] }],
      [
        `${machines}/?cluster_id=99999999`,
        { cluster_id: ['Select a valid choice. 99999999 is not one of the available choices.'] },
      ],
      [`${machines}/?tag=no-such-tag`, { tag: ['Select a valid choice. no-such-tag is not one of the available choices.'] }],
      [
        `${interfaces}/?virtual_machine_id=99999999`,
        { virtual_machine_id: [expect.stringContaining('Select a valid choice. 99999999 ')] },
      ],
      [
        `${disks}/?virtual_machine_id=99999999`,
        { virtual_machine_id: [expect.stringContaining('Select a valid choice. 99999999 ')] },
      ],
    ];
    for (const [path, body] of cases) expect(await netbox().api.get(path)).toMatchObject({ status: 400, body });
    for (const path of ['ipam/ip-addresses/?virtual_machine_id=99999999', 'dcim/mac-addresses/?vminterface_id=99999999']) {
      expect((await netbox().api.get(path)).status).toBeLessThanOrEqual(400);
    }
  });

  it('find by id, leaving out ids that do not exist', async () => {
    const wanted = [...ids(all), 99999999];
    expect((await netbox().api.get(`${machines}/?fields=id&${wanted.map(id => `id=${id}`).join('&')}`)).body).toMatchObject({
      count: 5,
    });
    expect(ids(await netbox().client.listByIds(machines, wanted, { fields: ['name'] }))).toEqual(ids(all));
  });

  it('find VMs by name without regard to case', async () => {
    const [one, two] = all.map(row => String(row['name']));
    expect(ids((await list(`name=${one?.toUpperCase()}&name=${two}`)).rows())).toEqual(ids(all.slice(0, 2)));
    expect(ids((await list(`name__ie=${one?.toUpperCase()}`)).rows())).toEqual(ids(all.slice(0, 1)));
    expect((await list(`name__ic=${one?.slice(2)}`)).rows()).toHaveLength(1);
    expect((await list(`name__n=${one}`)).rows()).toHaveLength(4);
  });

  it('find children by several parents, and the client survives parents that are gone', async () => {
    const [one, two, three] = all as [Row, Row, Row];
    const [first, second] = [await makeInterface(netbox(), one), await makeInterface(netbox(), two)];
    await makeInterface(netbox(), three);
    const found = await netbox().api.get(`${interfaces}/?virtual_machine_id=${one.id}&virtual_machine_id=${two.id}`);
    expect(ids(found.rows())).toEqual(ids([first, second]));
    expect((await netbox().api.get(`${interfaces}/?cluster_id=${cluster.id}`)).body).toMatchObject({ count: 3 });
    const rows = await netbox().client.listByParents(interfaces, 'virtual_machine_id', [99999998, one.id, 99999999, two.id], {
      fields: ['name'],
    });
    expect(ids(rows)).toEqual(ids([first, second]));
    expect(await netbox().client.listByParents(disks, 'virtual_machine_id', [99999999, one.id])).toEqual([]);
  });

  it('of virtual disks ignore cluster_id', async () => {
    await netbox().make(disks, { name: 'scsi0', virtual_machine: all[4]?.id, size: 1 });
    const other = await makeCluster(netbox());
    expect((await netbox().api.get(`${disks}/?cluster_id=${other.id}&virtual_machine_id=${all[4]?.id}`)).rows()).toHaveLength(1);
    expect(await netbox().client.listByParents(disks, 'virtual_machine_id', ids(all))).toHaveLength(1);
  });

  it('exist for everything that reflection reads, and page by id', async () => {
    const paths = [
      'extras/tags extras/custom-fields extras/custom-field-choice-sets extras/custom-links extras/journal-entries',
      'dcim/sites dcim/manufacturers dcim/device-types dcim/device-roles dcim/platforms dcim/devices dcim/mac-addresses',
      'virtualization/cluster-types virtualization/clusters virtualization/virtual-machines virtualization/interfaces virtualization/virtual-disks',
      'ipam/vlans ipam/ip-addresses ipam/vrfs core/object-changes users/permissions',
    ].flatMap(line => line.split(' '));
    if (netbox().session.capabilities.vmTypes) paths.push('virtualization/virtual-machine-types');
    for (const path of paths) {
      const rows = await netbox().client.listAll(path, { fields: ['id'], pageSize: 2, limit: 5 });
      expect(rows.every(row => Object.keys(row).join() === 'id')).toBe(true);
    }
  });

  it('do not exist for what is not installed', async () => {
    expect((await netbox().api.get('plugins/no-such-plugin/things/')).status).toBe(404);
    await expect(netbox().client.listAll('plugins/no-such-plugin/things')).rejects.toThrow(NetBoxNotFoundError);
    await expect(netbox().client.get(sites, 99999999)).rejects.toThrow(NetBoxNotFoundError);
    if (!netbox().session.capabilities.vmTypes)
      expect((await netbox().api.get('virtualization/virtual-machine-types/')).status).toBe(404);
  });

  it('want the slash at the end: reads are redirected, writes are not found', async () => {
    const read = await netbox().api.get('dcim/sites');
    expect([301, 302]).toContain(read.status);
    expect((await netbox().api.post('dcim/sites', {})).status).toBe(404);
  });
});
