import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { IntentMergeView, IntentPlanView } from '../../../api/intent/schema';
import type { Row } from '../../contract/netbox/support/api';
import { branches, eventually, inside, valueOf } from '../../contract/netbox/support/branching';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, type IntentLab, type IntentRun } from './support/intent-lab';

jest.setTimeout(180_000);

const machines = 'virtualization/virtual-machines';

let lab: IntentLab;
let cluster: Cluster;
let engineer: Record<string, string>;
let updater: Record<string, string>;

beforeAll(async () => {
  lab = await startIntentLab({ netbox: { branching: true }, env: { PROXBOX_INTENT_WATCH_SECONDS: '1' } });
  const template = vm(900, 'golden', { power: 'stopped', config: { template: 1, scsi0: 'ceph:base-900-disk-0,size=4G' } });
  cluster = await lab.writable('mu', [template, vm(100, 'web', { power: 'stopped' }), vm(101, 'db', { power: 'stopped' })], {
    fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0' } },
  });
  await lab.switchIntent(true);
  engineer = await person('engineer', ['view', 'intent_create_vm', 'intent_update_vm']);
  updater = await person('updater', ['view', 'intent_update_vm']);
  await eventually(async () => {
    const { rowCount } = await lab.world.database.pool.query('select from branch_watch where first_event is not null');
    const fields = (await lab.person.get('extras/custom-fields/?name=apply_to_proxmox')).rows();
    return rowCount === 1 && fields.length === 1 ? true : undefined;
  });
});
afterAll(() => lab.stop());

async function person(username: string, permissions: string[]): Promise<Record<string, string>> {
  const { id } = await lab.world.api<{ id: string }>('POST', '/users', { username });
  await lab.world.api('POST', '/roles', { name: `${username}s`, permissions });
  await lab.world.api('POST', `/users/${id}/roles`, { role: `${username}s` });
  const { token } = await lab.world.api<{ token: string }>('POST', `/users/${id}/tokens`, { name: 'tests' });
  return { authorization: `Bearer ${token}` };
}

async function makeBranch(name: string, applyToProxmox = true): Promise<Row> {
  const { id } = (await lab.person.post(`${branches}/`, { name, custom_fields: { apply_to_proxmox: applyToProxmox } })).row();
  return eventually(async () => {
    const branch = (await lab.person.get(`${branches}/${id}/`)).row();
    return valueOf(branch['status']) === 'ready' ? branch : undefined;
  });
}
const statusOf = async ({ id }: Row): Promise<string> => valueOf((await lab.person.get(`${branches}/${id}/`)).row()['status']);
const change = async (branch: Row, vmName: string, values: Record<string, unknown>): Promise<void> => {
  const { id } = await lab.vmNamed(vmName);
  expect((await lab.person.patch(`${machines}/${id}/`, values, inside(branch))).status).toBe(200);
};
const planOf = ({ id }: Row, by = engineer): Promise<IntentPlanView> =>
  lab.world.api('POST', '/intent/plan', { branch_id: id }, { prefer: 'wait=60', ...by });
const ask = (branch: Row, plan: IntentPlanView, rest: object = {}, by = engineer): Promise<IntentMergeView> =>
  lab.world.api('POST', '/intent/merge', { branch_id: branch.id, digest: plan.digest, ...rest }, { prefer: 'wait=60', ...by });
async function refused(
  branch: Row,
  plan: IntentPlanView,
  rest: object = {},
  by = engineer,
): Promise<{ code: string; detail: string }> {
  const answer = await fetch(`${lab.world.url}/intent/merge`, {
    method: 'POST',
    body: JSON.stringify({ branch_id: branch.id, digest: plan.digest, ...rest }),
    headers: { 'content-type': 'application/json', ...by },
  });
  expect(answer.ok).toBe(false);
  return (await answer.json()) as { code: string; detail: string };
}
const runsOf = async (branch: Row): Promise<string[]> => {
  const { rows } = await lab.world.database.pool.query<{ id: string }>(
    'select run_id as id from intent_plan where branch_id = $1 and run_id is not null',
    [branch.id],
  );
  return rows.map(({ id }) => id);
};
async function ended(merge: IntentMergeView): Promise<IntentRun> {
  await lab.world.awaitRun(merge.runId ?? '');
  return lab.runOf(merge.runId ?? '');
}

