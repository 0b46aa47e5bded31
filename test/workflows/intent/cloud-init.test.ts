import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IntentPlanView } from '../../../api/intent/schema';
import type { Storage } from '../../../simulators/proxmox/state';
import { usualStorages } from '../../../simulators/proxmox/world/infrastructure';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, update, type Diff, type IntentLab } from './support/intent-lab';

jest.setTimeout(120_000);

const SECRET = 'canary-of-the-snippet';
const documentOf = (name: string): string => `#cloud-config\nhostname: ${name}\npassword: ${SECRET}\n`;
const usual = {
  intent_storage: 'ceph',
  intent_bridge: 'vmbr0',
  intent_snippets_storage: 'snippets',
  intent_snippets_directory: 'mu',
};

const root = mkdtempSync(join(tmpdir(), 'proxbox-snippets-'));
const folder = join(root, 'mu');
let lab: IntentLab;
let cluster: Cluster;

beforeAll(async () => {
  mkdirSync(folder);
  lab = await startIntentLab({ env: { PROXBOX_SNIPPETS_DIR: root } });
  await lab.switchIntent(true);
  const shared: Storage = {
    name: 'snippets',
    type: 'nfs',
    content: ['snippets'],
    shared: true,
    path: '/mnt/pve/snippets',
    total: 2 ** 40,
    used: 0,
  };
  const storages = [...usualStorages(false), shared];
  const config = { ide2: 'ceph:vm-0-cloudinit,media=cdrom' };
  cluster = await lab.writable(
    'mu',
    [
      vm(100, 'web', { power: 'stopped', config }),
      vm(101, 'db', { power: 'stopped', config: { ...config, cicustom: 'network=snippets:snippets/net.yaml' } }),
      vm(900, 'golden', {
        power: 'stopped',
        node: 'mu-01',
        config: { ...config, template: 1, scsi0: 'ceph:base-900-disk-0,size=4G' },
      }),
    ],
    { world: { storages }, fields: { policy: usual } },
  );
});
afterAll(async () => {
  await lab.stop();
  rmSync(root, { recursive: true });
});
afterEach(() => lab.change(cluster, { policy: usual }));

const userData = (vmid: number, name: string): Diff => update(vmid, { cloud_init: { user_data: documentOf(name) } });
const configOf = (vmid: number): Record<string, unknown> => cluster.proxmox.world.guest(vmid).config;
const fileOf = (vmid: number): string => /user=snippets:snippets\/([^,]+)/.exec(String(configOf(vmid)['cicustom']))?.[1] ?? '';
const blocksOf = ({ verdicts }: IntentPlanView): [string, string][] =>
  verdicts.flatMap(({ verdict, reason, message }) => (verdict === 'blocked' ? [[reason, message] as [string, string]] : []));

test('a document becomes a file that its owner alone can read, which the guest names; the next plan is empty', async () => {
  const { id } = await lab.vmNamed('web');
  const { payload, ...diff } = userData(100, 'web');
  const run = await lab.apply(cluster, [{ ...diff, netbox_id: id, payload: { ...payload, password: SECRET } }]);
  expect(run.intent.results).toMatchObject([{ state: 'applied' }]);
  expect(configOf(100)['cipassword']).toBeDefined();
  const file = join(folder, fileOf(100));
  expect(readFileSync(file, 'utf8')).toBe(documentOf('web'));
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const again = await lab.planOf(cluster, [userData(100, 'web')]);
  expect(again).toMatchObject({ permitted: true, changes: [{ calls: [], fields: [] }] });
  const audited = await lab.world.api<{ items: { phase: string; result: string | null }[] }>(
    'GET',
    '/audit?action=guest.snippet',
  );
  expect(audited.items).toMatchObject([{ phase: 'outcome', result: 'succeeded' }, { phase: 'intent' }]);
  expect(JSON.stringify(audited)).toContain(`snippets:snippets/${fileOf(100)}`);
});

test('another document is another file, and the one before stays for snapshots and clones that name it', async () => {
  const before = fileOf(100);
  await lab.apply(cluster, [userData(100, 'web-2')]);
  expect(fileOf(100)).not.toBe(before);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining([before, fileOf(100)]));
  expect(readdirSync(folder).filter(name => name.startsWith('.'))).toEqual([]);
});

test('what a guest has beside its user data stays', async () => {
  await lab.apply(cluster, [userData(101, 'db')]);
  expect(configOf(101)['cicustom']).toBe(`user=snippets:snippets/${fileOf(101)},network=snippets:snippets/net.yaml`);
  await lab.apply(cluster, [update(101, { cloud_init: { user_data: '' } })]);
  expect(configOf(101)['cicustom']).toBe('network=snippets:snippets/net.yaml');
});

test('a clone is given its document before it is made', async () => {
  const payload = {
    name: 'app',
    template_vmid: 900,
    memory_mib: 1024,
    cloud_init: { user: 'ops', user_data: documentOf('app') },
  };
  const run = await lab.apply(cluster, [{ op: 'create', kind: 'qemu', payload }]);
  expect(run.intent.results).toMatchObject([{ state: 'applied' }]);
  const vmid = run.intent.results[0]?.vmid ?? 0;
  expect(configOf(vmid)).toMatchObject({ name: 'app', ciuser: 'ops' });
  expect(readFileSync(join(folder, fileOf(vmid)), 'utf8')).toBe(documentOf('app'));
});

