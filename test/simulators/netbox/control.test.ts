import { ADDRESSES, type Api, INTERFACES, makeCluster, startApi, VMS } from './support';

describe('control', () => {
  let api: Api;
  let cluster: number;
  beforeEach(async () => {
    api = await startApi();
    ({ cluster } = await makeCluster(api));
  });
  afterEach(() => api.running.close());

  it('numbers every API request and tells how many objects it carried', async () => {
    await api.control('DELETE', 'requests');
    await api.post(`${VMS}/`, [
      { name: 'a', cluster },
      { name: 'b', cluster },
    ]);
    await api.get(`${VMS}/?limit=1`);
    await api.get('nothing/');
    const log = await api.control('GET', 'requests');
    expect(log.list).toMatchObject([
      { n: 1, method: 'POST', path: `/api/${VMS}/`, status: 201, items: 2 },
      { n: 2, method: 'GET', query: 'limit=1', status: 200, items: 1 },
      { n: 3, status: 404 },
    ]);
  });

  it('refuses objects like a custom validator, and the whole list with them', async () => {
    await api.control('POST', 'refusals', {
      objectType: 'virtualization.virtualmachine',
      namePattern: '^bad',
      field: 'name',
      message: 'No bad names here.',
    });
    const answer = await api.post(`${VMS}/`, [
      { name: 'good', cluster },
      { name: 'bad one', cluster },
    ]);
    expect(answer.body['errors']).toEqual([{ index: 1, errors: { name: ['No bad names here.'] } }]);
    expect((await api.get(`${VMS}/`)).body.count).toBe(0);
    expect((await api.control('GET', 'refusals')).list[0]).toMatchObject({ hits: 1 });
  });

  it('goes back to a snapshot: contents, ids and users', async () => {
    await api.make(VMS, { name: 'old', cluster });
    const { id } = (await api.control('POST', 'snapshot')).body;
    const vm = await api.make(VMS, { name: 'new', cluster });
    await api.control('POST', 'restore', { id });
    expect((await api.get(`${VMS}/`)).list.map(row => row['name'])).toEqual(['old']);
    expect(await api.make(VMS, { name: 'other', cluster })).toBe(vm);
    expect((await api.control('POST', 'restore', { id: 'none' })).status).toBe(400);
  });

  it('starts over on reset', async () => {
    await api.control('POST', 'faults', { match: {}, when: 'before', action: { kind: 'status', status: 500 } });
    await api.control('POST', 'reset');
    expect((await api.get('virtualization/clusters/')).body.count).toBe(0);
    expect((await api.control('GET', 'requests')).list).toHaveLength(1);
  });

  it('dumps two worlds alike when only ids, times and order differ', async () => {
    const fill = async (target: Api, names: string[]): Promise<string> => {
      const place = await makeCluster(target, 'k');
      for (const name of names) {
        const vm = await target.make(VMS, { name, cluster: place.cluster });
        const nic = await target.make(INTERFACES, { virtual_machine: vm, name: 'net0' });
        await target.make(ADDRESSES, {
          address: `10.0.0.${name.length}/24`,
          assigned_object_type: 'virtualization.vminterface',
          assigned_object_id: nic,
        });
      }
      return (await target.control('GET', 'dump')).text;
    };
    const [one, two] = [await startApi(), await startApi()];
    await two.remove(`extras/tags/${await two.make('extras/tags', { name: 'gone', slug: 'gone' })}/`);
    const dumps = [await fill(one, ['x', 'yy']), await fill(two, ['yy', 'x'])];
    await Promise.all([one.running.close(), two.running.close()]);
    expect(JSON.parse(dumps[0] ?? '')).toEqual(JSON.parse(dumps[1] ?? ''));
    expect(JSON.parse(dumps[0] ?? '')).toMatchObject({
      [VMS]: { 'k/x': { cluster: 'k', site: 'site-k' } },
      [ADDRESSES]: { '10.0.0.1/24@@k/x/net0': { assigned_object_type: ['virtualization.vminterface', 'k/x/net0'] } },
    });
  });

  it('does in-process what it does over HTTP', async () => {
    const { simulator } = api.running;
    const id = simulator.snapshot();
    await api.make(VMS, { name: 'a', cluster });
    expect(simulator.dump()[VMS]).toHaveProperty('c1/a');
    simulator.restore(id);
    expect(simulator.dump()[VMS]).toEqual({});
    simulator.faults.add({ match: {}, when: 'before', action: { kind: 'status', status: 418 } });
    expect((await api.get('status/')).status).toBe(418);
  });
});
