import { startListener, type Listener } from '../../contract/netbox/support/listener';
import { type Api, type Body, makeCluster, startApi, VMS } from './support';

const BRANCHES = 'plugins/branching/branches';

describe('branches', () => {
  let api: Api;
  let cluster: number;
  beforeEach(async () => {
    api = await startApi({ branching: true });
    ({ cluster } = await makeCluster(api));
  });
  afterEach(() => api.running.close());

  const branchIn = async (id: number, status: string): Promise<Body> => {
    for (;;) {
      const { body } = await api.get(`${BRANCHES}/${id}/`);
      if ((body['status'] as { value: string }).value === status) return body;
    }
  };
  const open = async (name = 'one'): Promise<Body & { id: number }> => {
    const id = await api.make(BRANCHES, { name });
    return { ...(await branchIn(id, 'ready')), id };
  };
  const inside = (branch: Body): Record<string, string> => ({ 'x-netbox-branch': String(branch['schema_id']) });
  const jobOf = async (id: number): Promise<Body> => {
    for (;;) {
      const { body } = await api.get(`core/jobs/${id}/`);
      if (['completed', 'errored'].includes((body['status'] as { value: string }).value)) return body;
    }
  };
  /** A VM of 1 MB in main that is 2 MB in a new branch. */
  const changed = async (): Promise<{ vm: number; branch: Body & { id: number } }> => {
    const vm = await api.make(VMS, { name: 'vm', cluster, memory: 1 });
    const branch = await open();
    await api.patch(`${VMS}/${vm}/`, { memory: 2 }, inside(branch));
    return { vm, branch };
  };
  const memoryOf = async (vm: number): Promise<unknown> => (await api.get(`${VMS}/${vm}/`)).body['memory'];

  it('are there only when asked for, in the version that fits', async () => {
    expect((await api.get('status/')).body['plugins']).toEqual({ netbox_branching: '1.2.2' });
    await api.control('POST', 'version', { version: '4.6' });
    expect((await api.get('status/')).body['plugins']).toEqual({ netbox_branching: '1.1.3' });
    const plain = await startApi();
    expect((await plain.get('status/')).body['plugins']).toEqual({});
    expect((await plain.get(`${BRANCHES}/`)).status).toBe(404);
    expect((await plain.request('GET', `${VMS}/`, undefined, { 'x-netbox-branch': 'nothing1' })).status).toBe(200);
    const hook = await plain.control('POST', 'branching/hooks', { kind: 'fail-job', error: 'x' });
    expect(hook.body['error']).toContain('without branching');
    await plain.running.close();
  });

  it('stand still in between while a job is delayed', async () => {
    const { vm, branch } = await changed();
    await api.control('POST', 'branching/hooks', { kind: 'delay-job', operation: 'merge', ms: 1_500 });
    const asked = await api.post(`${BRANCHES}/${branch.id}/merge/`, { commit: true });
    await branchIn(branch.id, 'merging');
    expect(await memoryOf(vm)).toBe(1);
    expect((await api.get(`core/jobs/${asked.body.id}/`)).body['status']).toMatchObject({ value: 'running' });
    expect((await api.request('GET', `${VMS}/`, undefined, inside(branch))).status).toBe(400);
    expect((await api.remove(`${BRANCHES}/${branch.id}/`)).body).toEqual({
      detail: 'A branch in the merging status may not be deleted.',
    });
    await jobOf(Number(asked.body.id));
    expect(await memoryOf(vm)).toBe(2);
  });

  it('stay open when a merge fails on order, once', async () => {
    const { vm, branch } = await changed();
    await api.control('POST', 'branching/hooks', { kind: 'fail-job', operation: 'merge', error: "OperationalError('gone')" });
    const failed = await api.post(`${BRANCHES}/${branch.id}/merge/`, { commit: true });
    expect(await jobOf(Number(failed.body.id))).toMatchObject({
      status: { value: 'errored' },
      error: "OperationalError('gone')",
    });
    await branchIn(branch.id, 'ready');
    expect(await memoryOf(vm)).toBe(1);
    const merged = await api.post(`${BRANCHES}/${branch.id}/merge/`, { commit: true });
    expect(await jobOf(Number(merged.body.id))).toMatchObject({ status: { value: 'completed' } });
  });

  it('are failed when their provisioning fails on order', async () => {
    await api.control('POST', 'branching/hooks', { kind: 'fail-job', operation: 'provision', error: 'x' });
    await branchIn(await api.make(BRANCHES, { name: 'poor' }), 'failed');
  });

  it('meet the custom validators of main when they are merged', async () => {
    const branch = await open();
    await api.request('POST', `${VMS}/`, { name: 'bad vm', cluster }, inside(branch));
    await api.control('POST', 'refusals', { namePattern: '^bad', message: 'No bad names here.' });
    const asked = await api.post(`${BRANCHES}/${branch.id}/merge/`, { commit: true });
    const job = await jobOf(Number(asked.body.id));
    expect(job).toMatchObject({
      status: { value: 'errored' },
      data: { report: [{ type: 'validation_error', detail: 'No bad names here.' }] },
    });
  });

  it('come back with a snapshot, and go with a reset', async () => {
    const { vm, branch } = await changed();
    const { id } = (await api.control('POST', 'snapshot')).body;
    const asked = await api.post(`${BRANCHES}/${branch.id}/merge/`, { commit: true });
    await jobOf(Number(asked.body.id));
    await api.control('POST', 'restore', { id });
    expect(await memoryOf(vm)).toBe(1);
    expect((await api.request('GET', `${VMS}/${vm}/`, undefined, inside(branch))).body['memory']).toBe(2);
    await api.control('POST', 'reset');
    expect((await api.get(`${BRANCHES}/`)).body.count).toBe(0);
  });

  describe('and their webhooks', () => {
    let listener: Listener;
    beforeEach(async () => {
      listener = await startListener();
      const webhook = await api.make('extras/webhooks', { name: 'us', payload_url: listener.url });
      await api.make('extras/event-rules', {
        name: 'branches',
        object_types: ['netbox_branching.branch'],
        event_types: ['branch_provisioned', 'branch_merged', 'branch_deprovisioned'],
        action_type: 'webhook',
        action_object_type: 'extras.webhook',
        action_object_id: webhook,
      });
    });
    afterEach(() => listener.close());

    it('lose a call on order, while the branch event stands', async () => {
      const { branch } = await changed();
      await api.control('POST', 'branching/hooks', { kind: 'lose-webhook', event: 'branch_merged' });
      const asked = await api.post(`${BRANCHES}/${branch.id}/merge/`, { commit: true });
      await jobOf(Number(asked.body.id));
      await api.post(`${BRANCHES}/${branch.id}/archive/`, {});
      await listener.call(call => call.parsed['event'] === 'branch_deprovisioned');
      expect(listener.calls.map(call => call.parsed['event'])).toEqual(['branch_provisioned', 'branch_deprovisioned']);
      expect((await api.control('GET', 'branching/deliveries')).list).toMatchObject([
        { event: 'branch_provisioned', url: listener.url, status: 200 },
        { event: 'branch_merged', status: 0 },
        expect.objectContaining({ event: 'branch_deprovisioned' }),
      ]);
      expect((await api.get('plugins/branching/branch-events/?type=merged')).body.count).toBe(1);
    });

    it('tell of a branch that is deleted', async () => {
      const branch = await open();
      expect((await api.remove(`${BRANCHES}/${branch.id}/`)).status).toBe(204);
      const { parsed } = await listener.call(call => call.parsed['event'] === 'branch_deprovisioned');
      expect(parsed['data']).toMatchObject({ id: branch.id, name: 'one', schema_id: branch['schema_id'] });
      expect((await api.request('GET', `${VMS}/`, undefined, inside(branch))).text).toBe('Invalid branch identifier');
    });

    it('go when their webhook is deleted', async () => {
      const { list } = await api.get('extras/webhooks/');
      await api.remove(`extras/webhooks/${list[0]?.id}/`);
      expect((await api.get('extras/event-rules/')).body.count).toBe(0);
      await open();
      expect(listener.calls).toEqual([]);
    });
  });
});
