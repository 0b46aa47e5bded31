import type { Row } from '../../contract/netbox/support/api';
import { valueOf } from '../../contract/netbox/support/branching';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, update, type Diff, type IntentLab, type IntentRun } from './support/intent-lab';

jest.setTimeout(180_000);

interface AuditRow {
  seq: number;
  phase: string;
  intentSeq: number | null;
  result: string | null;
  object: { type: string; id: string } | null;
  reason: string | null;
}

let lab: IntentLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  const hot = { hotplug: 'network,disk,memory', numa: 1 };
  cluster = await lab.writable(
    'upsilon',
    [
      vm(100, 'web', { power: 'stopped' }),
      vm(101, 'grows', { config: hot }),
      vm(102, 'loses-its-bridge'),
      vm(103, 'two-sockets', { power: 'stopped', config: { sockets: 2 } }),
      vm(104, 'busy', { power: 'stopped' }),
    ],
    { fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0' } } },
  );
});
afterAll(() => lab.stop());

const auditOf = async ({ id }: IntentRun): Promise<AuditRow[]> =>
  (await lab.world.api<{ items: AuditRow[] }>('GET', `/audit?action=guest.write&runId=${id}&limit=100`)).items.reverse();
const journalOf = async ({ id }: Row): Promise<Row[]> =>
  (await lab.person.get(`extras/journal-entries/?assigned_object_id=${id}&limit=100`)).rows();
const stateIn = (row: Row): unknown => valueOf((row['custom_fields'] as Row)['proxbox_intent_state']);
/** An update of a guest by the virtual machine that shows it. */
async function ofShown(name: string, diff: Diff): Promise<Diff> {
  return { ...diff, netbox_id: (await lab.vmNamed(name)).id };
}

test('each request that writes has a row before it and one after it, and the virtual machine is told once', async () => {
  const web = await lab.vmNamed('web');
  lab.writesOf(cluster);
  const run = await lab.apply(cluster, [
    await ofShown('web', update(100, { memory_mib: 2048, disks: [{ key: 'scsi0', size_mib: 10_240 }] })),
  ]);
  expect(run.intent.results).toMatchObject([{ state: 'applied' }]);
  expect(lab.writesOf(cluster)).toHaveLength(2);

  const rows = await auditOf(run);
  expect(rows.map(({ phase }) => phase)).toEqual(['intent', 'outcome', 'intent', 'outcome']);
  for (const [index, row] of rows.entries()) {
    expect(row.object).toEqual({ type: 'guest', id: 'qemu/100' });
    if (row.phase === 'outcome') expect(row).toMatchObject({ result: 'succeeded', intentSeq: rows[index - 1]?.seq });
  }
  const entries = await journalOf(web);
  expect(entries).toHaveLength(1);
  const comments = String(entries[0]?.['comments']);
  for (const line of ['verb: intent_update_qemu', 'result: applied', 'target_vmid: 100', `run_uuid: ${run.id}`, 'UPID:'])
    expect(comments).toContain(line);
  expect(await journalOf(await lab.vmNamed('busy'))).toEqual([]);
});

test('a refused change is told with its reason, and has no row of an effect', async () => {
  const run = await lab.apply(cluster, [await ofShown('two-sockets', update(103, { cores: 3 }))]);
  expect(run.intent.results).toMatchObject([{ state: 'refused', reason: 'vcpus_not_divisible' }]);
  expect(await auditOf(run)).toEqual([]);
  const shown = await lab.vmNamed('two-sockets');
  expect(stateIn(shown)).toBe('failed');
  expect(shown['custom_fields']).toMatchObject({ proxbox_last_apply_run_id: run.id });
  const [entry] = await journalOf(shown);
  expect(String(entry?.['comments'])).toMatch(/reason: vcpus_not_divisible[\s\S]*multiple of 2/);
});

test('what waits for the next start is said, with the keys', async () => {
  const run = await lab.apply(cluster, [await ofShown('grows', update(101, { memory_mib: 4096, description: 'More' }))]);
  expect(run.intent.results).toMatchObject([{ state: 'partly_applied', reason: 'pending_restart' }]);
  const [result] = run.intent.results;
  expect(result?.message).toMatch(/In effect: description\. In effect at the next start: memory\./);
  expect(stateIn(await lab.vmNamed('grows'))).toBe('drifted');
  const [entry] = await journalOf(await lab.vmNamed('grows'));
  expect(String(entry?.['comments'])).toContain('In effect at the next start: memory');
});

