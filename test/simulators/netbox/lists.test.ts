import { type Api, INTERFACES, makeCluster, startApi, VMS } from './support';

describe('lists', () => {
  let api: Api;
  let cluster: number;
  beforeEach(async () => {
    api = await startApi();
    ({ cluster } = await makeCluster(api));
  });
  afterEach(() => api.running.close());

  const names = async (query = ''): Promise<unknown[]> =>
    (await api.get(`${VMS}/?fields=name${query}`)).list.map(vm => vm['name']);

  it('stay in natural order while objects come, go and change their names', async () => {
    await api.post(
      `${VMS}/`,
      ['vm-10', 'vm-9', 'VM-2', 'a_1', 'a-1'].map(name => ({ name, cluster })),
    );
    expect(await names()).toEqual(['a_1', 'a-1', 'VM-2', 'vm-9', 'vm-10']);
    const [first] = (await api.get(`${VMS}/?name=vm-9`)).list;
    await api.patch(`${VMS}/${first?.id}/`, { name: 'vm-100' });
    const [gone] = (await api.get(`${VMS}/?name=a_1`)).list;
    await api.remove(`${VMS}/${gone?.id}/`);
    await api.make(VMS, { name: 'b', cluster });
    expect(await names()).toEqual(['a-1', 'b', 'VM-2', 'vm-10', 'vm-100']);
    expect(await names('&ordering=-name')).toEqual(['vm-100', 'vm-10', 'VM-2', 'b', 'a-1']);
  });

  it('hold every object once when paged by offset or by id, at most a thousand on a page', async () => {
    const all = Array.from({ length: 1100 }, (_, at) => ({ name: `m${at}`, cluster }));
    for (let at = 0; at < all.length; at += 100) await api.post(`${VMS}/`, all.slice(at, at + 100));
    const page = await api.get(`${VMS}/?limit=0&fields=id`);
    expect(page.list).toHaveLength(1000);
    const rest = await fetch(String(page.body['next']), { headers: { authorization: api.running.token } });
    const second = (await rest.json()) as { results: { id: number }[] };
    expect(new Set([...page.list, ...second.results].map(vm => vm.id)).size).toBe(1100);
    const cursor = await api.get(`${VMS}/?start=0&limit=600&fields=id`);
    expect(cursor.body.count).toBeNull();
    expect(cursor.body['next']).toContain('start=601');
    expect((await api.get(`${VMS}/?start=601&limit=600&fields=id`)).list).toHaveLength(500);
  });

  it('roll back completely when the last of many objects is bad', async () => {
    const vm = await api.make(VMS, { name: 'a', cluster });
    const nics = Array.from({ length: 20 }, (_, at) => ({
      virtual_machine: vm,
      name: `net${at % 19}`,
      mac_address: `bc:24:11:00:00:${10 + at}`,
    }));
    expect((await api.post(`${INTERFACES}/`, nics)).status).toBe(400);
    for (const path of [
      INTERFACES,
      'dcim/mac-addresses',
      'core/object-changes/?changed_object_type=virtualization.vminterface',
    ]) {
      expect((await api.get(path.includes('?') ? path : `${path}/`)).body.count).toBe(0);
    }
    expect((await api.get(`${VMS}/${vm}/`)).body['interface_count']).toBe(0);
  });
});
