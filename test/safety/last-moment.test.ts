import { randomUUID } from 'node:crypto';
import type { DeletionView } from '../../api/deletion/schema';
import { PENDING_DELETION } from '../../domain/deletion/marks';
import type { DeletionLab } from '../workflows/deletion/support/deletion-lab';
import { onFault } from '../workflows/faults/support/on-fault';
import { container, vm } from '../workflows/reflection/support/guests';
import type { Cluster } from '../workflows/reflection/support/lab';
import { startMomentLab, type Arrange, type MomentLab } from './support/moment-lab';

jest.setTimeout(300_000);

/** Everything that is asked once more between an approval and its DELETE, one fact at a time. */
let moments: MomentLab;
let lab: DeletionLab;
let cluster: Cluster;

beforeAll(async () => {
  moments = await startMomentLab('delta');
  ({ lab, cluster } = moments);
  await usual();
});
afterAll(() => moments?.stop());
afterEach(async () => {
  cluster.proxmox.faults.clear();
  await usual();
});

const world = () => cluster.proxmox.world;
const policy = (values: Record<string, unknown>): Promise<void> => moments.policy(values);
const usual = (): Promise<void> => moments.usual();
const deletesOf = (vmid: number): string[] => moments.deletesOf(vmid);
const query = (sql: string, values: unknown[]): Promise<unknown> => lab.world.database.pool.query(sql, values);
const look = (vmid: number): Promise<void> => moments.look(vmid);
const ask = (before?: Arrange): Promise<DeletionView> => moments.ask(before);
const approve = (request: DeletionView, more?: Record<string, unknown>): Promise<DeletionView> => moments.approve(request, more);

function otherGuest(config: Record<string, string>): number {
  const vmid = moments.fresh();
  world().createGuest(vm(vmid, `vm-${vmid}`, { power: 'stopped', config }));
  return vmid;
}

const backupOf = (vmid: number, daysAgo: number): void =>
  world().addVolume({
    volid: `local:backup/vzdump-qemu-${vmid}-${randomUUID()}.vma.zst`,
    storage: 'local',
    node: world().guest(vmid).node,
    content: 'backup',
    format: 'vma.zst',
    size: 1_000_000_000,
    ctime: Math.floor(Date.now() / 1000) - daysAgo * 86_400,
    vmid,
  });

const isHaManaged = (vmid: number, on: boolean): void => {
  const { haResources } = world().sim.cluster;
  if (on) haResources.set(`vm:${vmid}`, { sid: `vm:${vmid}`, type: 'vm', state: 'stopped' });
  else haResources.delete(`vm:${vmid}`);
};
const isReplicated = (vmid: number, on: boolean): void => {
  const { replication } = world().sim.cluster;
  if (on) replication.push({ id: `${vmid}-0`, guest: vmid, source: 'pve1', target: 'pve2' });
  else replication.splice(0);
};
/** Nobody reads the configuration of another guest any more. */
const configFails = (answer: { status: number; message: string }): void => {
  const other = otherGuest({});
  const match = { method: 'GET', pathPattern: `/qemu/${other}/config$`, count: 0 };
  cluster.proxmox.faults.add({ match, when: 'before', action: { kind: 'status', ...answer } });
};
const nothing: Arrange = () => {};

interface Case {
  is: string;
  state: 'blocked' | 'void' | 'held';
  code: string;
  before?: Arrange;
  after?: Arrange;
  /** What a person does about it; then it is carried out. */
  cleared?: Arrange;
}

