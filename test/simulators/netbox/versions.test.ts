import { type Api, INTERFACES, MACS, makeCluster, startApi, VMS } from './support';

async function withVms(version: string): Promise<{ api: Api; cluster: number; ids: number[] }> {
  const api = await startApi({ version });
  const { cluster } = await makeCluster(api);
  const made = await api.post(`${VMS}/`, [
    { name: 'a', cluster },
    { name: 'b', cluster },
  ]);
  return { api, cluster, ids: made.list.map(vm => Number(vm.id)) };
}

describe.each(['4.5', '4.6'])('NetBox %s', version => {
  let api: Api;
  let cluster: number;
  let ids: number[];
  beforeEach(async () => ({ api, cluster, ids } = await withVms(version)));
  afterEach(() => api.running.close());

  it('answers a bad bulk POST with one entry per object and writes nothing', async () => {
    const answer = await api.post(`${VMS}/`, [
      { name: 'c', cluster },
      { name: 'd', cluster: 999_999 },
      { name: 'e', cluster, status: 'nope' },
    ]);
    expect(answer.status).toBe(400);
    expect(answer.list).toEqual([
      {},
      { cluster: ['Related object not found using the provided numeric ID: 999999'] },
      { status: ['nope is not a valid choice.'] },
    ]);
    expect((await api.get(`${VMS}/?name=c`)).body.count).toBe(0);
  });

  it('answers 500 when a bulk POST holds the same name twice, and writes nothing', async () => {
    const answer = await api.post(`${VMS}/`, [
      { name: 'c', cluster },
      { name: 'C', cluster },
    ]);
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({
      exception: 'IntegrityError',
      error: expect.stringContaining('duplicate key value violates unique'),
    });
    expect((await api.get(`${VMS}/?name=c`)).body.count).toBe(0);
  });

  it('does not say which object of a bulk PATCH was bad', async () => {
    const answer = await api.patch(
      `${VMS}/`,
      ids.map((id, at) => ({ id, memory: at === 1 ? 'x' : 5 })),
    );
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ memory: ['A valid integer is required.'] });
    expect((await api.get(`${VMS}/${ids[0]}/`)).body['memory']).toBeNull();
  });

  it('skips unknown ids of bulk PATCH and DELETE silently', async () => {
    const patched = await api.patch(`${VMS}/`, [
      { id: ids[0], memory: 7 },
      { id: 99_999, memory: 7 },
    ]);
    expect(patched.status).toBe(200);
    expect(patched.list.map(vm => vm.id)).toEqual([ids[0]]);
    expect((await api.remove(`${VMS}/`, [{ id: ids[0] }, { id: 99_999 }])).status).toBe(204);
    expect((await api.get(`${VMS}/`)).list.map(vm => vm.id)).toEqual([ids[1]]);
  });

  it('ignores mac_address on interfaces and background=true', async () => {
    const made = await api.post(`${INTERFACES}/?background=true`, [
      { virtual_machine: ids[0], name: 'net0', mac_address: 'bc:24:11:00:00:01' },
    ]);
    expect(made.status).toBe(201);
    expect(made.list[0]).toMatchObject({ mac_address: null, primary_mac_address: null });
    expect((await api.get(`${MACS}/`)).body.count).toBe(0);
  });

  it('reads a selection as its bare value', async () => {
    const set = await api.make('extras/custom-field-choice-sets', { name: 's', extra_choices: [['on', 'On']] });
    await api.make('extras/custom-fields', {
      name: 'state',
      type: 'select',
      choice_set: set,
      object_types: ['virtualization.virtualmachine'],
    });
    const answer = await api.patch(`${VMS}/${ids[0]}/`, { custom_fields: { state: 'on' } });
    expect(answer.body['custom_fields']).toEqual({ state: 'on' });
  });

  it('leaves the config context out on request', async () => {
    expect((await api.get(`${VMS}/?exclude=config_context`)).list[0]).not.toHaveProperty('config_context');
  });
});

describe('NetBox 4.5', () => {
  let api: Api;
  let cluster: number;
  let ids: number[];
  beforeEach(async () => ({ api, cluster, ids } = await withVms('4.5')));
  afterEach(() => api.running.close());

  it('has no ETag, ignores If-Match, add_tags and start, and has no VM types', async () => {
    const tag = await api.make('extras/tags', { name: 't', slug: 't' });
    const answer = await api.patch(`${VMS}/${ids[0]}/`, { memory: 1, add_tags: [tag] }, { 'if-match': 'W/"old"' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBeNull();
    expect(answer.body['tags']).toEqual([]);
    expect((await api.get(`${VMS}/?start=0&limit=1`)).body.count).toBe(2);
    expect((await api.get('virtualization/virtual-machine-types/')).status).toBe(404);
    expect(answer.body).not.toHaveProperty('virtual_machine_type');
  });

  it('wants a site or a cluster', async () => {
    const answer = await api.post(`${VMS}/`, { name: 'x' });
    expect(answer.body).toEqual({ cluster: ['A virtual machine must be assigned to a site and/or cluster.'] });
    expect(cluster).toBeGreaterThan(0);
  });
});

describe('NetBox 4.7', () => {
  let api: Api;
  let cluster: number;
  let ids: number[];
  beforeEach(async () => ({ api, cluster, ids } = await withVms('4.7')));
  afterEach(() => api.running.close());

  it('does bulk writes in the background and keeps their answer in the job', async () => {
    const bad = await api.post(`${VMS}/?background=true`, [{ name: 'c', cluster: 99_999 }]);
    expect(bad.status).toBe(202);
    const job = bad.body['job'] as { id: number; status: string };
    expect(job.status).toBe('pending');
    expect((await api.get(`core/jobs/${job.id}/`)).body).toMatchObject({
      status: { value: 'failed' },
      data: { status_code: 400, data: { detail: '1 of 1 objects could not be created.' } },
    });
    const good = await api.post(`${VMS}/?background=true`, [{ name: 'c', cluster }]);
    const done = good.body['job'] as { id: number };
    expect((await api.get(`core/jobs/${done.id}/`)).body).toMatchObject({ status: { value: 'completed' } });
    expect((await api.get(`${VMS}/?name=c`)).body.count).toBe(1);
  });

  it('can become another version while it runs', async () => {
    await api.control('POST', 'version', { version: '4.6' });
    const answer = await api.patch(`${VMS}/`, [{ id: 99_999 }]);
    expect(answer.headers.get('api-version')).toBe('4.6');
    expect(answer.status).toBe(200);
    expect((await api.get('status/')).body['netbox-version']).toBe('4.6.8');
    expect(ids).toHaveLength(2);
  });
});
