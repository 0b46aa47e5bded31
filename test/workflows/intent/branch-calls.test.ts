import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IntentPlanView } from '../../../api/intent/schema';
import { keepHookSecret } from '../../../database/repositories/intent/hook';
import { openSecretBox } from '../../../database/secrets';
import type { Row } from '../../contract/netbox/support/api';
import { branches, eventually, inside, valueOf } from '../../contract/netbox/support/branching';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, type IntentLab } from './support/intent-lab';

jest.setTimeout(120_000);

const PLAIN = '#cloud-config\nchpasswd: {users: [{name: ops, password: canary-of-the-branch}]}\n';

let lab: IntentLab;
let cluster: Cluster;
let secret: string;
let token: string;

beforeAll(async () => {
  // So seldom that only NetBox's own call makes it look.
  lab = await startIntentLab({ netbox: { branching: true }, env: { PROXBOX_INTENT_WATCH_SECONDS: '3600' } });
  cluster = await lab.writable('nu', [vm(100, 'web', { power: 'stopped' }), vm(101, 'db', { power: 'stopped' })]);
  await lab.switchIntent(true);
  const { id: userId } = await lab.world.api<{ id: string }>('POST', '/users', { username: 'engineer' });
  await lab.world.api('POST', '/roles', { name: 'engineers', permissions: ['view', 'intent_update_vm'] });
  await lab.world.api('POST', `/users/${userId}/roles`, { role: 'engineers' });
  ({ token } = await lab.world.api<{ token: string }>('POST', `/users/${userId}/tokens`, { name: 'tests' }));
  secret = await keepHookSecret(lab.world.database.pool, await openSecretBox(lab.world.config), 'of the test');
  await eventually(async () => {
    const { rowCount } = await lab.world.database.pool.query('select from branch_watch where first_event is not null');
    const fields = (await lab.person.get('extras/custom-fields/?name=apply_to_proxmox')).rows();
    return rowCount === 1 && fields.length === 1 ? true : undefined;
  });
});
afterAll(() => lab.stop());

async function makeBranch(name: string, applyToProxmox: boolean): Promise<Row> {
  const { id } = (await lab.person.post(`${branches}/`, { name, custom_fields: { apply_to_proxmox: applyToProxmox } })).row();
  return branchIs(id, 'ready');
}
const branchIs = (id: number, status: string): Promise<Row> =>
  eventually(async () => {
    const branch = (await lab.person.get(`${branches}/${id}/`)).row();
    return valueOf(branch['status']) === status ? branch : undefined;
  });
const change = async (branch: Row, path: string, values: Record<string, unknown>): Promise<void> => {
  expect((await lab.person.patch(path, values, inside(branch))).status).toBe(200);
};
const planOf = ({ id }: Row): Promise<IntentPlanView> =>
  lab.world.api('POST', '/intent/plan', { branch_id: id }, { prefer: 'wait=60', authorization: `Bearer ${token}` });
const applies = async (): Promise<{ id: string }[]> =>
  (await lab.world.api<{ items: { id: string }[] }>('GET', '/runs?kind=intent-apply&limit=100')).items;

const signed = (body: string): string => createHmac('sha512', secret).update(body).digest('hex');
const bodyOf = (id: number): string => JSON.stringify({ event: 'branch_merged', model: 'branch', data: { id } });
async function call(body: string, signature = signed(body)): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-hook-signature': signature };
  return (await fetch(`${lab.world.url}/hooks/netbox`, { method: 'POST', body, headers })).status;
}

test('a branch is planned before its merge with what only it has, and without opting in it is shut', async () => {
  const db = await lab.vmNamed('db');
  const plans: IntentPlanView[] = [];
  for (const applyToProxmox of [true, false]) {
    const branch = await makeBranch(`planned ${applyToProxmox}`, applyToProxmox);
    const vlan = (await lab.person.post('ipam/vlans/', { vid: 77, name: 'of the branch' }, inside(branch))).row();
    const [nic] = (await lab.person.get(`virtualization/interfaces/?virtual_machine_id=${db.id}`)).rows();
    await change(branch, `virtualization/interfaces/${nic?.id}/`, { mode: 'access', untagged_vlan: vlan.id });
    plans.push(await planOf(branch));
  }
  const [open, shut] = plans;
  expect(open).toMatchObject({ state: 'ready', permitted: true, problems: [] });
  expect(open?.changes).toMatchObject([{ vmid: 101, fields: [{ field: 'interfaces.net0.vlan', from: null, to: 77 }] }]);
  expect(shut).toMatchObject({
    state: 'ready',
    permitted: false,
    verdicts: [{ verdict: 'blocked', reason: 'branch_not_opted_in' }],
  });
  expect(shut?.verdicts[0]?.message).toContain('apply_to_proxmox');
  expect(lab.writesOf(cluster)).toEqual([]);
});

test('what a branch made and NetBox does not have after the merge is no change, and is said', async () => {
  const branch = await makeBranch('made and gone', false);
  const cluster = (await lab.vmNamed('web'))['cluster'] as { id: number };
  const values = { name: 'gone', cluster: cluster.id };
  const { id } = (await lab.person.post('virtualization/virtual-machines/', values, inside(branch))).row();
  expect(await planOf(branch)).toMatchObject({ problems: [], changes: [{ op: 'create', name: 'gone' }] });
  await lab.person.post(`${branches}/${branch.id}/merge/`, { commit: true });
  await branchIs(branch.id, 'merged');
  expect((await lab.person.delete(`virtualization/virtual-machines/${id}/`)).status).toBe(204);
  const { changes, problems } = await planOf(branch);
  expect(changes).toEqual([]);
  expect(problems).toMatchObject([{ message: expect.stringContaining('is in the branch and not in NetBox') }]);
});

test('a password in the user data of a branch is warned of, and is in no row', async () => {
  const branch = await makeBranch('with a password', true);
  const web = await lab.vmNamed('web');
  await change(branch, `virtualization/virtual-machines/${web.id}/`, { custom_fields: { cloud_init_user_data: PLAIN } });
  const plan = await planOf(branch);
  expect(plan.verdicts.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining(['plaintext_password_warning', 'snippets_not_writable']),
  );
  const { rows } = await lab.world.database.pool.query<{ text: string }>('select guest_change::text as text from guest_change');
  expect(rows.length).toBeGreaterThan(0);
  expect([JSON.stringify(plan), ...rows.map(({ text }) => text)].filter(text => text.includes('canary-of-the-branch'))).toEqual(
    [],
  );
});

test('a call with a wrong signature is refused, one of an unknown branch ignored, a right one heard, and its repetition starts nothing', async () => {
  const known = (await applies()).length;
  const web = await lab.vmNamed('web');
  const branch = await makeBranch('called', true);
  await change(branch, `virtualization/virtual-machines/${web.id}/`, { memory: 2048 });
  expect((await lab.person.post(`${branches}/${branch.id}/merge/`, { commit: true })).status).toBe(200);
  await branchIs(branch.id, 'merged');

  const body = bodyOf(branch.id);
  expect(await call(body, signed(`${body} `))).toBe(401);
  expect(await call(body, '')).toBe(401);
  await sleep(3_000);
  expect(await applies()).toHaveLength(known);

  expect(await call(body)).toBe(202);
  const [run] = await eventually(async () => {
    const items = await applies();
    return items.length > known ? items : undefined;
  });
  await lab.world.awaitRun(run?.id ?? '');
  for (const repeated of [body, body, bodyOf(424_242)]) expect(await call(repeated)).toBe(202);
  await sleep(3_000);
  expect(await applies()).toHaveLength(known + 1);
});
