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
const ARCHIVE = 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst';

let lab: IntentLab;
let cluster: Cluster;
let netboxCluster: number;

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
  netboxCluster = idOf((await lab.vmNamed('web'))['cluster']);
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

const idOf = (value: unknown): number => (typeof value === 'object' && value !== null && 'id' in value ? Number(value.id) : 0);
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

test('a merged branch makes two guests and changes two others, and the next sync has nothing to write', async () => {
  const branch = await makeBranch({ apply_to_proxmox: true });
  const [web, db] = [await lab.vmNamed('web'), await lab.vmNamed('db')];
  const made = async (path: string, values: Record<string, unknown>): Promise<Row> => {
    const answer = await lab.person.post(`${path}/`, values, inside(branch));
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.row();
  };
  const changed = async (path: string, id: number, values: Record<string, unknown>): Promise<void> => {
    expect((await lab.person.patch(`${path}/${id}/`, values, inside(branch))).status).toBe(200);
  };
  const app = await made(machines, {
    name: 'app',
    cluster: netboxCluster,
    vcpus: 4,
    memory: 4096,
    custom_fields: {
      proxmox_template_vmid: 900,
      cloud_init_user: 'ops',
      cloud_init_network: '{"ip": "192.0.2.30/24", "gw": "192.0.2.1"}',
    },
  });
  await made('virtualization/virtual-disks', { name: 'scsi0', virtual_machine: app.id, size: 8192 });
  await made('virtualization/interfaces', { name: 'net0', virtual_machine: app.id });
  const ct = await made(machines, {
    name: 'ct',
    cluster: netboxCluster,
    vcpus: 1,
    memory: 1024,
    custom_fields: { proxmox_vm_type: 'lxc', proxmox_node: 'zeta-02', proxmox_iso: ARCHIVE },
  });
  await made('virtualization/virtual-disks', { name: 'rootfs', virtual_machine: ct.id, size: 4096 });
  await changed(machines, web.id, { vcpus: 4, memory: 2048 });
  const disk = (await rows(`virtualization/virtual-disks/?virtual_machine_id=${db.id}`))[0];
  await changed('virtualization/virtual-disks', disk?.id ?? 0, { size: 16_384 });
  const vlan = await made('ipam/vlans', { vid: 50, name: 'fifty' });
  const nic = (await rows(`virtualization/interfaces/?virtual_machine_id=${db.id}`))[0];
  await changed('virtualization/interfaces', nic?.id ?? 0, { mode: 'access', untagged_vlan: vlan.id });

  const known = (await applies()).length;
  await operate(branch, 'merge');
  const run = await runAfter(known);
  expect(run.intent.results.map(({ name, state, message }) => [name, state, message]).sort()).toEqual([
    ['app', 'applied', expect.anything()],
    ['ct', 'applied', expect.anything()],
    ['db', 'applied', expect.anything()],
    ['web', 'applied', expect.anything()],
  ]);
  expect(run.state).toBe('completed');
  const { world } = cluster.proxmox;
  const vmidOf = (name: string): number => run.intent.results.find(result => result.name === name)?.vmid ?? 0;
  expect(world.guest(vmidOf('app')).config).toMatchObject({ name: 'app', cores: 4, memory: '4096', ciuser: 'ops' });
  expect(world.guest(vmidOf('app')).config['scsi0']).toContain('size=8G');
  expect(world.guest(vmidOf('ct'))).toMatchObject({ kind: 'lxc', node: 'zeta-02' });
  expect(world.guest(100).config).toMatchObject({ cores: 4, memory: '2048' });
  expect(world.guest(101).config['scsi0']).toContain('size=16G');
  expect(world.guest(101).config['net0']).toContain('tag=50');

  const stamped = await lab.vmNamed('app');
  expect(stamped['custom_fields']).toMatchObject({ proxmox_vm_id: vmidOf('app'), proxbox_last_apply_run_id: run.id });
  const journal = await rows(`extras/journal-entries/?assigned_object_id=${app.id}`);
  expect(journal.filter(({ comments }) => String(comments).includes('intent_create_qemu'))).toHaveLength(1);

  // The first sync learns what is new of the two guests; they are the very virtual machines that asked for them.
  const machinesBefore = (await rows(`${machines}/?limit=100`)).length;
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed' });
  expect(await rows(`${machines}/?limit=100`)).toHaveLength(machinesBefore);
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed', writes: [] });
  expect(await eventsOf(branch)).toMatchObject([{ kind: 'merged', outcome: `Applied by run ${run.id}.` }]);

  // Reverted: recorded, and nothing else.
  const writes = lab.writesOf(cluster).length;
  expect(writes).toBeGreaterThan(0);
  await operate(branch, 'revert');
  await eventually(async () => ((await eventsOf(branch)).some(({ kind }) => kind === 'reverted') ? true : undefined));
  expect(await applies()).toHaveLength(known + 1);
  expect(lab.writesOf(cluster)).toEqual([]);
});

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

test('a delete only ever becomes a note that a request is needed, and only of a branch that means it', async () => {
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
    if (!confirmed) await operate(branch, 'revert');
  }
  expect(lab.writesOf(cluster)).toEqual([]);
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
