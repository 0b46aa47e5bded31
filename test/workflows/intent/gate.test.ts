import { container, vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, update, type Diff, type IntentLab, type IntentRun } from './support/intent-lab';

jest.setTimeout(120_000);

let lab: IntentLab;
let cluster: Cluster;
let user: { id: string };
let token: string;

beforeAll(async () => {
  lab = await startIntentLab();
  cluster = await lab.writable('gamma', [
    vm(100, 'one', { power: 'stopped' }),
    vm(101, 'two', { power: 'stopped' }),
    container(102, 'three', { power: 'stopped' }),
  ]);
  const { world } = lab;
  user = await world.api('POST', '/users', { username: 'engineer' });
  await world.api('POST', '/roles', { name: 'half', permissions: ['view', 'intent_update_vm'] });
  await world.api('POST', `/users/${user.id}/roles`, { role: 'half' });
  ({ token } = await world.api<{ token: string }>('POST', `/users/${user.id}/tokens`, { name: 'tests' }));
});
beforeEach(() => lab.switchIntent(true));
afterAll(() => lab.stop());

const change = (vmid: number): Diff => update(vmid, { memory_mib: 2048 + Math.floor(Math.random() * 1000) });
const runs = async (): Promise<number> =>
  (await lab.world.api<{ items: unknown[] }>('GET', '/runs?kind=intent-apply&limit=500')).items.length;

test.each([
  ['off', 'intent_disabled', () => lab.switchIntent(false)],
  [
    'on without its phrase',
    'intent_phrase_missing',
    () => lab.world.database.pool.query(`delete from setting where name = 'netbox_to_proxmox_typed_confirmation'`),
  ],
])('with the master switch %s nothing is made', async (_, reason, arrange) => {
  await arrange();
  const before = await runs();
  await expect(lab.apply(cluster, [change(100)])).rejects.toThrow(new RegExp(`403 .*${reason}`));
  expect(await runs()).toBe(before);
  const plan = await lab.planOf(cluster, [change(100)]);
  expect(plan).toMatchObject({ permitted: false, verdicts: [{ verdict: 'blocked', reason }] });
  expect(lab.writesOf(cluster)).toEqual([]);
});

test('an endpoint that is read-only is not written to, and its write credential stays unused', async () => {
  await lab.allow(cluster, false);
  const run = await lab.apply(cluster, [change(100)]);
  expect(run.intent).toMatchObject({ overall: 'failed', results: [{ state: 'refused', reason: 'endpoint_writes_disabled' }] });
  expect(lab.writesOf(cluster)).toEqual([]);
  const { tokenId } = cluster.proxmox.tokens.full;
  expect(cluster.proxmox.requests.list().filter(({ identity }) => identity === tokenId)).toEqual([]);
  await lab.allow(cluster, true);
});

test('writes forbidden between plan and apply stop the change', async () => {
  const plan = await lab.planOf(cluster, [change(100)]);
  await lab.allow(cluster, false);
  const run = await lab.applyPlan(plan);
  expect(run.intent.results).toMatchObject([{ state: 'refused', reason: 'endpoint_writes_disabled' }]);
  expect(lab.writesOf(cluster)).toEqual([]);
  await lab.allow(cluster, true);
});

test('without the permission for one of three changes that one is left out', async () => {
  const diffs = [change(100), change(101), { ...change(102), kind: 'lxc' }];
  const run = await applyAs(diffs);
  expect(run.intent.results).toMatchObject([
    { vmid: 100, state: 'applied' },
    { vmid: 101, state: 'applied' },
    { vmid: 102, state: 'refused', status: 'skipped', reason: 'permission_denied' },
  ]);
  expect(run.intent.results[2]?.message).toContain('intent_update_lxc');
  expect(lab.writesOf(cluster)).toEqual([
    expect.stringMatching(/qemu\/100\/config$/),
    expect.stringMatching(/qemu\/101\/config$/),
  ]);
});

test('a permission that was taken away after the plan does not count any more', async () => {
  const plan = await as<{ id: string; digest: string }>(
    'POST',
    '/intent/plan',
    { endpoint_id: cluster.id, diffs: [change(100)] },
    'wait=60',
  );
  const [binding] = (await lab.world.api<{ items: { id: string }[] }>('GET', `/users/${user.id}/roles`)).items;
  await lab.world.api('DELETE', `/users/${user.id}/roles/${binding?.id}`);
  // Somebody else applies what they asked for: it is theirs all the same.
  const { id } = await lab.world.api<{ id: string }>('POST', '/intent/apply', { plan_id: plan.id, digest: plan.digest });
  await lab.world.awaitRun(id);
  const run = await lab.runOf(id);
  expect(run.intent.results).toMatchObject([{ state: 'refused', status: 'skipped', reason: 'permission_denied' }]);
  expect(lab.writesOf(cluster)).toEqual([]);
});

async function applyAs(diffs: Diff[]): Promise<IntentRun> {
  const { id } = await as<{ id: string }>('POST', '/intent/apply', { endpoint_id: cluster.id, diffs });
  await lab.world.awaitRun(id);
  return lab.runOf(id);
}

const as = <T>(method: string, path: string, body: unknown, prefer = ''): Promise<T> =>
  lab.world.api<T>(method, path, body, { authorization: `Bearer ${token}`, ...(prefer !== '' && { prefer }) });