test('a branch is merged for the plan that was read, and applied once as the person who asked wanted it', async () => {
  const branch = await makeBranch('more memory, one guest more');
  await change(branch, 'web', { memory: 3072 });
  const mu = (await lab.vmNamed('web'))['cluster'] as { id: number };
  const made = await lab.person.post(
    `${machines}/`,
    { name: 'fresh', cluster: mu.id, memory: 1024, vcpus: 1, custom_fields: { proxmox_template_vmid: 900 } },
    inside(branch),
  );
  expect(made.status).toBe(201);
  const plan = await planOf(branch);
  expect(plan).toMatchObject({ permitted: true, changes: [{ name: 'web' }, { name: 'fresh' }] });

  const merge = await ask(branch, plan);
  expect(merge).toMatchObject({ state: 'merged', reason: null, branch: { id: branch.id }, requestedBy: 'engineer' });
  const run = await ended(merge);
  expect(run).toMatchObject({ state: 'completed', requestedBy: 'engineer' });
  expect(run.intent.results).toMatchObject([
    { name: 'web', state: 'applied' },
    { name: 'fresh', state: 'applied', vmid: plan.changes[1]?.vmid },
  ]);
  expect(Number(cluster.proxmox.world.guest(100)?.config['memory'])).toBe(3072);

  await eventually(async () => {
    const { rowCount } = await lab.world.database.pool.query('select from branch_event where branch_id = $1', [branch.id]);
    return rowCount === 1 ? true : undefined;
  });
  expect(await runsOf(branch)).toEqual([merge.runId]);
  expect(await refused(branch, plan)).toMatchObject({ code: 'other-plan' });
});

test('a branch that changed after its plan was read is not merged', async () => {
  const branch = await makeBranch('changed later');
  await change(branch, 'web', { memory: 4096 });
  const plan = await planOf(branch);
  await change(branch, 'web', { memory: 5120 });
  const merge = await ask(branch, plan);
  expect(merge).toMatchObject({ state: 'refused', reason: 'plan_changed', runId: null });
  expect(await statusOf(branch)).toBe('ready');
  const checked = await lab.world.api<IntentPlanView>('GET', `/intent/plans/${merge.checkedPlanId}`);
  expect(checked.changes[0]?.fields).toMatchObject([{ field: 'memory', to: 5120 }]);
  expect(await refused(branch, { ...plan, digest: 'another' })).toMatchObject({ code: 'other-plan' });
});

test('a plan with a blocked guest is not merged, unless that is asked for: then the others are applied', async () => {
  const branch = await makeBranch('one is blocked');
  await change(branch, 'web', { memory: 2048 });
  await change(branch, 'db', { custom_fields: { proxmox_node: 'elsewhere' } });
  const plan = await planOf(branch);
  expect(plan.changes.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['web', 'permitted'],
    ['db', 'blocked'],
  ]);
  expect(await refused(branch, plan)).toMatchObject({ code: 'plan-blocked', detail: expect.stringContaining('db') });
  expect(await statusOf(branch)).toBe('ready');
  const run = await ended(await ask(branch, plan, { allow_blocked: true }));
  expect(run.intent.results).toMatchObject([
    { name: 'web', state: 'applied' },
    { name: 'db', state: 'refused' },
  ]);
});

test('whoever lacks the permission for one of the changes, and the key that is nobody, merge nothing', async () => {
  const branch = await makeBranch('not for everybody');
  const mu = (await lab.vmNamed('web'))['cluster'] as { id: number };
  await change(branch, 'web', { memory: 1024 });
  const values = { name: 'another', cluster: mu.id, memory: 1024, vcpus: 1, custom_fields: { proxmox_template_vmid: 900 } };
  expect((await lab.person.post(`${machines}/`, values, inside(branch))).status).toBe(201);
  const plan = await planOf(branch);
  expect(await refused(branch, plan, {}, updater)).toMatchObject({
    code: 'permission-denied',
    detail: expect.stringContaining('intent_create_vm'),
  });
  expect(await refused(branch, plan, {}, { authorization: `Bearer ${lab.world.key}` })).toMatchObject({ code: 'not-a-person' });
  expect(await statusOf(branch)).toBe('ready');
});

