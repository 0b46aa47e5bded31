import type { IntentPlanView } from '../../../api/intent/schema';
import { container, vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, update, type Diff, type IntentLab } from './support/intent-lab';

jest.setTimeout(240_000);

let lab: IntentLab;
let cluster: Cluster;

const PLAIN = '#cloud-config\nusers:\n  - name: ops\n    plain_text_passwd: canary-of-the-user-data\n';
const create = (payload: Record<string, unknown>, kind = 'qemu'): Diff => ({
  op: 'create',
  kind,
  payload: { name: 'new', ...payload },
});
/** From nothing, on a node that has all it needs. */
const bare = (payload: Record<string, unknown> = {}): Diff =>
  create({ node: 'kappa-01', cores: 1, memory_mib: 512, disks: [{ key: 'scsi0', size_mib: 1024 }], ...payload });

interface Case {
  reason: string;
  /** What the message tells to do. */
  says: RegExp;
  diffs: Diff[];
  policy?: Record<string, unknown>;
  /** What came about in the cluster since the last sync. */
  arrange?(cluster: Cluster): unknown;
}

const cases: Case[] = [
  { reason: 'guest_not_found', says: /sync/, diffs: [update(999, { cores: 4 })] },
  { reason: 'toctou_mismatch', says: /Sync, and plan again/, diffs: [{ ...update(100, { cores: 4 }), kind: 'lxc' }] },
  {
    reason: 'guest_recreated',
    says: /plan again/,
    diffs: [update(110, { cores: 4 })],
    arrange: ({ proxmox }) => proxmox.world.recreateGuest(vm(110, 'another', { power: 'stopped' })),
  },
  {
    reason: 'guest_changed',
    says: /Confirm/,
    diffs: [update(111, { cores: 4 })],
    arrange: ({ proxmox }) => proxmox.world.changeGuest(111, { config: { vmgenid: 'b0f2bd4e-7a39-4bd3-8e3b-3d1a4f6b7c11' } }),
  },
  {
    reason: 'guest_unproven',
    says: /Confirm/,
    diffs: [update(112, { cores: 4 })],
    arrange: async target => {
      target.proxmox.world.copyWithEvidence(112, 212);
      await lab.sync(target);
    },
  },
  {
    reason: 'guest_unknown',
    says: /Sync/,
    diffs: [update(113, { cores: 4 })],
    arrange: ({ proxmox }) => proxmox.world.createGuest(vm(113, 'unseen', { power: 'stopped' })),
  },
  { reason: 'node_missing', says: /Set the custom field proxmox_node/, diffs: [bare({ node: undefined })] },
  { reason: 'node_not_found', says: /Its nodes are kappa-0\d, kappa-0\d: set proxmox_node/, diffs: [bare({ node: 'nowhere' })] },
  {
    reason: 'guest_locked',
    says: /Apply when that is done/,
    diffs: [update(101, { cores: 4 })],
    arrange: ({ proxmox }) => proxmox.world.changeGuest(101, { config: { lock: 'backup' } }),
  },
  { reason: 'guest_is_template', says: /Change it in Proxmox/, diffs: [update(900, { cores: 4 })] },
  { reason: 'vcpus_not_divisible', says: /multiple of 2/, diffs: [update(103, { cores: 3 })] },
  { reason: 'disk_shrink', says: /Give at least/, diffs: [update(100, { disks: [{ key: 'scsi0', size_mib: 1024 }] })] },
  { reason: 'nic_unknown', says: /Wait for the next sync/, diffs: [update(100, { nics: [{ key: 'net7', vlan: 5 }] })] },
  { reason: 'name_invalid', says: /Use letters/, diffs: [update(100, { name: 'not a name!' })] },
  {
    reason: 'cloud_init_invalid',
    says: /user data cannot be used/,
    diffs: [update(100, { cloud_init: { user_data: '#cloud-config\n: [' } })],
  },
  { reason: 'snippets_not_writable', says: /volume id/, diffs: [update(100, { cloud_init: { user_data: PLAIN } })] },
  { reason: 'update_requires_vm_stop', says: /Stop it, and apply again/, diffs: [update(102, { cores: 4 })] },
  { reason: 'vmid_taken', says: /Give another VMID/, diffs: [bare({ vmid: 100 })] },
  { reason: 'vmid_reserved', says: /Give another VMID/, diffs: [bare({ vmid: 600, storage: 'nowhere' }), bare({ vmid: 600 })] },
  {
    reason: 'vmid_out_of_range',
    says: /5000 to 5999/,
    diffs: [bare({ vmid: 700 })],
    policy: { intent_vmid_from: 5000, intent_vmid_to: 5999 },
  },
  { reason: 'template_not_found', says: /Set proxmox_template_vmid/, diffs: [create({ template_vmid: 998 })] },
  { reason: 'template_kind', says: /Name another template/, diffs: [create({ template_vmid: 900 }, 'lxc')] },
  { reason: 'not_a_template', says: /Make it one in Proxmox/, diffs: [create({ template_vmid: 100 })] },
  { reason: 'template_elsewhere', says: /Make the guest on kappa-01/, diffs: [create({ template_vmid: 901, node: 'kappa-02' })] },
  {
    reason: 'template_locked',
    says: /Apply when that is done/,
    diffs: [create({ template_vmid: 901 })],
    arrange: ({ proxmox }) => proxmox.world.changeGuest(901, { config: { lock: 'backup' } }),
  },
  { reason: 'iso_not_found', says: /Upload it/, diffs: [bare({ iso: 'local:iso/none.iso' })] },
  {
    reason: 'template_and_iso',
    says: /Empty one of proxmox_template_vmid and proxmox_iso/,
    diffs: [create({ template_vmid: 900, iso: 'local:iso/debian-13.2.0-amd64-netinst.iso' })],
  },
  {
    reason: 'ostemplate_not_found',
    says: /Upload it/,
    diffs: [
      create({ node: 'kappa-01', ostemplate: 'local:vztmpl/none.tar.zst', disks: [{ key: 'rootfs', size_mib: 1024 }] }, 'lxc'),
    ],
  },
  { reason: 'storage_not_found', says: /Name one that it has/, diffs: [bare({ storage: 'nowhere' })] },
  {
    reason: 'storage_disabled',
    says: /Bring it back, or name another one/,
    diffs: [bare({ storage: 'switched-off' })],
    arrange: ({ proxmox }) =>
      proxmox.world.addStorage({
        ...{ name: 'switched-off', type: 'dir', content: ['images'], shared: true, disabled: true },
        ...{ total: 1e12, used: 0 },
      }),
  },
  { reason: 'storage_content', says: /Allow it in Proxmox/, diffs: [bare({ storage: 'backup-nfs' })] },
  { reason: 'storage_full', says: /Make room/, diffs: [bare({ disks: [{ key: 'scsi0', size_mib: 90_000_000 }] })] },
  { reason: 'bridge_not_found', says: /proxmox_bridge/, diffs: [update(100, { nics: [{ key: 'net0', bridge: 'vmbr77' }] })] },
  { reason: 'quota_exceeded', says: /raise the quota/, diffs: [bare()], policy: { intent_quota_guests: 1 } },
  {
    reason: 'mass_change',
    says: /raise the limit/,
    diffs: [update(100, { cores: 4 }), update(103, { cores: 4 })],
    policy: { intent_most_changes: 1 },
  },
  {
    reason: 'endpoint_writes_disabled',
    says: /Set its allow_writes/,
    diffs: [update(100, { cores: 4 })],
    arrange: target => lab.allow(target, false),
  },
  {
    reason: 'node_offline',
    says: /Apply when it is/,
    diffs: [bare({ node: 'kappa-02' })],
    arrange: ({ proxmox }) => proxmox.world.changeNode('kappa-02', { state: 'offline' }),
  },
  { reason: 'node_offline', says: /guest 120 is on the node kappa-02.+Apply when it is/i, diffs: [update(120, { cores: 4 })] },
];

