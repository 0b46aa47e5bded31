import { setTimeout as sleep } from 'node:timers/promises';
import { onFault } from '../faults/support/on-fault';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startDeletionLab, type DeletionLab } from './support/deletion-lab';

jest.setTimeout(120_000);

let lab: DeletionLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startDeletionLab();
  cluster = await lab.writable(
    'ends',
    [100, 101, 102, 105, 106].map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped' })),
  );
});
afterAll(() => lab?.stop());

const handleOf = (vmid: number) => lab.world.client.workflow.getHandle(`deletion/${cluster.id}/${vmid}`);
const inDatabase = (id: string, change: string) =>
  lab.world.database.pool.query(`update deletion_request set ${change} where id = $1`, [id]);

test('a request that nobody decides about expires, loses its tag, and takes no approval any more', async () => {
  const asked = await lab.ask(cluster, 100);
  await inDatabase(asked.id, `deadline = now()`);
  // Its code is from before the deadline, and comes after it.
  const { code } = (await lab.decide(lab.approver, asked.id, 'code', { verdict: 'approve' })).body;
  await expect(handleOf(100).executeUpdate<unknown, [string]>('approve', { args: [code] })).rejects.toThrow();
  await handleOf(100).signal('look');
  expect(await lab.closed(asked.id)).toMatchObject({
    state: 'expired',
    proxboxState: 'rejected',
    proxboxReason: 'TTL',
    reasons: [{ code: 'TTL' }],
  });
  expect(cluster.proxmox.world.guest(100).config['tags']).not.toBe('proxbox-pending-deletion');
  expect(lab.deletes(cluster)).toEqual([]);
});

test('an approval that could not be carried out for too long counts no more; the deadline stays', async () => {
  const asked = await lab.ask(cluster, 101);
  cluster.proxmox.world.changeGuest(101, { power: 'running' });
  await lab.decide(lab.approver, asked.id, 'approve');
  await lab.until(asked.id, 'blocked');
  await inDatabase(asked.id, `approved_at = now() - interval '25 hours'`);
  const back = await lab.until(asked.id, 'pending');
  expect(back).toMatchObject({
    state: 'pending',
    round: 2,
    approvedAt: null,
    deadline: asked.deadline,
    reasons: [{ code: 'approval_stale' }],
  });
  cluster.proxmox.world.changeGuest(101, { power: 'stopped' });
  expect((await lab.decide(lab.approver, asked.id, 'approve')).status).toBe(200);
  expect((await lab.closed(asked.id)).state).toBe('destroyed');
});

test('a request whose workflow is gone is taken up by the reconciler, with the same deadline', async () => {
  const asked = await lab.ask(cluster, 102);
  await handleOf(102).terminate('by hand');
  await lab.world.client.workflow.execute('reconcile', { workflowId: 'reconcile-now', taskQueue: 'proxbox-control', args: [] });
  expect((await handleOf(102).describe()).status.name).toBe('RUNNING');
  expect(await lab.show(asked.id)).toMatchObject({ state: 'pending', deadline: asked.deadline });
});

test.each([
  ['before', 105],
  ['after', 106],
] as const)('an approval that comes in one task with the deadline, %s it: the deadline wins', async (order, vmid) => {
  const asked = await lab.ask(cluster, vmid);
  const { code } = (await lab.decide(lab.approver, asked.id, 'code', { verdict: 'approve' })).body;
  const events = async () => (await handleOf(vmid).fetchHistory()).events ?? [];
  const timers = async (): Promise<number> => (await events()).filter(event => event.timerFiredEventAttributes).length;
  // No reminder is due before.
  await inDatabase(asked.id, `deadline = now() + interval '10 seconds', reminded = '{deciders,escalation}'`);
  await handleOf(vmid).signal('look');
  const waiting = async (): Promise<boolean> => {
    const { deadline } = await lab.show(asked.id);
    const started = (await events()).flatMap(event => event.timerStartedEventAttributes?.startToFireTimeout?.seconds ?? []);
    return deadline !== asked.deadline && started.some(seconds => Number(seconds) <= 10);
  };
  while (!(await waiting())) await sleep(100);
  await lab.world.stopWorker();
  const before = await timers();
  if (order === 'before') await handleOf(vmid).signal('approve', code);
  while ((await timers()) === before) await sleep(200);
  if (order === 'after') await handleOf(vmid).signal('approve', code);
  await lab.world.startWorker();
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'expired', reasons: [{ code: 'TTL' }] });
  expect(lab.deletes(cluster).filter(call => call.includes(`/${vmid} `))).toEqual([]);
  await handleOf(vmid).result();
  // The decision that came too late is recorded as refused.
  const { rows } = await lab.world.database.pool.query(
    `select result from audit where object_id = $1 and action = 'deletion.refused'`,
    [asked.id],
  );
  expect(rows).toEqual([{ result: 'refused' }]);
});

test('disks that a destroy leaves in their storage are named by its end, its receipt and the audit log', async () => {
  const own = await lab.writable('leaves', [
    vm(107, 'vm-107', { power: 'stopped', config: { scsi1: 'ceph:vm-107-disk-1,size=4G' } }),
  ]);
  const { world, tokens } = own.proxmox;
  // Disks are listed for those who may change them.
  await lab.change(own, { credentials: { read: { kind: 'token', principal: tokens.full.tokenId, secret: tokens.full.secret } } });
  const volume = { storage: 'ceph', content: 'images', format: 'raw', size: 4 * 1024 ** 3, ctime: 0, vmid: 107 } as const;
  world.addVolume({ ...volume, volid: 'ceph:vm-107-disk-1', inUse: true });
  const asked = await lab.ask(own, 107);
  await lab.decide(lab.approver, asked.id, 'approve');
  const ended = await lab.closed(asked.id);
  const message = 'The guest is gone, and its storage still lists ceph:vm-107-disk-1. Look at it there.';
  expect(ended).toMatchObject({
    state: 'destroyed',
    reasons: [{ code: 'disks_left', message }],
    receipt: { remarks: [message] },
  });
  const { rows } = await lab.world.database.pool.query(
    `select reason from audit where object_id = $1 and action = 'deletion.end'`,
    [asked.id],
  );
  expect(rows).toEqual([{ reason: message }]);
});

describe('a destroy of which nothing can be found out', () => {
  test.each([
    ['its credential is taken', 103, () => cluster.proxmox.world.revokeToken(cluster.proxmox.tokens.read.tokenId)],
    ['its endpoint is deleted', 104, () => lab.world.database.pool.query('delete from endpoint where id = $1', [cluster.id])],
  ])('ends as unknown when %s', async (_, vmid, take) => {
    cluster = await lab.writable(`lost-${vmid}`, [vm(vmid, `vm-${vmid}`, { power: 'stopped' })]);
    const asked = await lab.ask(cluster, vmid);
    cluster.proxmox.faults.add({
      match: { method: 'DELETE', pathPattern: `/qemu/${vmid}$` },
      when: 'before',
      action: { kind: 'reset' },
    });
    let taken: Promise<unknown> | undefined;
    onFault<never, unknown>(cluster.proxmox.faults, () => void (taken ??= Promise.resolve(take())));
    await lab.decide(lab.approver, asked.id, 'approve');
    expect(await lab.closed(asked.id)).toMatchObject({ state: 'outcome_unknown', reasons: [{ code: 'unknown_outcome' }] });
    await taken;
    expect(lab.deletes(cluster)).toHaveLength(1);
  });
});