test('what main changed as well keeps NetBox from merging until it is acknowledged', async () => {
  const branch = await makeBranch('in conflict');
  await change(branch, 'db', { memory: 3072 });
  const { id } = await lab.vmNamed('db');
  expect((await lab.person.patch(`${machines}/${id}/`, { memory: 2560 })).status).toBe(200);
  const plan = await planOf(branch);
  const merge = await ask(branch, plan);
  expect(merge).toMatchObject({ state: 'refused', reason: 'branch_conflicts', message: expect.stringContaining('memory') });
  expect(await statusOf(branch)).toBe('ready');
  const run = await ended(await ask(branch, await planOf(branch), { acknowledge_conflicts: true }));
  expect(run.intent.results).toMatchObject([{ name: 'db', state: 'applied' }]);
  expect(Number(cluster.proxmox.world.guest(101)?.config['memory'])).toBe(3072);
});

test('what NetBox does not let us merge, or cannot, stays open, with its reason', async () => {
  const branch = await makeBranch('not to be merged');
  await change(branch, 'web', { memory: 1280 });
  const { faults } = lab.netbox.simulator;
  faults.add({
    match: { method: 'POST', pathPattern: '/merge/$' },
    when: 'before',
    action: { kind: 'status', status: 403, body: { detail: 'This user does not have permission to merge branches.' } },
  });
  expect(await ask(branch, await planOf(branch))).toMatchObject({
    state: 'refused',
    reason: 'netbox-permission',
    message: expect.stringContaining('netbox_branching.merge_branch'),
  });
  faults.clear();
  const twin = { virtual_machine: (await lab.vmNamed('web')).id, name: 'twin' };
  expect((await lab.person.post('virtualization/interfaces/', twin, inside(branch))).status).toBe(201);
  expect((await lab.person.post('virtualization/interfaces/', twin)).status).toBe(201);
  const merge = await ask(branch, await planOf(branch), { allow_blocked: true });
  expect(merge).toMatchObject({ state: 'refused', message: expect.stringMatching(/already exists|blocked/) });
  expect(await statusOf(branch)).toBe('ready');
});

/** What the validator for NetBox's configuration says of a branch, in a Python without NetBox. */
async function validated(branch: Row, url: string, applyToProxmox = true): Promise<{ permitted: boolean; message: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'proxbox-validator-'));
  try {
    await mkdir(join(folder, 'netbox_branching'));
    const indicator = [
      'class BranchActionIndicator:',
      "    def __init__(self, permitted, message=''):",
      '        self.permitted, self.message = permitted, message',
    ];
    await writeFile(join(folder, 'netbox_branching', 'utilities.py'), indicator.join('\n'));
    const program = [
      'import json, types',
      'from netbox_merge_validator import plan_is_permitted',
      `branch = types.SimpleNamespace(pk=${branch.id}, custom_field_data={'apply_to_proxmox': ${applyToProxmox ? 'True' : 'None'}})`,
      'print(json.dumps(vars(plan_is_permitted(branch))))',
    ];
    const { stdout } = await promisify(execFile)('python3', ['-c', program.join('\n')], {
      env: {
        ...process.env,
        PYTHONPATH: `${folder}:${join(__dirname, '../../../docs/examples')}`,
        PYTHONDONTWRITEBYTECODE: '1',
        PROXBOX_URL: url,
        PROXBOX_TOKEN: engineer['authorization']?.replace('Bearer ', '') ?? '',
      },
    });
    return JSON.parse(stdout) as { permitted: boolean; message: string };
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the validator for NetBox permits what the plan permits, and says what is blocked', async () => {
  const branch = await makeBranch('validated');
  await change(branch, 'web', { memory: 1792 });
  expect(await validated(branch, lab.world.url)).toMatchObject({ permitted: true });
  await change(branch, 'web', { custom_fields: { proxmox_node: 'elsewhere' } });
  expect(await validated(branch, lab.world.url)).toEqual({
    permitted: false,
    message: expect.stringContaining('Another node is a migration'),
  });
  expect(await validated(branch, lab.world.url, false)).toMatchObject({ permitted: true });
  expect(await validated(branch, 'http://127.0.0.1:9')).toEqual({
    permitted: false,
    message: expect.stringContaining('Proxbox could not be asked for a plan'),
  });
});

test('a branch that is not meant for Proxmox is not merged here', async () => {
  const branch = await makeBranch('NetBox alone', false);
  await change(branch, 'web', { memory: 1536 });
  const plan = await planOf(branch);
  expect(await refused(branch, plan)).toMatchObject({ code: 'plan-blocked' });
  expect(await ask(branch, plan, { allow_blocked: true })).toMatchObject({ state: 'refused', reason: 'plan_blocked' });
  expect(await statusOf(branch)).toBe('ready');
});
