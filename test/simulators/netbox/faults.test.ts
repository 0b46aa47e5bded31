import { type Api, makeCluster, startApi, VMS } from './support';

describe('faults', () => {
  let api: Api;
  let cluster: number;
  beforeEach(async () => {
    api = await startApi();
    ({ cluster } = await makeCluster(api));
    await api.control('DELETE', 'requests');
  });
  afterEach(() => api.running.close());

  const fault = (when: string, action: object, match: object = { method: 'POST' }): Promise<unknown> =>
    api.control('POST', 'faults', { match, when, action });
  const count = async (): Promise<unknown> => (await api.get(`${VMS}/`)).body.count;
  const create = (name: string): ReturnType<Api['post']> => api.post(`${VMS}/`, { name, cluster });

  it('answers in place of NetBox, once, before any effect', async () => {
    await fault('before', { kind: 'status', status: 503, body: { detail: 'busy' }, headers: { 'Retry-After': '7' } });
    const answer = await create('a');
    expect(answer).toMatchObject({ status: 503, body: { detail: 'busy' } });
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(await count()).toBe(0);
    expect((await create('a')).status).toBe(201);
  });

  it('loses the answer after the effect', async () => {
    await fault('after', { kind: 'reset' });
    await expect(create('a')).rejects.toThrow('fetch failed');
    expect(await count()).toBe(1);
    const log = await api.control('GET', 'requests');
    expect(log.list[0]).toMatchObject({ n: 1, method: 'POST', status: 0, items: 1, user: 'admin' });
  });

  it('cuts the connection before the effect', async () => {
    await fault('before', { kind: 'reset' });
    await expect(create('a')).rejects.toThrow('fetch failed');
    expect(await count()).toBe(0);
  });

  it('cuts an answer in the middle', async () => {
    await create('a');
    await fault('after', { kind: 'truncate' }, { method: 'GET', pathPattern: 'virtual-machines' });
    await expect(api.get(`${VMS}/`)).rejects.toThrow();
    expect(await count()).toBe(1);
  });

  it('shows a proxy page instead of JSON', async () => {
    await fault('after', { kind: 'html' });
    const answer = await create('a');
    expect(answer.status).toBe(502);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await count()).toBe(1);
  });

  it('hangs, and drops the connection in the end', async () => {
    await fault('before', { kind: 'hang', ms: 30 });
    await expect(create('a')).rejects.toThrow('fetch failed');
  });

  it('hits the n-th matching request and as many after it as asked for', async () => {
    await fault('before', { kind: 'status', status: 502 }, { method: 'POST', bodyPattern: '"b', nth: 2, count: 2 });
    const statuses: number[] = [];
    for (const name of ['a', 'b1', 'b2', 'b3', 'b4']) statuses.push((await create(name)).status);
    expect(statuses).toEqual([201, 201, 502, 502, 201]);
    const [armed] = (await api.control('GET', 'faults')).list;
    expect(armed).toMatchObject({ seen: 4, fired: 2 });
    await api.control('DELETE', 'faults');
    expect((await api.control('GET', 'faults')).list).toEqual([]);
  });

  it('refuses a fault that it does not understand', async () => {
    expect((await api.control('POST', 'faults', { match: {}, when: 'later', action: { kind: 'reset' } })).status).toBe(400);
    expect((await api.control('POST', 'faults', { match: {}, when: 'after', action: { kind: 'explode' } })).status).toBe(400);
  });
});
