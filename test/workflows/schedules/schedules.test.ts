import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduleView } from '../../../api/schedules/schema';
import { startNetBoxSimulator, type RunningNetBox } from '../../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { workflowIds } from '../../../workflows/names';
import { startSyncWorld, type SyncWorld } from '../../support/sync-world';

jest.setTimeout(180_000);

let netbox: RunningNetBox;
let proxmox: ProxmoxSimulator;
let world: SyncWorld;
let endpoint: { id: string };
let owner: { id: string; username: string };

beforeAll(async () => {
  [netbox, proxmox] = await Promise.all([startNetBoxSimulator(), startProxmoxSimulator()]);
  world = await startSyncWorld(netbox, { PROXBOX_PLAN_CHANGE_LIMIT_PERCENT: '100' });
  endpoint = await world.addEndpoint('lab', proxmox);
  owner = await world.api('POST', '/users', { username: 'night-shift' });
  await world.api('POST', `/users/${owner.id}/roles`, { role: 'operator' });
  await world.startWorker();
});
afterAll(async () => {
  await world.stop();
  await Promise.all([proxmox.close(), netbox.close()]);
});
afterEach(async () => {
  for (const { id } of (await list()).items) await world.api('DELETE', `/schedules/${id}`, undefined, { 'if-match': '*' });
});

let count = 0;
const list = (): Promise<{ items: ScheduleView[] }> => world.api('GET', '/schedules');
const show = (id: string): Promise<ScheduleView> => world.api('GET', `/schedules/${id}`);
const make = (body: Record<string, unknown> = {}): Promise<ScheduleView> =>
  world.api('POST', '/schedules', {
    name: `schedule ${(count += 1)}`,
    owner: owner.username,
    cron: '0 3 1 1 *',
    endpoints: ['lab'],
    dryRun: true,
    ...body,
  });
const trigger = (id: string): Promise<unknown> => world.api('POST', `/schedules/${id}/trigger`);
const temporalHandle = ({ id }: { id: string }) => world.client.schedule.getHandle(workflowIds.scheduledSync(id));

/** Waits until the schedule shows something. */
async function until(id: string, holds: (schedule: ScheduleView) => boolean): Promise<ScheduleView> {
  for (;;) {
    const schedule = await show(id);
    if (holds(schedule)) return schedule;
    await sleep(100);
  }
}
const ended = ({ firings }: ScheduleView): boolean =>
  firings.length > 0 && firings.every(({ run }) => run === null || !['pending', 'running'].includes(run.state ?? ''));