test('a bridge that is gone when the change is made: what stuck of the refused request is read back and said', async () => {
  const plan = await lab.planOf(cluster, [
    update(102, { name: 'renamed', nics: [{ key: 'net1', add: true, bridge: 'vmbr1', vlan: 9 }] }),
  ]);
  expect(plan.permitted).toBe(true);
  const { node } = cluster.proxmox.world.guest(102);
  const bridges = cluster.proxmox.world.sim.cluster.nodes.get(node)?.bridges ?? [];
  bridges.splice(bridges.indexOf('vmbr1'), 1);
  const run = await lab.applyPlan(plan);
  expect(run.intent.results).toMatchObject([{ state: 'partly_applied', reason: 'task_failed' }]);
  expect(run.intent.results[0]?.message).toMatch(
    /^Parameter verification failed\. In effect: name\. In effect at the next start: net1\./,
  );
  expect(cluster.proxmox.world.guest(102).config).toMatchObject({ name: 'renamed' });
  expect(await auditOf(run)).toMatchObject([
    { phase: 'intent' },
    { phase: 'outcome', reason: expect.stringContaining('Parameter verification failed') },
  ]);
});

test('a request that Proxmox made and complained of: its words are told, though everything is there', async () => {
  const message = "volume 'snippets:snippets/none.yaml' does not exist";
  cluster.proxmox.faults.add({
    match: { method: 'PUT', pathPattern: '/100/config$' },
    when: 'after',
    action: { kind: 'status', status: 500, message },
  });
  const run = await lab.apply(cluster, [update(100, { memory_mib: 3072 })]);
  expect(run.intent.results).toMatchObject([
    { state: 'partly_applied', reason: 'proxmox_refused', message: expect.stringMatching(/none\.yaml.* In effect: memory\./) },
  ]);
  expect(cluster.proxmox.world.guest(100).config).toMatchObject({ memory: '3072' });
});

test('a configuration that something else has locked: the change is refused in its words, and nothing was changed', async () => {
  const plan = await lab.planOf(cluster, [update(104, { memory_mib: 4096 })]);
  cluster.proxmox.world.changeGuest(104, { holdLock: 60_000 });
  const run = await lab.applyPlan(plan);
  expect(run.intent.results).toMatchObject([
    { state: 'refused', reason: 'guest_locked', message: expect.stringContaining("can't lock file") },
  ]);
  expect(cluster.proxmox.world.guest(104).config).toMatchObject({ memory: '1024' });
});

test('the warning of passwords in user data can be switched off', async () => {
  const diff = update(100, { cloud_init: { user_data: '#cloud-config\npassword: for-everybody\n' } });
  const warned = async (): Promise<boolean> =>
    (await lab.planOf(cluster, [diff])).verdicts.some(({ reason }) => reason === 'plaintext_password_warning');
  expect(await warned()).toBe(true);
  await lab.world.api('PATCH', '/settings', { intent_warn_plaintext_password: false }, { 'if-match': '*' });
  expect(await warned()).toBe(false);
});

test('tags follow their setting: names that Proxmox takes, slugs in place of the others, or none', async () => {
  const diff = update(100, { tags: ['web server', 'green'] });
  const planned = async (tags: string) => {
    await lab.change(cluster, { policy: { intent_tags: tags } });
    const { changes, verdicts } = await lab.planOf(cluster, [diff]);
    return { to: changes[0]?.fields.map(({ to }) => to), warned: verdicts.map(({ reason }) => reason) };
  };
  expect(await planned('accepted-names')).toEqual({ to: [['green']], warned: ['tag_refused'] });
  expect(await planned('slugs')).toEqual({ to: [['green', 'web-server']], warned: ['default_permit'] });
  expect(await planned('none')).toEqual({ to: [], warned: ['default_permit'] });
});

test('a guest is read where it is: the list of the whole cluster is read as often for many guests as for one', async () => {
  const { requests } = cluster.proxmox;
  const listsOf = async (vmids: readonly number[], memory: number): Promise<number> => {
    const since = requests.list().at(-1)?.n ?? 0;
    const run = await lab.apply(
      cluster,
      vmids.map(vmid => update(vmid, { memory_mib: memory })),
    );
    expect(run.intent.results.map(({ state }) => state)).toEqual(vmids.map(() => 'applied'));
    return requests.list(since).filter(({ path }) => path === '/cluster/resources').length;
  };
  const one = await listsOf([100], 2560);
  expect(one).toBeGreaterThan(0);
  expect(await listsOf([100, 103], 2624)).toBe(one);
});
