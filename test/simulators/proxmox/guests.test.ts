import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { Caller, type Row } from './support/client';

let simulator: ProxmoxSimulator;
let caller: Caller;
let writer: Caller;

beforeAll(async () => {
  simulator = await startProxmoxSimulator({ tls: false, world: { guests: 0, nodes: 2 }, timing: { every: 'manual' } });
  caller = new Caller(simulator);
  writer = new Caller(simulator, 'write');
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const NODE = '/nodes/lab-01';
const create = (params: Record<string, string | number> = {}): Promise<string> =>
  caller.task('POST', `${NODE}/qemu`, { vmid: 100, name: 'first', ...params });
async function row(vmid: number): Promise<Row | undefined> {
  return (await caller.rows('/cluster/resources', { type: 'vm' })).find(item => item['vmid'] === vmid);
}

describe('the digest', () => {
  const path = `${NODE}/qemu/100/config`;

  test('lets exactly one of eight writers with the same digest through', async () => {
    await create();
    const { digest } = await caller.read(path);
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, i) => caller.call('PUT', path, { description: `writer ${i}`, digest: String(digest) })),
    );
    expect(replies.filter(reply => reply.status === 200)).toHaveLength(1);
    expect(new Set(replies.filter(reply => reply.status !== 200).map(reply => reply.message))).toEqual(
      new Set(['checksum mismatch (file change by other user?)']),
    );
  });

  test('stays when nothing changes, and goes back when the content does', async () => {
    await create();
    const digests: unknown[] = [];
    for (const name of ['a', 'a', 'b', 'a']) {
      await caller.call('PUT', path, { name });
      digests.push((await caller.read(path))['digest']);
    }
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
    expect(digests[3]).toBe(digests[0]);
  });

  test('survives a migration, during which the row is locked', async () => {
    await create();
    const before = (await caller.read(path))['digest'];
    await caller.call('POST', `${NODE}/qemu/100/migrate`, { target: 'lab-02' });
    expect(await row(100)).toMatchObject({ node: 'lab-01', lock: 'migrate' });
    simulator.world.advance(1000);
    expect(await row(100)).toMatchObject({ node: 'lab-02' });
    expect(await caller.call('GET', path)).toMatchObject({
      status: 500,
      message: `Configuration file 'nodes/lab-01/qemu-server/100.conf' does not exist`,
    });
    expect((await caller.read('/nodes/lab-02/qemu/100/config'))['digest']).toBe(before);
  });
});

describe('the cluster resources', () => {
  test('show a brand-new guest without a name until its node has broadcast', async () => {
    await create({ tags: 'b' });
    expect(await row(100)).toEqual({ id: 'qemu/100', vmid: 100, node: 'lab-01', type: 'qemu', status: 'unknown', tags: 'b' });
    simulator.world.tick();
    expect(await row(100)).toMatchObject({ name: 'first', status: 'stopped' });
  });

  test('show the old name under an id that was given again, with the new tags', async () => {
    await create({ tags: 'old' });
    simulator.world.tick();
    expect(await caller.task('DELETE', `${NODE}/qemu/100`)).toBe('OK');
    expect(await row(100)).toBeUndefined();
    await create({ name: 'second', tags: 'new' });
    expect(await row(100)).toMatchObject({ name: 'first', tags: 'new' });
    simulator.world.tick();
    expect(await row(100)).toMatchObject({ name: 'second', tags: 'new' });
  });

  test('alone say that a machine is paused', async () => {
    await create();
    await caller.task('POST', `${NODE}/qemu/100/status/start`);
    await caller.task('POST', `${NODE}/qemu/100/status/suspend`);
    simulator.world.tick();
    expect(await row(100)).toMatchObject({ status: 'paused' });
    expect((await caller.rows(`${NODE}/qemu`))[0]).toMatchObject({ status: 'running' });
    expect(await caller.read(`${NODE}/qemu/100/status/current`)).toMatchObject({ status: 'running', qmpstatus: 'paused' });
  });
});