const cases: Case[] = [
  {
    is: 'was started',
    state: 'blocked',
    code: 'running',
    after: vmid => world().changeGuest(vmid, { power: 'running' }),
    cleared: vmid => world().changeGuest(vmid, { power: 'stopped' }),
  },
  {
    is: 'has lost its tag',
    state: 'blocked',
    code: 'mark_missing',
    after: vmid => world().changeGuest(vmid, { remove: ['tags'] }),
    cleared: vmid => world().changeGuest(vmid, { config: { tags: PENDING_DELETION } }),
  },
  {
    is: 'is locked',
    state: 'blocked',
    code: 'locked',
    after: vmid => world().changeGuest(vmid, { config: { lock: 'backup' } }),
    cleared: vmid => world().changeGuest(vmid, { remove: ['lock'] }),
  },
  {
    is: 'is protected',
    state: 'blocked',
    code: 'protected',
    before: vmid => world().changeGuest(vmid, { config: { protection: 1 } }),
  },
  {
    is: 'is managed by HA',
    state: 'blocked',
    code: 'ha_managed',
    after: vmid => isHaManaged(vmid, true),
    cleared: vmid => isHaManaged(vmid, false),
  },
  {
    is: 'is replicated',
    state: 'blocked',
    code: 'replicated',
    after: vmid => isReplicated(vmid, true),
    cleared: vmid => isReplicated(vmid, false),
  },
  {
    is: 'has a disk that another guest names, too',
    state: 'blocked',
    code: 'disks_shared',
    after: vmid => otherGuest({ scsi1: `ceph:vm-${vmid}-disk-0,size=8G` }),
  },
  {
    is: 'cannot be told from another guest',
    state: 'blocked',
    code: 'identity_shared',
    after: vmid => otherGuest({ smbios1: String(world().guest(vmid).config['smbios1']) }),
  },
  {
    is: 'is a template with linked clones',
    state: 'blocked',
    code: 'has_linked_clones',
    before: vmid => world().changeGuest(vmid, { config: { template: 1, scsi0: `ceph:base-${vmid}-disk-0,size=8G` } }),
    after: vmid => otherGuest({ scsi0: `ceph:base-${vmid}-disk-0/vm-999-disk-0,size=8G` }),
  },
  {
    is: 'has no backup, where one is wanted',
    state: 'blocked',
    code: 'backup_missing',
    before: () => policy({ deletion_backup_policy: 'recent' }),
  },
  {
    is: 'has a backup that is too old',
    state: 'blocked',
    code: 'backup_missing',
    before: vmid => policy({ deletion_backup_policy: 'recent' }).then(() => backupOf(vmid, 30)),
    cleared: vmid => backupOf(vmid, 1),
  },
  {
    is: 'would be one too many on a day',
    state: 'blocked',
    code: 'ceiling',
    after: () => policy({ deletion_most_per_day: 0 }),
    cleared: () => usual(),
  },
  {
    is: 'is on an endpoint that was frozen',
    state: 'held',
    code: 'frozen',
    after: () => policy({ deletion_frozen: 'the yearly audit' }),
    cleared: () => policy({ deletion_frozen: null }),
  },
  {
    is: 'is on an endpoint that was disabled',
    state: 'held',
    code: 'endpoint_disabled',
    after: () => query('update endpoint set enabled = false where id = $1', [cluster.id]),
    cleared: () => query('update endpoint set enabled = true where id = $1', [cluster.id]),
  },
  {
    is: 'was asked for by somebody who was disabled since',
    state: 'held',
    code: 'permission_denied',
    after: () => query('update app_user set enabled = false where id = $1', [lab.requester.id]),
    cleared: () => query('update app_user set enabled = true where id = $1', [lab.requester.id]),
  },
  {
    is: 'is next to a guest whose disks cannot be read',
    state: 'blocked',
    code: 'not_readable',
    after: () => configFails({ status: 403, message: 'Permission check failed' }),
    cleared: () => cluster.proxmox.faults.clear(),
  },
  {
    is: 'is next to a guest that is nowhere to be read, and still listed',
    state: 'blocked',
    code: 'not_readable',
    after: vmid =>
      configFails({ status: 500, message: `Configuration file 'nodes/pve1/qemu-server/${vmid}.conf' does not exist` }),
    cleared: () => cluster.proxmox.faults.clear(),
  },
  {
    is: 'is a container under its VMID',
    state: 'void',
    code: 'guest_gone',
    after: vmid => {
      world().destroyGuest(vmid);
      world().createGuest(container(vmid, `vm-${vmid}`, { power: 'stopped', config: { tags: PENDING_DELETION } }));
    },
  },
  { is: 'was renamed', state: 'void', code: 'changed', after: vmid => world().rename(vmid, 'another') },
  {
    is: 'has another disk',
    state: 'void',
    code: 'changed',
    after: vmid => world().changeGuest(vmid, { config: { scsi1: `ceph:vm-${vmid}-disk-1,size=8G` } }),
  },
  {
    is: 'was protected',
    state: 'void',
    code: 'changed',
    after: vmid => world().changeGuest(vmid, { config: { protection: 1 } }),
  },
  {
    is: 'is another one under the same VMID',
    state: 'void',
    code: 'other_guest',
    after: vmid => world().recreateGuest(vm(vmid, `vm-${vmid}`, { power: 'stopped', config: { tags: PENDING_DELETION } })),
  },
  { is: 'is gone', state: 'void', code: 'guest_gone', after: vmid => world().destroyGuest(vmid) },
];

