import { createHmac } from 'node:crypto';
import { keepHookSecret } from '../../../database/repositories/intent/hook';
import { openSecretBox } from '../../../database/secrets';
import type { Row } from '../../contract/netbox/support/api';
import { eventually, inside, valueOf } from '../../contract/netbox/support/branching';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, type IntentLab, type IntentRun } from './support/intent-lab';

jest.setTimeout(180_000);

const branches = 'plugins/branching/branches';
const machines = 'virtualization/virtual-machines';

let lab: IntentLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startIntentLab({ netbox: { branching: true }, env: { PROXBOX_INTENT_WATCH_SECONDS: '1' } });
  const template = vm(900, 'golden', {
    power: 'stopped',
    node: 'zeta-01',
    config: { template: 1, scsi0: 'ceph:base-900-disk-0,size=4G', ide2: 'ceph:vm-900-cloudinit,media=cdrom' },
  });
  cluster = await lab.writable('zeta', [template, vm(100, 'web', { power: 'stopped' }), vm(101, 'db', { power: 'stopped' })], {
    fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0' } },
  });
  const { world } = lab;
  const merger = await world.api<{ id: string }>('POST', '/users', { username: 'merger' });
  const permissions = [
    'view',
    'intent_create_vm',
    'intent_update_vm',
    'intent_create_lxc',
    'intent_update_lxc',
    'intent_delete_vm',
  ];
  await world.api('POST', '/roles', { name: 'mergers', permissions });
  await world.api('POST', `/users/${merger.id}/roles`, { role: 'mergers' });
  await world.api('PUT', `/users/${merger.id}/netbox-link`, { netboxUsername: 'admin' }, { 'if-match': '*' });
  await lab.switchIntent(true);
  await eventually(async () => ((await fieldsOf('netbox_branching.branch')).length === 2 ? true : undefined));
});
afterAll(() => lab.stop());

const rows = async (path: string): Promise<Row[]> => (await lab.person.get(path)).rows();
const fieldsOf = async (type: string): Promise<Row[]> =>
  (await rows('extras/custom-fields/?limit=100')).filter(
    ({ object_types: types }) => Array.isArray(types) && types.includes(type),
  );

let count = 0;
async function makeBranch(customFields: Record<string, unknown>): Promise<Row> {
  const made = (await lab.person.post(`${branches}/`, { name: `branch ${++count}`, custom_fields: customFields })).row();
  return branchIn(made.id, 'ready');
}
const branchIn = (id: number, status: string): Promise<Row> =>
  eventually(async () => {
    const branch = (await lab.person.get(`${branches}/${id}/`)).row();
    return valueOf(branch['status']) === status ? branch : undefined;
  });
async function operate(branch: Row, verb: 'merge' | 'revert'): Promise<void> {
  const answer = await lab.person.post(`${branches}/${branch.id}/${verb}/`, { commit: true });
  expect(answer.status).toBe(200);
  await branchIn(branch.id, verb === 'merge' ? 'merged' : 'ready');
}

const applies = async (): Promise<IntentRun[]> =>
  (await lab.world.api<{ items: IntentRun[] }>('GET', '/runs?kind=intent-apply&limit=100')).items;
async function runAfter(known: number): Promise<IntentRun> {
  const id = await eventually(async () => {
    const items = await applies();
    return items.length > known ? items[0]?.id : undefined;
  });
  await lab.world.awaitRun(id);
  return lab.runOf(id);
}
const eventsOf = async (branch: Row): Promise<{ kind: string; outcome: string }[]> =>
  (await lab.world.api<{ events: { kind: string; outcome: string }[] }>('GET', `/intent/plan-summary/${branch.id}`)).events;

test('a branch that is not meant for Proxmox, and one that was merged while the switch was off, make nothing', async () => {
  const web = await lab.vmNamed('web');
  const known = (await applies()).length;
  const plain = await makeBranch({});
  await lab.person.patch(`${machines}/${web.id}/`, { memory: 3072 }, inside(plain));
  await operate(plain, 'merge');
  await eventually(async () => ((await eventsOf(plain)).length > 0 ? true : undefined));
  expect(await eventsOf(plain)).toMatchObject([{ outcome: expect.stringContaining('not meant for Proxmox') }]);

  const meant = await makeBranch({ apply_to_proxmox: true });
  await lab.person.patch(`${machines}/${web.id}/`, { memory: 3584 }, inside(meant));
  await lab.switchIntent(false);
  await eventually(async () => ((await watched()) ? undefined : true));
  await operate(meant, 'merge');
  await lab.switchIntent(true);
  await eventually(async () => ((await watched()) ? true : undefined));
  await new Promise(resolve => setTimeout(resolve, 3_000));
  expect(await eventsOf(meant)).toEqual([]);
  expect(await applies()).toHaveLength(known);
  expect(lab.writesOf(cluster)).toEqual([]);
});

const watched = async (): Promise<boolean> =>
  (await lab.world.database.pool.query('select from branch_watch where first_event is not null')).rowCount === 1;

test('a delete only ever becomes a request, which is marked on the guest, and only of a branch that means it', async () => {
  const db = await lab.vmNamed('db');
  for (const [confirmed, state] of [
    [false, 'refused'],
    [true, 'deletion_requested'],
  ] as const) {
    const branch = await makeBranch({ apply_to_proxmox: true, apply_destroy_confirmed: confirmed });
    await lab.person.delete(`${machines}/${db.id}/`, undefined, inside(branch));
    const known = (await applies()).length;
    await operate(branch, 'merge');
    const run = await runAfter(known);
    expect(run.intent.results).toMatchObject([{ op: 'delete', vmid: 101, state }]);
    expect(cluster.proxmox.world.guest(101)).toBeDefined();
    if (!confirmed) {
      expect(lab.writesOf(cluster)).toEqual([]);
      await operate(branch, 'revert');
    }
  }
  expect(lab.writesOf(cluster).filter(call => call !== 'PUT /nodes/zeta-01/qemu/101/config')).toEqual([]);
});

test('a call of NetBox is believed with the right signature alone', async () => {
  const secret = await keepHookSecret(lab.world.database.pool, await openSecretBox(lab.world.config), 'of the test');
  const body = JSON.stringify({ event: 'branch_merged', data: { id: 1 } });
  const call = (signature: string): Promise<Response> =>
    fetch(`${lab.world.url}/hooks/netbox`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'x-hook-signature': signature },
    });
  const right = createHmac('sha512', secret).update(body).digest('hex');
  const known = (await applies()).length;
  expect((await call(right)).status).toBe(202);
  expect((await call(right)).status).toBe(202);
  expect((await call(right.replace(/^./, first => (first === '0' ? '1' : '0')))).status).toBe(401);
  expect((await call('')).status).toBe(401);
  expect(await applies()).toHaveLength(known);
});