test('a lost node is noticed late, and its guests lose their names later still', async () => {
  simulator.world.createGuest({
    vmid: 200,
    kind: 'qemu',
    node: 'lab-02',
    config: { name: 'over-there', tags: 'x' },
    power: 'running',
  });
  simulator.world.tick();
  const nodeStatus = async (): Promise<unknown> =>
    (await caller.rows('/nodes')).find(item => item['node'] === 'lab-02')?.['status'];
  simulator.world.changeNode('lab-02', { state: 'lost' });
  expect(await nodeStatus()).toBe('online');
  simulator.world.advance(20_000);
  expect(await nodeStatus()).toBe('offline');
  expect(await row(200)).toMatchObject({ name: 'over-there', status: 'running' });
  expect(await caller.call('GET', '/nodes/lab-02/qemu/200/config')).toMatchObject({ status: 595, reason: 'No route to host' });
  simulator.world.advance(300_000);
  expect(await row(200)).toEqual({ id: 'qemu/200', vmid: 200, node: 'lab-02', type: 'qemu', status: 'unknown', tags: 'x' });
  simulator.world.changeNode('lab-02', { state: 'online' });
  expect(await nodeStatus()).toBe('unknown');
  simulator.world.tick();
  expect(await nodeStatus()).toBe('online');
  expect(await row(200)).toMatchObject({ name: 'over-there' });
});

test('without quorum reads go on, writes are refused and a stop still works', async () => {
  await create();
  await caller.task('POST', `${NODE}/qemu/100/status/start`);
  simulator.world.setQuorum(false);
  expect(await caller.call('PUT', `${NODE}/qemu/100/config`, { name: 'x' })).toMatchObject({
    status: 500,
    message: expect.stringContaining('Permission denied'),
  });
  expect(await caller.call('POST', `${NODE}/qemu`, { vmid: 101 })).toMatchObject({ message: 'cluster not ready - no quorum?' });
  expect(await caller.task('POST', `${NODE}/qemu/100/status/stop`)).toBe('OK');
});

test('of six creates with one id exactly one is taken', async () => {
  const replies = await Promise.all(Array.from({ length: 6 }, () => caller.call('POST', `${NODE}/qemu`, { vmid: 190 })));
  expect(replies.map(reply => reply.status).sort()).toEqual([200, 500, 500, 500, 500, 500]);
});

test('a create that fails in its task leaves nothing behind', async () => {
  const exit = await create({ ide2: 'local:iso/none.iso,media=cdrom', scsi0: 'local-lvm:8' });
  expect(exit).toBe(`unable to create VM 100 - volume 'local:iso/none.iso' does not exist`);
  expect((await caller.call('GET', `${NODE}/qemu/100/config`)).status).toBe(500);
  expect(await caller.rows(`${NODE}/storage/local-lvm/content`)).toEqual([]);
});

test('a task can be told to fail or to warn', async () => {
  simulator.world.planTask({ type: 'qmcreate', exit: 'unable to create VM 100 - out of space', count: 1 });
  expect(await create()).toBe('unable to create VM 100 - out of space');
  expect((await caller.call('GET', `${NODE}/qemu/100/config`)).status).toBe(500);
  simulator.world.planTask({ exit: 'WARNINGS: 2', count: 1 });
  expect(await create()).toBe('WARNINGS: 2');
  expect(await caller.read(`${NODE}/qemu/100/config`)).toHaveProperty('name', 'first');
});

test('a busy configuration is refused after a while, and overruling a shutdown frees it', async () => {
  await create();
  await caller.task('POST', `${NODE}/qemu/100/status/start`);
  simulator.world.changeGuest(100, { releasesDevices: false });
  await caller.call('POST', `${NODE}/qemu/100/status/shutdown`, { timeout: 120 });
  expect(await caller.call('PUT', `${NODE}/qemu/100/config`, { name: 'x' })).toMatchObject({
    status: 500,
    message: expect.stringContaining(`can't lock file`),
  });
  expect(await caller.task('POST', `${NODE}/qemu/100/status/stop`, { 'overrule-shutdown': 1 })).toBe('OK');
  expect((await caller.call('PUT', `${NODE}/qemu/100/config`, { name: 'x' })).status).toBe(200);
});

test('what a running machine cannot change waits for its next start', async () => {
  await create({ cores: 1 });
  await caller.task('POST', `${NODE}/qemu/100/status/start`);
  await caller.call('PUT', `${NODE}/qemu/100/config`, { cores: 4, name: 'at-once' });
  expect(await caller.read(`${NODE}/qemu/100/config`, { current: 1 })).toMatchObject({ cores: 1, name: 'at-once' });
  expect(await caller.read(`${NODE}/qemu/100/config`)).toMatchObject({ cores: 4 });
  await caller.task('POST', `${NODE}/qemu/100/status/reboot`);
  expect(await caller.read(`${NODE}/qemu/100/config`, { current: 1 })).toMatchObject({ cores: 4 });
});