test.each(cases)('a guest that $is is not destroyed: $state', async ({ state, code, before, after = nothing, cleared }) => {
  const asked = await ask(before);
  const { vmid } = asked;
  // It happens between the approval and the look that follows it.
  const { status } = await lab.decide(lab.approver, asked.id, 'approve');
  expect(status).toBe(200);
  await after(vmid);
  world().tick();
  await look(vmid);
  const stopped = await lab.show(asked.id);
  expect(stopped.state).toBe(state);
  expect(new Set(stopped.reasons.map(reason => reason.code))).toEqual(new Set([code]));
  expect(deletesOf(vmid)).toEqual([]);
  expect(lab.writesOf(cluster).filter(call => call.includes('/status/'))).toEqual([]);
  if (cleared === undefined) return;
  await cleared(vmid);
  await look(vmid);
  expect(await lab.show(asked.id)).toMatchObject({ state: 'destroyed' });
  expect(deletesOf(vmid)).toHaveLength(1);
});

test('a guest that moved is followed to its node, since it is the same', async () => {
  const asked = await ask();
  const { node } = world().guest(asked.vmid);
  const other = world()
    .truth()
    .nodes.find(name => name !== node);
  world().changeGuest(asked.vmid, { node: other ?? '' });
  world().tick();
  expect(await approve(asked)).toMatchObject({ state: 'destroyed' });
  expect(deletesOf(asked.vmid)).toEqual([expect.stringContaining(`/nodes/${other}/qemu/${asked.vmid} `)]);
});

test('a snapshot, a backup and a lock that came and went make no approval void', async () => {
  const asked = await ask();
  world().changeGuest(asked.vmid, { config: { parent: 'before-the-update' } });
  backupOf(asked.vmid, 0);
  expect(await approve(asked)).toMatchObject({ state: 'destroyed' });
});

test('whoever approves may say that it goes without a backup', async () => {
  await policy({ deletion_backup_policy: 'recent' });
  const asked = await ask();
  expect(await approve(asked, { without_backup: true })).toMatchObject({ state: 'destroyed', receipt: { withoutBackup: true } });
});

test('a guest that is changed between the last read and the DELETE is saved by the digest of its configuration', async () => {
  const asked = await ask();
  const { faults } = cluster.proxmox;
  faults.add({
    match: { method: 'PUT', pathPattern: `/qemu/${asked.vmid}/config$` },
    when: 'before',
    action: { kind: 'delay', ms: 1 },
  });
  onFault<never, unknown>(faults, () => void world().changeGuest(asked.vmid, { config: { memory: '4096' } }));
  expect(await approve(asked)).toMatchObject({ state: 'failed', reasons: [{ code: 'not_sent' }] });
  expect(deletesOf(asked.vmid)).toEqual([]);
});