test('the document of a guest that was not made is taken away; one that was there before stays', async () => {
  const payload = { name: 'never', vmid: 555, template_vmid: 900, cloud_init: { user_data: documentOf('never') } };
  const diff: Diff = { op: 'create', kind: 'qemu', payload };
  const match = { method: 'POST', pathPattern: '/qemu/900/clone$' };
  const refuse = (): unknown =>
    cluster.proxmox.faults.add({ match, when: 'before', action: { kind: 'status', status: 500, message: 'no space left' } });
  const left = (): string[] => readdirSync(folder).filter(name => name.startsWith('proxbox-555-'));
  try {
    refuse();
    expect((await lab.apply(cluster, [diff])).intent.results).toMatchObject([{ state: 'failed' }]);
    expect(left()).toEqual([]);
    const audited = await lab.world.api<{ items: { result: string | null }[] }>('GET', '/audit?action=guest.snippet&limit=4');
    expect(audited.items.map(({ result }) => result)).toEqual(['succeeded', null, 'succeeded', null]);

    cluster.proxmox.faults.clear();
    expect((await lab.apply(cluster, [diff])).intent.results).toMatchObject([{ state: 'applied' }]);
    const [file = ''] = left();
    // Somebody destroys it, and a clone of it may still name the file.
    cluster.proxmox.world.destroyGuest(555);
    refuse();
    expect((await lab.apply(cluster, [diff])).intent.results).toMatchObject([{ state: 'failed' }]);
    expect(left()).toEqual([file]);
  } finally {
    cluster.proxmox.faults.clear();
  }
});

test('a folder that is gone when the change is applied: nothing is sent', async () => {
  const plan = await lab.planOf(cluster, [userData(100, 'late')]);
  expect(plan.permitted).toBe(true);
  rmSync(folder, { recursive: true });
  lab.writesOf(cluster);
  const run = await lab.applyPlan(plan);
  expect(run.intent.results).toMatchObject([{ state: 'refused', reason: 'snippets_not_writable' }]);
  expect(lab.writesOf(cluster)).toEqual([]);
  mkdirSync(folder);
});

test.each([
  ['a folder that there is not', { intent_snippets_directory: 'none' }, /does not find it \(ENOENT\).*intent_snippets_directory/],
  ['a folder outside of the root', { intent_snippets_directory: '..' }, /not below/],
  ['a link that leads out of the root', { intent_snippets_directory: 'out' }, /not below/],
  ['no storage', { intent_snippets_storage: '' }, /intent_snippets_storage and intent_snippets_directory.*local:snippets/],
])('%s: the plan says what to do', async (_, policy, says) => {
  if (!existsSync(join(root, 'out'))) symlinkSync(tmpdir(), join(root, 'out'));
  await lab.change(cluster, { policy: { ...usual, ...policy } });
  const plan = await lab.planOf(cluster, [userData(100, 'nowhere')]);
  expect(blocksOf(plan)).toEqual([['snippets_not_writable', expect.stringMatching(says)]]);
});

test('a storage that each node has for itself is no place for a file that is written once', async () => {
  await lab.change(cluster, { policy: { ...usual, intent_snippets_storage: 'local' } });
  const plan = await lab.planOf(cluster, [userData(100, 'local')]);
  expect(blocksOf(plan)).toEqual([['snippets_not_shared', expect.stringMatching(/all nodes share/)]]);
});

test('a storage that may hold no snippets blocks, too', async () => {
  await lab.change(cluster, { policy: { ...usual, intent_snippets_storage: 'ceph' } });
  const plan = await lab.planOf(cluster, [userData(100, 'ceph')]);
  expect(blocksOf(plan)).toEqual([['storage_content', expect.stringMatching(/may not hold snippets/)]]);
});

test('document and password are in no row after their runs, no history, no log, no answer, and nothing of NetBox', async () => {
  const { pool } = lab.world.database;
  const journal = (await lab.person.get('extras/journal-entries/?limit=100')).rows();
  expect(journal).not.toEqual([]);
  const kept = [lab.world.logged(), JSON.stringify([journal, await lab.vmNamed('web')])];
  for (const table of ['intent_plan', 'guest_change', 'guest_call', 'audit', 'run', 'run_event', 'intent_secret']) {
    const { rows } = await pool.query<{ text: string }>(`select ${table}::text as text from ${table}`);
    kept.push(...rows.map(({ text }) => text));
  }
  const { rows: secrets } = await pool.query(
    'select from intent_secret join intent_plan on intent_plan.id = plan_id where run_id is not null',
  );
  expect(secrets).toEqual([]);
  for await (const { workflowId, runId } of lab.world.client.workflow.list()) {
    kept.push(JSON.stringify(await lab.world.client.workflow.getHandle(workflowId, runId).fetchHistory()));
  }
  const { rows } = await pool.query<{ id: string }>('select id from intent_plan');
  for (const { id } of rows) kept.push(JSON.stringify(await lab.world.api('GET', `/intent/plans/${id}`)));
  const encoded = Buffer.from(SECRET).toString('base64').slice(0, 24);
  expect(kept.filter(text => text.includes(SECRET) || text.includes(encoded))).toEqual([]);
});