test('a device that cannot be plugged is a 400: a machine has the rest applied, a container nothing', async () => {
  await create();
  simulator.world.createGuest({
    vmid: 101,
    kind: 'lxc',
    config: { hostname: 'ct', memory: 512, rootfs: 'local-lvm:vm-101-disk-0,size=4G' },
  });
  for (const vmid of [100, 101]) simulator.world.changeGuest(vmid, { power: 'running' });
  const machine = await caller.call('PUT', `${NODE}/qemu/100/config`, { name: 'applied', net2: 'virtio,bridge=nowhere' });
  expect(machine).toMatchObject({ status: 400, errors: { net2: expect.stringContaining('hotplug problem') } });
  expect(await caller.read(`${NODE}/qemu/100/config`, { current: 1 })).toMatchObject({ name: 'applied' });
  expect(await caller.rows(`${NODE}/qemu/100/pending`)).toContainEqual({
    key: 'net2',
    pending: expect.stringContaining('bridge=nowhere'),
  });
  const container = await caller.call('PUT', `${NODE}/lxc/101/config`, { hostname: 'applied', net2: 'name=eth2,bridge=nowhere' });
  expect(container).toMatchObject({ status: 400, errors: { net2: expect.stringContaining('unable to hotplug') } });
  const config = await caller.read(`${NODE}/lxc/101/config`);
  expect(config).toMatchObject({ hostname: 'ct' });
  expect(config).not.toHaveProperty('net2');
});

test('a rollback brings the old configuration back with a new generation id', async () => {
  await create({ scsi0: 'local-lvm:4' });
  const before = await caller.read(`${NODE}/qemu/100/config`);
  expect(await caller.task('POST', `${NODE}/qemu/100/snapshot`, { snapname: 'before' })).toBe('OK');
  await caller.call('PUT', `${NODE}/qemu/100/config`, { name: 'changed' });
  expect(await caller.task('POST', `${NODE}/qemu/100/snapshot/before/rollback`)).toBe('OK');
  const after = await caller.read(`${NODE}/qemu/100/config`);
  expect(after).toMatchObject({ name: 'first', parent: 'before', smbios1: before['smbios1'] });
  expect(after['vmgenid']).not.toBe(before['vmgenid']);
});

test('a full clone has another identity and its own disks', async () => {
  await create({ scsi0: 'local-lvm:4', net0: 'virtio,bridge=vmbr0', tags: 'mark', description: 'marked', protection: 1 });
  expect(await caller.task('POST', `${NODE}/qemu/100/clone`, { newid: 101, full: 1 })).toBe('OK');
  const [from, to] = await Promise.all([100, 101].map(vmid => caller.read(`${NODE}/qemu/${vmid}/config`)));
  expect(to).toMatchObject({
    name: 'Copy-of-VM-first',
    tags: 'mark',
    description: 'marked',
    protection: 1,
    scsi0: 'local-lvm:vm-101-disk-0,size=4G',
  });
  for (const key of ['smbios1', 'vmgenid', 'net0']) expect(to?.[key]).not.toBe(from?.[key]);
});

test('the destroy path of a writer that is fenced into its pool', async () => {
  expect(await writer.task('POST', `${NODE}/qemu`, { vmid: 431, name: 'w', pool: 'managed', scsi0: 'local-lvm:1' })).toBe('OK');
  const path = `${NODE}/qemu/431/config`;
  const first = String((await writer.read(path))['digest']);
  expect((await writer.call('PUT', path, { tags: 'proxbox-pending-deletion', digest: first })).status).toBe(200);
  expect(await writer.call('PUT', path, { tags: 'proxbox-destroying', digest: first })).toMatchObject({
    message: expect.stringContaining('checksum mismatch'),
  });
  const second = String((await writer.read(path))['digest']);
  expect((await writer.call('PUT', path, { tags: 'proxbox-destroying', protection: 1, digest: second })).status).toBe(200);
  expect(await writer.call('DELETE', `${NODE}/qemu/431`)).toMatchObject({
    message: `can't remove VM 431 - protection mode enabled`,
  });
  await writer.call('PUT', path, { protection: 0 });
  const gone = await writer.call('DELETE', `${NODE}/qemu/431`, { purge: 1, 'destroy-unreferenced-disks': 0 });
  expect(gone.status).toBe(200);
  simulator.world.advance(1000);
  expect((await writer.rows(`${NODE}/tasks`, { vmid: 431, source: 'all' }))[0]).toMatchObject({
    type: 'qmdestroy',
    status: 'OK',
  });
  expect((await writer.call('GET', path)).status).toBe(403);
  expect(await new Caller(simulator, 'read').call('GET', path)).toMatchObject({
    status: 500,
    message: expect.stringContaining('does not exist'),
  });
});