test('the destroy stands in the audit log before it is sent, and what came of it after', async () => {
  const asked = await ask();
  const { faults } = cluster.proxmox;
  const rows = async (): Promise<string[]> => {
    const { rows: found } = await lab.world.database.pool.query<{ action: string; phase: string; result: string | null }>(
      'select action, phase, result from audit where object_id = $1 order by seq',
      [asked.id],
    );
    return found.map(({ action, phase, result }) => `${action} ${phase}${result === null ? '' : ` ${result}`}`);
  };
  let before: Promise<string[]> | undefined;
  faults.add({
    match: { method: 'DELETE', pathPattern: `/qemu/${asked.vmid}$` },
    when: 'before',
    action: { kind: 'delay', ms: 500 },
  });
  onFault<never, unknown>(faults, () => void (before ??= rows()));
  expect(await approve(asked)).toMatchObject({ state: 'destroyed' });
  expect((await before)?.at(-1)).toBe('deletion.destroy intent');
  expect(await rows()).toEqual([
    'deletion.request intent',
    'deletion.request outcome succeeded',
    'deletion.mark intent',
    'deletion.mark outcome succeeded',
    'deletion.approve intent',
    'deletion.approve outcome succeeded',
    'deletion.decided event succeeded',
    'deletion.destroy intent',
    'deletion.destroy outcome succeeded',
    'deletion.end event succeeded',
  ]);
  expect(await lab.world.api('GET', '/audit/verify')).toMatchObject({ intact: true });
});

test('a task that ended with an error is no success: the guest is there, and loses its tag', async () => {
  const asked = await ask();
  world().planTask({ type: 'qmdestroy', exit: 'storage is not available', count: 1 });
  expect(await approve(asked)).toMatchObject({ state: 'failed', reasons: [{ code: 'destroy_failed' }] });
  expect(deletesOf(asked.vmid)).toHaveLength(1);
  expect(world().guest(asked.vmid).config).not.toHaveProperty('tags', expect.stringContaining('proxbox-'));
});

test('somebody without the right to decide neither approves nor rejects', async () => {
  const viewer = await lab.actor('viewer', 'view');
  const asked = await ask();
  for (const verdict of ['approve', 'reject'] as const) {
    const { status, body } = await lab.decide(viewer, asked.id, verdict, verdict === 'reject' ? { reason: 'no' } : {});
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'permission-denied' });
  }
  expect((await lab.show(asked.id)).state).toBe('pending');
});

test('where two must approve, one person counts once, and nothing happens before the second', async () => {
  await lab.world.api('PATCH', '/settings', { deletion_quorum: 2 }, { 'if-match': '*' });
  const second = await lab.actor('second', 'view', 'authorize_deletion_request');
  const asked = await ask();
  for (let times = 0; times < 2; times++) {
    expect(await approve(asked)).toMatchObject({ state: 'pending' });
    expect(deletesOf(asked.vmid)).toEqual([]);
  }
  await lab.decide(second, asked.id, 'approve');
  await look(asked.vmid);
  await lab.world.api('PATCH', '/settings', { deletion_quorum: null }, { 'if-match': '*' });
  expect(await lab.show(asked.id)).toMatchObject({
    state: 'destroyed',
    receipt: { approvedBy: ['approver', 'approver', 'second'] },
  });
});

test('a secret in what Proxmox answers, and a code, are in no row and in no answer', async () => {
  const asked = await ask();
  const secret = 'canary-0d3f6c1b';
  const message = `Permission check failed (storage login, password=${secret})`;
  cluster.proxmox.faults.add({
    match: { method: 'DELETE', pathPattern: `/qemu/${asked.vmid}$` },
    when: 'before',
    action: { kind: 'status', status: 403, message },
  });
  const { code } = (await lab.decide(lab.approver, asked.id, 'code', { verdict: 'approve' })).body;
  await moments.send(asked.vmid, 'approve', code);
  await look(asked.vmid);
  const ended = await lab.show(asked.id);
  expect(ended.reasons[0]?.message).toContain('Permission check failed');
  const { rows } = await lab.world.database.pool.query<{ kept: string }>(
    `select concat((select jsonb_agg(r) from deletion_request r where id = $1::uuid), (select jsonb_agg(d) from deletion_decision d where request_id = $1::uuid),
       (select jsonb_agg(a) from audit a where object_id = $1::text), (select jsonb_agg(n) from notification_delivery n)) as kept`,
    [asked.id],
  );
  for (const canary of [secret, code]) {
    expect(JSON.stringify(ended)).not.toContain(canary);
    expect(rows[0]?.kept).not.toContain(canary);
  }
});