test('fires by itself, as its owner, with its scope', async () => {
  const { id } = await make({ cron: null, everySeconds: 10, kinds: ['tag'] });
  const { firings, nextTimes } = await until(id, ended);
  expect(firings.at(-1)).toMatchObject({ result: 'started', message: null, run: { state: 'completed', reason: null } });
  expect(Date.parse(firings.at(-1)?.dueAt ?? '') % 10_000).toBe(0);
  expect(nextTimes?.length).toBeGreaterThan(0);
  const run = await world.api('GET', `/runs/${firings.at(-1)?.run?.id}`);
  expect(run).toMatchObject({
    requestedBy: 'night-shift',
    scope: { dryRun: true, endpoints: [endpoint.id], kinds: ['tag'] },
    state: 'completed',
  });
  const audit = await world.api<{ items: { runId: string; detail: object }[] }>(
    'GET',
    `/audit?action=schedule.fire&objectId=${id}`,
  );
  expect(audit.items.find(({ runId }) => runId === firings.at(-1)?.run?.id)).toMatchObject({
    actor: { kind: 'system', name: expect.stringMatching(/^schedule\//) },
    result: 'succeeded',
    detail: { as: 'night-shift', result: 'started' },
  });
});

test('runs now when asked, also while it is paused, and keeps the note of the pause', async () => {
  const { id } = await make();
  const paused = await world.api<ScheduleView>('POST', `/schedules/${id}/pause`, { note: 'NetBox is upgraded' });
  expect(paused).toMatchObject({ paused: true, note: 'NetBox is upgraded' });
  expect((await temporalHandle({ id }).describe()).state).toMatchObject({ paused: true, note: 'NetBox is upgraded' });
  await trigger(id);
  expect(await until(id, ended)).toMatchObject({ paused: true, firings: [{ result: 'started', run: { state: 'completed' } }] });
  expect(await world.api('POST', `/schedules/${id}/resume`)).toMatchObject({ paused: false, note: null });
});

test('says that a sync which covers it is running already, and starts none', async () => {
  proxmox.faults.add({ match: { pathPattern: '^/cluster/resources' }, when: 'before', action: { kind: 'delay', ms: 3_000 } });
  const { id } = await make();
  const running = await world.startSync();
  await trigger(id);
  const { firings } = await until(id, ended);
  expect(firings).toMatchObject([{ result: 'skipped', run: null, message: expect.stringContaining(running) }]);
  const { items } = await world.api<{ items: object[] }>('GET', `/audit?action=schedule.fire&objectId=${id}`);
  expect(items).toMatchObject([{ result: 'refused', reason: expect.stringContaining(running) }]);
  await world.awaitRun(running);
});

test('makes up for each time of a range', async () => {
  const { id } = await make({ cron: '0 * * * *' });
  const hour = 3_600_000;
  const to = Math.floor(Date.now() / hour) * hour - hour / 2;
  const range = { from: new Date(to - 2 * hour).toISOString(), to: new Date(to).toISOString() };
  await world.api('POST', `/schedules/${id}/backfill`, { ...range, overlap: 'buffer_all' });
  const { firings } = await until(id, schedule => schedule.firings.length === 2 && ended(schedule));
  expect(firings.map(({ result }) => result)).toEqual(['started', 'started']);
  const due = firings.map(({ dueAt }) => Date.parse(dueAt ?? ''));
  expect(due).toEqual([to - hour / 2, to - (3 * hour) / 2]);
});

describe('acts with the rights that its owner has when it is due', () => {
  test('and is refused when they are lost: that pauses it, with Temporal saying why', async () => {
    const { id } = await make({ pauseOnFailure: true });
    const roles = await world.api<{ items: { id: string }[] }>('GET', `/users/${owner.id}/roles`);
    await world.api('DELETE', `/users/${owner.id}/roles/${roles.items[0]?.id}`);
    try {
      await trigger(id);
      const schedule = await until(id, ({ paused }) => paused);
      expect(schedule.firings).toMatchObject([
        { result: 'refused', run: null, message: expect.stringMatching(/night-shift.*lacks the permission run_sync/) },
      ]);
      expect(schedule.note).toMatch(/paused due to workflow failure/);
      const { items } = await world.api<{ items: object[] }>('GET', `/audit?action=schedule.pause&objectId=${id}`);
      expect(items).toMatchObject([{ actor: { kind: 'system' }, detail: { by: 'Temporal' } }]);
    } finally {
      await world.api('POST', `/users/${owner.id}/roles`, { role: 'operator' });
    }
  });

  test('and is refused when the user is gone', async () => {
    const leaver = await world.api<{ id: string }>('POST', '/users', { username: 'leaver' });
    await world.api('POST', `/users/${leaver.id}/roles`, { role: 'operator' });
    const { id } = await make({ owner: 'leaver' });
    await world.api('DELETE', `/users/${leaver.id}`, undefined, { 'if-match': '*' });
    await trigger(id);
    const { firings, owner: shown } = await until(id, ended);
    expect(firings).toMatchObject([{ result: 'refused', message: expect.stringContaining('was deleted') }]);
    expect(shown).toEqual({ id: leaver.id, username: null });
  });
});

test('is refused when its endpoints were deleted: it never covers others instead', async () => {
  const second = await world.addEndpoint('short-lived', proxmox, { enabled: false });
  const { id } = await make({ endpoints: [second.id] });
  await world.api('DELETE', `/endpoints/${second.id}`, undefined, { 'if-match': '*' });
  await trigger(id);
  const { firings, endpoints } = await until(id, ended);
  expect(firings).toMatchObject([{ result: 'refused', message: 'Every endpoint of this schedule was deleted.' }]);
  expect(endpoints).toEqual([{ id: second.id, name: null }]);
});

test('a failed sync fails its workflow, so that pause-on-failure hears of it', async () => {
  const dead = await world.addEndpoint('dead', proxmox, { url: 'https://127.0.0.1:9' });
  const { id } = await make({ endpoints: ['dead'], pauseOnFailure: true });
  await trigger(id);
  const { firings } = await until(id, ({ paused }) => paused);
  expect(firings).toMatchObject([{ result: 'started', run: { state: 'failed', reason: 'endpoint-failed' } }]);
  await world.api('DELETE', `/endpoints/${dead.id}`, undefined, { 'if-match': '*' });
});

describe('the row is the record', () => {
  test('from which a schedule that Temporal lost is made anew', async () => {
    const { id } = await make({ paused: true, note: 'for the test' });
    await temporalHandle({ id }).delete();
    const [shown] = (await list()).items;
    expect(shown?.nextTimes).not.toBeNull();
    expect((await temporalHandle({ id }).describe()).state).toMatchObject({ paused: true, note: 'for the test' });
  });

  test('and it follows who paused it in Temporal', async () => {
    const { id, version } = await make();
    await temporalHandle({ id }).pause('by hand');
    expect(await show(id)).toMatchObject({ paused: true, note: 'by hand', version: version + 1 });
    await temporalHandle({ id }).unpause();
    expect(await show(id)).toMatchObject({ paused: false });
  });

  test('and a change of it reaches Temporal', async () => {
    const { id, version } = await make();
    const change = { everySeconds: 3_600, jitterSeconds: 60, overlap: 'buffer_one', catchUpSeconds: 900 };
    const changed = await world.api('PATCH', `/schedules/${id}`, change, { 'if-match': `"${version}"` });
    expect(changed).toMatchObject({ ...change, cron: null });
    const { spec, policies } = await temporalHandle({ id }).describe();
    expect(spec).toMatchObject({ intervals: [{ every: 3_600_000 }], jitter: 60_000 });
    expect(policies).toMatchObject({ overlap: 'BUFFER_ONE', catchupWindow: 900_000 });
    await expect(world.api('PATCH', `/schedules/${id}`, change, { 'if-match': `"${version}"` })).rejects.toThrow(/412/);
  });
});

test.each([
  { body: { cron: '61 * * * *' }, pointer: '/cron', says: /minute/i },
  { body: { cron: 'every day' }, pointer: '/cron', says: /5-7|fields/i },
  { body: { cron: '0 25 * * *' }, pointer: '/cron', says: /hour/i },
  { body: { cron: null, everySeconds: 60, offsetSeconds: 600 }, pointer: '/offsetSeconds', says: /less than everySeconds/ },
  { body: { timeZone: 'europe/berlin' }, pointer: '/timeZone', says: /does not know this time zone/ },
])('a timing that Temporal does not understand is refused with what is wrong: $body', async ({ body, pointer, says }) => {
  const refused = await make(body).then(
    () => 'taken',
    (error: Error) => error.message,
  );
  expect(refused).toMatch(new RegExp(`: 422 .*"pointer":"${pointer}"`));
  expect(refused).toMatch(says);
  expect((await list()).items).toEqual([]);
});

describe('while its last sync still runs', () => {
  const slowly = (ms: number): unknown =>
    proxmox.faults.add({ match: { pathPattern: '^/cluster/resources' }, when: 'before', action: { kind: 'delay', ms } });
  const backfillTwo = (id: string, overlap: string): Promise<unknown> => {
    const hour = 3_600_000;
    const to = Math.floor(Date.now() / hour) * hour - hour / 2;
    const range = { from: new Date(to - 2 * hour).toISOString(), to: new Date(to).toISOString() };
    return world.api('POST', `/schedules/${id}/backfill`, { ...range, overlap });
  };

  test('another time is left out and counted, and running it now is refused', async () => {
    slowly(3_000);
    const { id } = await make({ cron: '0 * * * *' });
    await backfillTwo(id, 'skip');
    await until(id, ({ firings }) => firings.length > 0);
    await expect(trigger(id)).rejects.toThrow(/409 .*run-open/);
    const schedule = await until(id, each => ended(each) && each.skippedOverlaps === 1);
    expect(schedule.firings).toHaveLength(1);
  });

  test('cancel_other cancels it first, and then runs', async () => {
    slowly(14_000);
    const { id } = await make({ cron: null, everySeconds: 10, overlap: 'cancel_other' });
    const { firings } = await until(id, each => each.firings.some(({ run }) => run?.state === 'completed'));
    expect(firings.at(-1)?.run?.state).toBe('cancelled');
  });

  test('cancelling the scheduled workflow cancels its run', async () => {
    slowly(4_000);
    const { id } = await make();
    await trigger(id);
    await until(id, ({ firings }) => firings[0]?.run?.state === 'running');
    const { info } = await temporalHandle({ id }).describe();
    const workflowId = info.recentActions.at(-1)?.action.workflow.workflowId ?? '';
    await world.client.workflow.getHandle(workflowId).cancel();
    expect((await until(id, ended)).firings).toMatchObject([{ run: { state: 'cancelled' } }]);
  });

  test('a run that somebody cancels is no failure of its schedule', async () => {
    slowly(4_000);
    const { id } = await make({ pauseOnFailure: true });
    await trigger(id);
    const { firings } = await until(id, each => each.firings[0]?.run?.state === 'running');
    await world.api('POST', `/runs/${firings[0]?.run?.id}/cancel`);
    await until(id, ended);
    const { info } = await temporalHandle({ id }).describe();
    const workflowId = info.recentActions.at(-1)?.action.workflow.workflowId ?? '';
    expect(await world.client.workflow.getHandle(workflowId).result()).toMatchObject({ result: 'started', state: 'cancelled' });
    expect(await show(id)).toMatchObject({ paused: false });
  });
});

test('the daily purge is set up once, and purges by the settings', async () => {
  const handle = world.client.schedule.getHandle(workflowIds.retention);
  const { action, spec } = await handle.describe();
  expect(action).toMatchObject({ workflowType: 'retention' });
  expect(spec.calendars).toHaveLength(1);
  const { version } = await world.api<{ version: number }>('GET', '/settings');
  await world.api('PATCH', '/settings', { run_retention_days: 1 }, { 'if-match': `"${version}"` });
  await world.database.pool.query(
    `insert into run (id, kind, requested_by, workflow_id, state, created_at)
     values (gen_random_uuid(), 'full-sync', 'somebody', 'w', 'completed', now() - interval '3 days')`,
  );
  await handle.trigger();
  for (let actions: unknown[] = []; actions.length === 0;) actions = (await handle.describe()).info.recentActions;
  const [started] = (await handle.describe()).info.recentActions;
  const purged = await world.client.workflow.getHandle(started?.action.workflow.workflowId ?? '').result();
  expect(purged).toMatchObject({ runs: 1 });
});
