import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, type Diff, type IntentLab } from './support/intent-lab';

jest.setTimeout(120_000);

const PASSWORD = 'canary-secret-of-a-guest';

let lab: IntentLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  const template = vm(900, 'debian-13', {
    power: 'stopped',
    node: 'delta-01',
    config: {
      template: 1,
      protection: 1,
      scsi0: 'ceph:base-900-disk-0,size=4G',
      ide2: 'ceph:vm-900-cloudinit,media=cdrom',
      description: 'The golden image',
    },
  });
  cluster = await lab.writable('delta', [template, vm(100, 'web')], {
    fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0' } },
  });
});
afterAll(() => lab.stop());

const create = (kind: string, payload: Record<string, unknown>): Diff => ({ op: 'create', kind, payload });
const requestsTo = (pattern: RegExp): Record<string, unknown>[] =>
  cluster.proxmox.requests
    .list()
    .filter(({ method, path }) => method === 'POST' && pattern.test(path))
    .map(({ params }) => params);

test('a guest is cloned from a template, grown and configured, and known by its mark', async () => {
  const run = await lab.apply(cluster, [
    create('qemu', {
      name: 'app-1',
      template_vmid: 900,
      cores: 4,
      memory_mib: 4096,
      tags: ['green'],
      disks: [{ key: 'scsi0', size_mib: 8192 }],
      nics: [{ key: 'net0', bridge: 'vmbr1', vlan: 30 }],
      cloud_init: { user: 'ops', network: { ip: '192.0.2.10/24', gw: '192.0.2.1' } },
      password: PASSWORD,
    }),
  ]);
  expect(run).toMatchObject({ state: 'completed', intent: { results: [{ state: 'applied', op: 'create' }] } });
  const vmid = run.intent.results[0]?.vmid ?? 0;
  const { config, node } = cluster.proxmox.world.guest(vmid);
  expect(node).toBe('delta-01');
  expect(config).toMatchObject({
    name: 'app-1',
    cores: 4,
    memory: '4096',
    tags: 'green',
    ciuser: 'ops',
    ipconfig0: 'ip=192.0.2.10/24,gw=192.0.2.1',
  });
  expect(config['cipassword']).toBeDefined();
  expect(config['scsi0']).toContain('size=8G');
  expect(config['net0']).toMatch(/bridge=vmbr1,tag=30/);
  expect(config['protection']).toBeUndefined();
  expect(String(config['description'])).toMatch(/proxbox-birth: [0-9a-f-]{36}/);
  expect(requestsTo(/\/qemu\/900\/clone$/)).toHaveLength(1);

  // No second one comes of a sync, and the mark is no note of a person.
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed' });
  expect(await lab.vmNamed('app-1')).toMatchObject({ vcpus: 4, memory: 4096 });
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed', writes: [] });
});

test('a container is made from an archive, with its root password kept secret', async () => {
  const run = await lab.apply(cluster, [
    create('lxc', {
      name: 'db-1',
      node: 'delta-02',
      ostemplate: 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst',
      cores: 2,
      memory_mib: 1024,
      disks: [{ key: 'rootfs', size_mib: 8192 }],
      nics: [{ key: 'net0', vlan: 40, addresses: ['192.0.2.20/24'] }],
      tags: ['blue'],
      password: PASSWORD,
    }),
  ]);
  expect(run).toMatchObject({ state: 'completed', intent: { results: [{ state: 'applied', kind: 'lxc' }] } });
  const { config, node } = cluster.proxmox.world.guest(run.intent.results[0]?.vmid ?? 0);
  expect(node).toBe('delta-02');
  expect(config).toMatchObject({ hostname: 'db-1', cores: 2, memory: 1024, tags: 'blue' });
  expect(config['rootfs']).toContain('size=8G');
  expect(config['net0']).toMatch(/tag=40/);
});

test('a virtual machine is made from nothing, and from an ISO', async () => {
  const common = {
    node: 'delta-01',
    memory_mib: 1024,
    cores: 1,
    disks: [{ key: 'scsi0', size_mib: 4096 }],
    nics: [{ key: 'net0' }],
  };
  const run = await lab.apply(cluster, [
    create('qemu', { name: 'bare', ...common }),
    create('qemu', { name: 'from-iso', iso: 'local:iso/debian-13.2.0-amd64-netinst.iso', ...common }),
  ]);
  expect(run.intent.results).toMatchObject([{ state: 'applied' }, { state: 'applied' }]);
  const [bare, iso] = run.intent.results.map(({ vmid }) => cluster.proxmox.world.guest(vmid ?? 0).config);
  expect(bare?.['ide2']).toBeUndefined();
  expect(iso?.['ide2']).toContain('debian-13.2.0-amd64-netinst.iso');
});

test('the answer of a clone is lost after it was taken: one guest, as wanted', async () => {
  cluster.proxmox.faults.add({ match: { method: 'POST', pathPattern: '/clone$' }, when: 'after', action: { kind: 'reset' } });
  const before = requestsTo(/\/clone$/).length;
  const run = await lab.apply(cluster, [create('qemu', { name: 'app-2', template_vmid: 900, cores: 2, memory_mib: 2048 })]);
  expect(run.intent.results).toMatchObject([{ state: 'applied' }]);
  expect(requestsTo(/\/clone$/)).toHaveLength(before + 1);
  const made = cluster.proxmox.world.truth().guests.filter(({ name }) => name === 'app-2');
  expect(made).toHaveLength(1);
});

test('a VMID that somebody else takes between plan and apply is not touched', async () => {
  const plan = await lab.planOf(cluster, [create('qemu', { name: 'late', template_vmid: 900, cores: 2, memory_mib: 2048 })]);
  const vmid = plan.changes[0]?.vmid ?? 0;
  cluster.proxmox.world.createGuest(vm(vmid, 'first'));
  lab.writesOf(cluster);
  const run = await lab.applyPlan(plan);
  expect(run.intent.results).toMatchObject([{ state: 'refused', reason: 'vmid_taken' }]);
  expect(lab.writesOf(cluster)).toEqual([]);
});

test('two plans at once promise no VMID twice', async () => {
  const diff = create('qemu', { name: 'twin', template_vmid: 900, cores: 2, memory_mib: 2048 });
  const plans = await Promise.all([lab.planOf(cluster, [diff, diff]), lab.planOf(cluster, [diff, diff])]);
  const vmids = plans.flatMap(({ changes }) => changes.map(({ vmid }) => vmid));
  expect(new Set(vmids).size).toBe(4);
});

test('no secret is left in a row, a history, a journal entry or an answer', async () => {
  const { pool } = lab.world.database;
  for (const table of ['intent_plan', 'guest_change', 'guest_call', 'audit', 'run', 'run_event', 'intent_secret']) {
    const { rows } = await pool.query<{ text: string }>(`select ${table}::text as text from ${table}`);
    expect(rows.filter(({ text }) => text.includes(PASSWORD))).toEqual([]);
  }
  const histories: string[] = [];
  for await (const { workflowId, runId } of lab.world.client.workflow.list()) {
    histories.push(JSON.stringify(await lab.world.client.workflow.getHandle(workflowId, runId).fetchHistory()));
  }
  const encoded = Buffer.from(PASSWORD).toString('base64').slice(0, 24);
  expect(histories.filter(text => text.includes(PASSWORD) || text.includes(encoded))).toEqual([]);
});