const usual = { intent_storage: 'ceph', intent_bridge: 'vmbr0', intent_vmid_from: 100, intent_vmid_to: 999_999_999 };
const policy = { ...usual, intent_quota_guests: 0, intent_most_changes: 500 };

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  const stopped = { power: 'stopped', node: 'kappa-01' } as const;
  const template = { ...stopped, config: { template: 1 } };
  cluster = await lab.writable(
    'kappa',
    [
      ...[100, 101, 110, 111, 112].map(vmid => vm(vmid, `guest-${vmid}`, stopped)),
      vm(102, 'runs', { node: 'kappa-01' }),
      vm(120, 'on-the-other-node', { power: 'stopped', node: 'kappa-02' }),
      vm(103, 'two-sockets', { ...stopped, config: { sockets: 2 } }),
      container(105, 'ct', { power: 'stopped', node: 'kappa-01' }),
      vm(900, 'golden', template),
      vm(901, 'local', { ...stopped, config: { template: 1, scsi0: 'local-lvm:base-901-disk-0,size=4G' } }),
    ],
    { fields: { policy } },
  );
});
afterAll(() => lab.stop());

const verdictsOf = ({ verdicts }: IntentPlanView, verdict: string): [string, string][] =>
  verdicts.filter(each => each.verdict === verdict).map(({ reason, message }) => [reason, message]);

