import type { IntentPlanView } from '../../../api/intent/schema';
import { type RawApi, rawApi, type Row } from '../../contract/netbox/support/api';
import { eventually } from '../../contract/netbox/support/branching';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, type IntentLab, type IntentRun } from './support/intent-lab';

jest.setTimeout(180_000);

const machines = 'virtualization/virtual-machines';

let lab: IntentLab;
let cluster: Cluster;
/** NetBox as somebody who is linked and may, as somebody whom nobody knows, as another tool, and as somebody who may not. */
let engineer: RawApi;
let stranger: RawApi;
let tool: RawApi;
let reader: RawApi;

beforeAll(async () => {
  lab = await startIntentLab({
    env: { PROXBOX_INTENT_WATCH_SECONDS: '1', PROXBOX_INTENT_CHANGE_LOG_IGNORED_USERS: 'tool' },
  });
  cluster = await lab.writable(
    'pi',
    [100, 101, 102].map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped' })),
  );
  engineer = await userOfNetBox('engineer');
  stranger = await userOfNetBox('stranger');
  tool = await userOfNetBox('tool');
  reader = await userOfNetBox('reader');
  await link('engineer', ['view', 'intent_update_vm']);
  await link('tool', ['view', 'intent_update_vm'], 'toolbox');
  await link('reader', ['view']);
});
afterAll(() => lab.stop());

async function userOfNetBox(username: string): Promise<RawApi> {
  const { id } = (await lab.person.post('users/users/', { username, password: 'Long-enough-1' })).row();
  const permission = {
    name: username,
    object_types: ['virtualization.virtualmachine'],
    actions: ['view', 'change', 'delete'],
    users: [id],
  };
  expect((await lab.person.post('users/permissions/', permission)).status).toBe(201);
  const { key, token } = (await lab.person.post('users/tokens/', { user: id, version: 2 })).row();
  return rawApi(lab.netbox.url, `Bearer nbt_${String(key)}.${String(token)}`);
}
async function link(netboxUsername: string, permissions: string[], username = netboxUsername): Promise<void> {
  const { id } = await lab.world.api<{ id: string }>('POST', '/users', { username });
  await lab.world.api('POST', '/roles', { name: `${username}s`, permissions });
  await lab.world.api('POST', `/users/${id}/roles`, { role: `${username}s` });
  await lab.world.api('PUT', `/users/${id}/netbox-link`, { netboxUsername }, { 'if-match': '*' });
}

const watches = async (): Promise<boolean> =>
  (await lab.world.database.pool.query('select from change_log_watch')).rowCount === 1;
const applies = async (): Promise<{ id: string }[]> =>
  (await lab.world.api<{ items: { id: string }[] }>('GET', '/runs?kind=intent-apply&limit=100')).items;
async function runAfter(known: number): Promise<{ run: IntentRun; plan: IntentPlanView }> {
  const id = await eventually(async () => {
    const items = await applies();
    return items.length > known ? items[0]?.id : undefined;
  });
  await lab.world.awaitRun(id);
  const run = await lab.runOf(id);
  return { run, plan: await lab.world.api('GET', run.intent.planUrl) };
}
const change = async (as: RawApi, name: string, values: Record<string, unknown>): Promise<Row> => {
  const { id } = await lab.vmNamed(name);
  const answer = await as.patch(`${machines}/${id}/`, values);
  expect(answer.status).toBe(200);
  return answer.row();
};
const optIn = { custom_fields: { apply_to_proxmox: true } };
/** Everything that was changed up to now was looked at. */
async function lookedAt(): Promise<void> {
  const [newest] = (await lab.person.get('core/object-changes/?limit=1')).rows();
  await eventually(async () => {
    const { rows } = await lab.world.database.pool.query<{ found: boolean }>(
      'select last_change >= $1 or seen @> $2::jsonb as found from change_log_watch',
      [newest?.id, JSON.stringify([newest?.id])],
    );
    return rows[0]?.found === true ? true : undefined;
  });
}

test('without its setting, NetBox’s main is not watched', async () => {
  await lab.switchIntent(true);
  await eventually(async () => {
    const { rowCount } = await lab.world.database.pool.query('select from branch_watch where first_event is not null');
    return rowCount === 1 ? true : undefined;
  });
  expect(await watches()).toBe(false);
  expect((await lab.person.get('extras/custom-fields/?name=apply_to_proxmox')).rows()).toEqual([]);
});

test('what a linked user with the permission changes is applied once, the changed fields alone', async () => {
  await lab.world.api('PATCH', '/settings', { intent_watch_change_log: true }, { 'if-match': '*' });
  await eventually(async () => {
    const fields = (await lab.person.get('extras/custom-fields/?name=apply_to_proxmox')).rows();
    return fields.length === 1 && (await watches()) ? true : undefined;
  });
  // Our own account sets what differs from Proxmox: that is no wish.
  await change(lab.person, 'vm-100', { ...optIn, vcpus: 7 });
  await lookedAt();
  expect(await applies()).toEqual([]);

  await change(engineer, 'vm-100', { memory: 3072 });
  const { run, plan } = await runAfter(0);
  expect(run).toMatchObject({ state: 'completed', requestedBy: 'engineer' });
  expect(plan).toMatchObject({ source: 'change-log', branch: null, changes: [{ name: 'vm-100', op: 'update' }] });
  expect(plan.changes[0]?.fields.map(({ field }) => field)).toEqual(['memory']);
  expect(Number(cluster.proxmox.world.guest(100).config['memory'])).toBe(3072);
  await lookedAt();
  expect(await applies()).toHaveLength(1);
});

test('what nobody known, another tool or a mere reader changes, what is not opted in and what is deleted starts nothing', async () => {
  lab.writesOf(cluster);
  const known = (await applies()).length;
  await change(lab.person, 'vm-101', optIn);
  for (const as of [stranger, tool, reader]) await change(as, 'vm-101', { memory: 4096 });
  await change(engineer, 'vm-102', { memory: 4096 });
  await change(engineer, 'vm-101', { custom_fields: { apply_to_proxmox: false } });
  await change(engineer, 'vm-101', { memory: 2560 });
  await lookedAt();
  const { id } = await change(lab.person, 'vm-102', optIn);
  expect((await engineer.delete(`${machines}/${id}/`)).status).toBe(204);
  await lookedAt();
  expect(await applies()).toHaveLength(known);
  expect(lab.writesOf(cluster)).toEqual([]);
});

test('a change that was made while the switch was off is never applied', async () => {
  const known = (await applies()).length;
  await lab.switchIntent(false);
  await eventually(async () => ((await watches()) ? undefined : true));
  await change(engineer, 'vm-100', { memory: 6144 });
  await lab.switchIntent(true);
  await eventually(async () => ((await watches()) ? true : undefined));
  await change(engineer, 'vm-100', { description: 'a later wish' });
  const { plan } = await runAfter(known);
  expect(plan.changes[0]?.fields.map(({ field }) => field)).toEqual(['description']);
  expect(Number(cluster.proxmox.world.guest(100).config['memory'])).toBe(3072);
});
