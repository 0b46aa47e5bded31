import { type Api, makeCluster, startApi, VMS } from './support';

describe('permissions', () => {
  let api: Api;
  let one: number;
  let two: number;
  beforeEach(async () => {
    api = await startApi();
    one = (await makeCluster(api, 'one')).cluster;
    two = (await makeCluster(api, 'two')).cluster;
    await api.post(`${VMS}/`, [
      { name: 'a', cluster: one },
      { name: 'b', cluster: two },
    ]);
  });
  afterEach(() => api.running.close());

  const user = async (permissions: object[], more: object = {}): Promise<Api> => {
    const made = await api.control('POST', 'users', { username: `u${Math.random()}`, permissions, ...more });
    return api.as(String(made.body['token']));
  };
  const machines = 'virtualization.virtualmachine';

  it('shorten lists silently and hide single objects', async () => {
    const limited = await user([{ objectTypes: [machines], actions: ['view', 'change'], constraints: { cluster__name: 'one' } }]);
    const list = await limited.get(`${VMS}/`);
    expect(list.body.count).toBe(1);
    expect(list.list.map(vm => vm['name'])).toEqual(['a']);
    const hidden = (await api.get(`${VMS}/?name=b`)).list[0]?.id;
    expect((await limited.get(`${VMS}/${hidden}/`)).status).toBe(404);
    expect((await limited.patch(`${VMS}/${hidden}/`, { memory: 1 })).status).toBe(404);
    expect((await limited.patch(`${VMS}/`, [{ id: hidden, memory: 1 }])).body['errors']).toEqual([
      { id: hidden, errors: { id: [`Object with ID ${hidden} does not exist`] } },
    ]);
  });

  it('roll back a write that leaves the constraint', async () => {
    const limited = await user([
      { objectTypes: [machines], actions: ['view', 'add', 'change'], constraints: { cluster__name: 'one' } },
    ]);
    expect((await limited.post(`${VMS}/`, { name: 'c', cluster: two })).status).toBe(403);
    const mine = (await limited.get(`${VMS}/?name=a`)).list[0]?.id;
    const moved = await limited.patch(`${VMS}/`, [{ id: mine, cluster: two, site: null }]);
    expect(moved.status).toBe(403);
    expect((await api.get(`${VMS}/?cluster_id=${two}`)).body.count).toBe(1);
  });

  it('let an unseen object be named by its id, and not by its attributes', async () => {
    const limited = await user([{ objectTypes: [machines], actions: ['view', 'add'] }]);
    expect((await limited.post(`${VMS}/`, { name: 'c', cluster: one })).status).toBe(201);
    expect((await limited.post(`${VMS}/`, { name: 'd', cluster: { name: 'one' } })).body).toEqual({
      cluster: ["Related object not found using the provided attributes: {'name': 'one'}"],
    });
  });

  it('are needed for every action, by a token that may write', async () => {
    const viewer = api.as(api.running.viewerToken);
    expect((await viewer.get(`${VMS}/`)).body.count).toBe(2);
    expect((await viewer.post(`${VMS}/`, { name: 'x', cluster: one })).status).toBe(403);
    const reader = await user([{ actions: ['view', 'add', 'change', 'delete'] }], { writeEnabled: false, tokenVersion: 1 });
    expect((await reader.get(`${VMS}/`)).status).toBe(200);
    expect((await reader.post(`${VMS}/`, { name: 'x', cluster: one })).body).toEqual({
      detail: 'You do not have permission to perform this action.',
    });
    const nobody = await user([]);
    expect((await nobody.get(`${VMS}/`)).status).toBe(403);
  });

  it('can be taken from a token while it is in use', async () => {
    const token = String((await api.control('POST', 'users', { username: 'boss', superuser: true })).body['token']);
    const boss = api.as(token);
    expect((await boss.get(`${VMS}/`)).body.count).toBe(2);
    const permissions = [
      { objectTypes: [machines], actions: ['view'], constraints: [{ name: 'a' }, { name__startswith: 'zz' }] },
    ];
    await api.control('POST', 'permissions', { token, permissions });
    expect((await boss.get(`${VMS}/`)).list.map(vm => vm['name'])).toEqual(['a']);
  });
});