test.each(cases)(
  'a plan is blocked with $reason, says what to do, and applies nothing',
  async ({ reason, says, diffs, arrange, ...given }) => {
    await lab.change(cluster, { policy: { ...policy, ...given.policy } });
    await arrange?.(cluster);
    lab.writesOf(cluster);

    const plan = await lab.planOf(cluster, diffs);
    expect(plan).toMatchObject({ state: 'ready', permitted: false });
    const found = verdictsOf(plan, 'blocked').filter(([code]) => code === reason);
    expect(found).not.toEqual([]);
    for (const [, message] of found) expect(message).toMatch(says);

    const run = await lab.applyPlan(plan);
    expect(run.intent.results).toContainEqual(expect.objectContaining({ state: 'refused' }));
    expect(lab.writesOf(cluster)).toEqual([]);
    if (reason === 'endpoint_writes_disabled') await lab.allow(cluster, true);
  },
);

test('a node that goes offline between plan and apply is not waited for', async () => {
  const { world } = cluster.proxmox;
  world.changeNode('kappa-02', { state: 'online' });
  const plan = await lab.planOf(cluster, [update(120, { cores: 4 })]);
  expect(plan).toMatchObject({ permitted: true });
  world.changeNode('kappa-02', { state: 'offline' });
  lab.writesOf(cluster);
  const run = await lab.applyPlan(plan);
  expect(run.intent.results).toMatchObject([{ vmid: 120, state: 'refused', reason: 'node_offline' }]);
  expect(run.intent.results[0]?.message).toMatch(/Apply again when it is/);
  expect(lab.writesOf(cluster)).toEqual([]);
});

test('warnings stop nothing: a password for everybody to read, a tag that Proxmox refuses, a delete', async () => {
  const plan = await lab.planOf(cluster, [
    update(100, { tags: ['has space'] }),
    update(103, { cloud_init: { user_data: PLAIN } }),
    { op: 'delete', kind: 'qemu', payload: { vmid: 102 } },
  ]);
  expect(verdictsOf(plan, 'warning').map(([code]) => code)).toEqual(
    expect.arrayContaining(['tag_refused', 'plaintext_password_warning', 'delete_routed_to_deletion_request']),
  );
  expect(verdictsOf(plan, 'warning').every(([, message]) => message.length > 10)).toBe(true);
});

test('what a document of cloud-init holds is in no row, history, log or answer', async () => {
  const { pool } = lab.world.database;
  const kept = [lab.world.logged()];
  for (const table of ['intent_plan', 'guest_change', 'guest_call', 'audit', 'run', 'run_event', 'intent_secret']) {
    const { rows } = await pool.query<{ text: string }>(`select ${table}::text as text from ${table}`);
    expect([table, rows.length > 0]).toEqual([table, table !== 'guest_call' || rows.length > 0]);
    kept.push(...rows.map(({ text }) => text));
  }
  for await (const { workflowId, runId } of lab.world.client.workflow.list()) {
    kept.push(JSON.stringify(await lab.world.client.workflow.getHandle(workflowId, runId).fetchHistory()));
  }
  const { rows } = await pool.query<{ id: string }>('select id from intent_plan');
  for (const { id } of rows) kept.push(JSON.stringify(await lab.world.api('GET', `/intent/plans/${id}`)));
  expect(kept.filter(text => text.includes('canary-of-the-user-data'))).toEqual([]);
});
