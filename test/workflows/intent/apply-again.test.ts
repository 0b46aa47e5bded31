import type { IntentMergeView, IntentPlanView } from '../../../api/intent/schema';
import type { Row } from '../../contract/netbox/support/api';
import { branches, eventually, inside, valueOf } from '../../contract/netbox/support/branching';
import { apiOf, type ApiAddress } from '../../cli/support/api-address';
import { proxbox } from '../../cli/support/proxbox';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, type IntentLab, type IntentRun } from './support/intent-lab';

jest.setTimeout(180_000);

const machines = 'virtualization/virtual-machines';
const names = ['one', 'two', 'three'];

let lab: IntentLab;
let cluster: Cluster;
let api: ApiAddress;
let as: Record<string, string>;

beforeAll(async () => {
  lab = await startIntentLab({ netbox: { branching: true }, env: { PROXBOX_INTENT_WATCH_SECONDS: '1' } });
  const template = vm(900, 'golden', { power: 'stopped', config: { template: 1, scsi0: 'ceph:base-900-disk-0,size=4G' } });
  cluster = await lab.writable('psi', [template, ...names.map((name, n) => vm(100 + n, name, { power: 'stopped' }))], {
    fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0' } },
  });
  const { world } = lab;
  const { id } = await world.api<{ id: string }>('POST', '/users', { username: 'engineer' });
  await world.api('POST', '/roles', { name: 'engineers', permissions: ['view', 'intent_create_vm', 'intent_update_vm'] });
  await world.api('POST', `/users/${id}/roles`, { role: 'engineers' });
  await world.api('PUT', `/users/${id}/netbox-link`, { netboxUsername: 'admin' }, { 'if-match': '*' });
  const { token } = await world.api<{ token: string }>('POST', `/users/${id}/tokens`, { name: 'tests' });
  as = { authorization: `Bearer ${token}` };
  await lab.switchIntent(true);
  await eventually(async () => {
    const { rowCount } = await world.database.pool.query('select from branch_watch where first_event is not null');
    const fields = (await lab.person.get('extras/custom-fields/?name=apply_to_proxmox')).rows();
    return rowCount === 1 && fields.length === 1 ? true : undefined;
  });
  api = await apiOf(world);
});
afterAll(async () => {
  await api?.close();
  await lab?.stop();
});
afterEach(() => {
  cluster.proxmox.faults.clear();
  lab.netbox.simulator.faults.clear();
});

const branchIn = (id: number, status: string): Promise<Row> =>
  eventually(async () => {
    const branch = (await lab.person.get(`${branches}/${id}/`)).row();
    return valueOf(branch['status']) === status ? branch : undefined;
  });
async function makeBranch(name: string): Promise<Row> {
  const { id } = (await lab.person.post(`${branches}/`, { name, custom_fields: { apply_to_proxmox: true } })).row();
  return branchIn(id, 'ready');
}
const setMemory = async (branch: Row, name: string, memory: number): Promise<void> => {
  const { id } = await lab.vmNamed(name);
  expect((await lab.person.patch(`${machines}/${id}/`, { memory }, inside(branch))).status).toBe(200);
};
async function operate(branch: Row, verb: 'merge' | 'revert'): Promise<void> {
  expect((await lab.person.post(`${branches}/${branch.id}/${verb}/`, { commit: true })).status).toBe(200);
  await branchIn(branch.id, verb === 'merge' ? 'merged' : 'ready');
}
const runsOf = async (branch: Row): Promise<string[]> => {
  const { rows } = await lab.world.database.pool.query<{ id: string }>(
    'select run_id as id from intent_plan where branch_id = $1 and run_id is not null order by created_at desc',
    [branch.id],
  );
  return rows.map(({ id }) => id);
};
const newRun = (branch: Row, known: number): Promise<string> =>
  eventually(async () => {
    const runs = await runsOf(branch);
    return runs.length > known ? runs[0] : undefined;
  });
async function ended(id: string): Promise<IntentRun> {
  await lab.world.awaitRun(id);
  return lab.runOf(id);
}
const planOf = ({ id }: Row): Promise<IntentPlanView> =>
  lab.world.api('POST', '/intent/plan', { branch_id: id }, { prefer: 'wait=60', ...as });
const applyPlan = async ({ id, digest }: IntentPlanView): Promise<string> =>
  (await lab.world.api<{ id: string }>('POST', '/intent/apply', { plan_id: id, digest }, as)).id;
const statesOf = ({ intent }: IntentRun): [string, string][] => intent.results.map(({ name, state }) => [name, state]);
const memoryOf = (vmid: number): number => Number(cluster.proxmox.world.guest(vmid).config['memory']);

