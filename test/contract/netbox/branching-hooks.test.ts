import { createHmac } from 'node:crypto';
import { installNetBoxHook, type NetBoxHookDeps } from '../../../activities/intent/netbox-hook';
import { createNetBoxBranching } from '../../../clients/netbox/branching/client';
import { createNetBoxHooks } from '../../../clients/netbox/hooks';
import { inside, makeBranch, operate } from './support/branching';
import { type Listener, startListener } from './support/listener';
import { onEveryBranchingNetBox, onEveryNetBox } from './support/netbox';
import { machines, makeMachine } from './support/world';

const secret = 'a key that both sides know';

onEveryBranchingNetBox('the webhook for branches', netbox => {
  let listener: Listener;
  beforeAll(async () => {
    listener = await startListener();
  });
  afterAll(() => listener.close());

  const depsFor = (name: string): NetBoxHookDeps => ({
    name,
    hooks: createNetBoxHooks(netbox().client),
    branching: createNetBoxBranching(netbox().client),
    hookUrl: listener.url,
    verifyTls: true,
    secret: () => Promise.resolve(secret),
  });

  const install = async (deps: NetBoxHookDeps): Promise<{ webhook: number; rule: number; words: string[] }> => {
    const installed = await installNetBoxHook(deps);
    if (installed.kind !== 'installed') throw new Error('NetBox has no branches');
    const { webhook, rule } = installed;
    if (webhook.outcome === 'made') netbox().remember('extras/webhooks', webhook);
    if (rule.outcome === 'made') netbox().remember('extras/event-rules', rule);
    return {
      webhook: webhook.id,
      rule: rule.id,
      words: [webhook.outcome, ...webhook.corrected, rule.outcome, ...rule.corrected],
    };
  };

  it('is made once, for branches alone, and what was changed is put right', async () => {
    const { api } = netbox();
    const deps = depsFor(netbox().unique('hook'));
    const first = await install(deps);
    expect(first.words).toEqual(['made', 'made']);
    expect((await install(deps)).words).toEqual(['unchanged', 'unchanged']);
    expect((await api.get(`extras/event-rules/${first.rule}/`)).row()).toMatchObject({
      enabled: true,
      object_types: ['netbox_branching.branch'],
      event_types: ['branch_merged', 'branch_reverted'],
      conditions: null,
      action_type: { value: 'webhook' },
      action_object_type: 'extras.webhook',
      action_object_id: first.webhook,
      action_object: { id: first.webhook },
    });

    await api.patch(`extras/webhooks/${first.webhook}/`, { payload_url: 'http://127.0.0.1:9/', secret: 'other' });
    await api.patch(`extras/event-rules/${first.rule}/`, { enabled: false, event_types: ['object_created', 'branch_merged'] });
    expect((await install(deps)).words.toSorted()).toEqual(
      ['corrected', 'corrected', 'enabled', 'event_types', 'payload_url', 'secret'].toSorted(),
    );
    expect((await api.get(`extras/webhooks/${first.webhook}/`)).row()).toMatchObject({ payload_url: listener.url, secret });
    expect((await install(deps)).words).toEqual(['unchanged', 'unchanged']);

    await api.delete(`extras/event-rules/${first.rule}/`);
    const again = await install(deps);
    expect(again).toMatchObject({ webhook: first.webhook, words: ['unchanged', 'made'] });
  });

  it('is called with a signature when a branch is merged and when it is reverted, and for nothing else', async () => {
    const { api } = netbox();
    await install(depsFor(netbox().unique('hook')));
    const machine = await makeMachine(netbox(), { memory: 1 });
    const branch = await makeBranch(netbox());
    await api.patch(`${machines}/${machine.id}/`, { memory: 2 }, inside(branch));
    await operate(netbox(), branch, 'merge');
    await operate(netbox(), branch, 'revert');
    const about = (event: string) => (call: Listener['calls'][number]) =>
      call.parsed['event'] === event && (call.parsed['data'] as { id?: unknown }).id === branch.id;
    const merged = await listener.call(about('branch_merged'));
    expect(merged.headers).toMatchObject({
      'content-type': 'application/json',
      'x-hook-signature': createHmac('sha512', secret).update(merged.body).digest('hex'),
    });
    expect(merged.parsed).toMatchObject({
      event: 'branch_merged',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      object_type: 'netbox_branching.branch',
      data: {
        id: branch.id,
        name: branch['name'],
        schema_id: branch['schema_id'],
        status: 'merged',
        merged_time: expect.stringMatching(/^\d{4}-/),
        merged_by: expect.any(Number),
        custom_fields: expect.any(Object),
      },
    });
    expect(merged.parsed).not.toHaveProperty('snapshots');
    expect(merged.parsed).not.toHaveProperty('request');
    await listener.call(about('branch_reverted'));
    const events = listener.calls.map(call => call.parsed['event']);
    expect(new Set(events)).toEqual(new Set(['branch_merged', 'branch_reverted']));
  });

  it('is refused for events that there are not, and for addresses that are none', async () => {
    const { api } = netbox();
    const rule = { name: netbox().unique('rule'), object_types: ['netbox_branching.branch'], action_type: 'webhook' };
    const unknown = await api.post('extras/event-rules/', { ...rule, event_types: ['branch_forgotten'] });
    expect(unknown).toMatchObject({ status: 400, body: { event_types: expect.anything() } });
    const hook = await api.post('extras/webhooks/', { name: netbox().unique('hook'), payload_url: 'file:///etc/passwd' });
    expect(hook).toMatchObject({ status: 400, body: { payload_url: [expect.stringContaining('valid URL')] } });
  });
});

onEveryNetBox('a NetBox without branches', netbox => {
  it('gets no webhook', async () => {
    const branching = createNetBoxBranching(netbox().client);
    if (await branching.isInstalled()) return;
    const installed = await installNetBoxHook({
      hooks: createNetBoxHooks(netbox().client),
      branching,
      hookUrl: 'http://127.0.0.1:9/',
      verifyTls: true,
      secret: () => Promise.resolve(secret),
    });
    expect(installed).toEqual({ kind: 'no-branching' });
    expect((await netbox().api.get('extras/webhooks/')).rows()).toEqual([]);
  });
});