test('what a cancelled run of a merged branch left is planned again, and nothing but that is applied', async () => {
  const branch = await makeBranch('cancelled');
  for (const name of names) await setMemory(branch, name, 2048);
  const { faults, requests } = cluster.proxmox;
  faults.add({
    match: { method: 'PUT', pathPattern: '/qemu/100/config$' },
    when: 'before',
    action: { kind: 'delay', ms: 4_000 },
  });
  await operate(branch, 'merge');
  const first = await newRun(branch, 0);
  await eventually(async () => (requests.list().some(({ method }) => method === 'PUT') ? true : undefined));
  const early = await planOf(branch);
  await expect(applyPlan(early)).rejects.toThrow(/apply-open/);
  await lab.world.api('POST', `/runs/${first}/cancel`);
  const run = await ended(first);
  expect(statesOf(run)).toEqual([
    ['one', 'applied'],
    ['two', 'cancelled'],
    ['three', 'cancelled'],
  ]);
  cluster.proxmox.faults.clear();
  lab.writesOf(cluster);

  const again = await planOf(branch);
  expect(again).toMatchObject({ permitted: true, branch: { mergedAt: expect.any(String) } });
  expect(again.changes.map(({ name, calls }) => [name, calls.length])).toEqual([
    ['one', 0],
    ['two', 1],
    ['three', 1],
  ]);
  const second = await proxbox(['intent', 'apply', again.id, '--digest', again.digest ?? '', '--wait'], {
    env: { PROXBOX_CONFIG: api.config },
  });
  expect(second).toMatchObject({ code: 0 });
  expect([100, 101, 102].map(memoryOf)).toEqual([2048, 2048, 2048]);
  expect(lab.writesOf(cluster)).toEqual(['PUT /nodes/psi-01/qemu/101/config', 'PUT /nodes/psi-01/qemu/102/config']);
  expect(await runsOf(branch)).toHaveLength(2);
});

test('a branch that was reverted since it was planned again is not applied; merged once more it is, and its guest is born once', async () => {
  const branch = await makeBranch('back and forth');
  const psi = (await lab.vmNamed('one'))['cluster'] as { id: number };
  const body = { name: 'fresh', cluster: psi.id, memory: 1024, vcpus: 1, custom_fields: { proxmox_template_vmid: 900 } };
  expect((await lab.person.post(`${machines}/`, body, inside(branch))).status).toBe(201);
  await setMemory(branch, 'one', 3072);
  await operate(branch, 'merge');
  const states = [
    ['one', 'applied'],
    ['fresh', 'applied'],
  ];
  expect(statesOf(await ended(await newRun(branch, 0)))).toEqual(states);
  const again = await planOf(branch);
  expect(again.changes.map(({ calls }) => calls.length)).toEqual([0, 0]);
  await operate(branch, 'revert');
  lab.writesOf(cluster);
  const run = await ended(await applyPlan(again));
  expect(run).toMatchObject({ state: 'failed', message: expect.stringContaining('reverted') });
  expect(lab.writesOf(cluster)).toEqual([]);

  await operate(branch, 'merge');
  const third = await ended(await newRun(branch, 2));
  expect(statesOf(third)).toEqual([
    ['one', 'unchanged'],
    ['fresh', 'unchanged'],
  ]);
  expect(cluster.proxmox.world.truth().guests.filter(({ name }) => name === 'fresh')).toHaveLength(1);
  expect(lab.writesOf(cluster)).toEqual([]);
});

test('what somebody edits in the branch between the last plan and the merge waits for a person', async () => {
  const branch = await makeBranch('edited in between');
  await setMemory(branch, 'one', 4096);
  await setMemory(branch, 'two', 4096);
  const plan = await planOf(branch);
  expect(plan.changes).toHaveLength(2);
  lab.netbox.simulator.faults.add({
    match: { method: 'POST', pathPattern: '/merge/$', nth: 1 },
    when: 'before',
    action: { kind: 'delay', ms: 4_000 },
  });
  const { id } = await lab.world.api<IntentMergeView>('POST', '/intent/merge', { branch_id: branch.id, digest: plan.digest }, as);
  await eventually(async () => {
    const { rowCount } = await lab.world.database.pool.query(`select from intent_merge where id = $1 and state = 'merging'`, [
      id,
    ]);
    return rowCount === 1 ? true : undefined;
  });
  await setMemory(branch, 'two', 5120);
  await setMemory(branch, 'three', 5120);
  const merge = await eventually(async () => {
    const found = await lab.world.api<IntentMergeView>('GET', `/intent/merges/${id}`);
    return found.finishedAt === null ? undefined : found;
  });
  expect(merge).toMatchObject({ state: 'merged' });
  const run = await ended(merge.runId ?? '');
  expect(run).toMatchObject({
    state: 'partial',
    intent: {
      results: [
        { name: 'one', state: 'applied' },
        { name: 'two', state: 'refused', reason: 'plan_changed' },
        { name: 'three', state: 'refused', reason: 'plan_changed' },
      ],
    },
  });
  expect([100, 101, 102].map(memoryOf)).toEqual([4096, 2048, 2048]);

  const again = await planOf(branch);
  expect(again).toMatchObject({ permitted: true });
  expect(statesOf(await ended(await applyPlan(again)))).toEqual([
    ['one', 'unchanged'],
    ['two', 'applied'],
    ['three', 'applied'],
  ]);
  expect([100, 101, 102].map(memoryOf)).toEqual([4096, 5120, 5120]);
});
