import { container, vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startDeletionLab, type DeletionLab } from './support/deletion-lab';

jest.setTimeout(60_000);

let lab: DeletionLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startDeletionLab();
  cluster = await lab.writable('alpha', [
    ...[100, 101, 102, 103, 104, 105, 106].map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped', config: { tags: 'keep' } })),
    container(110, 'ct-110', { power: 'stopped' }),
  ]);
});
afterAll(() => lab.stop());

const tagsOf = (vmid: number): string => String(cluster.proxmox.world.guest(vmid).config['tags'] ?? '').trim();
const deletesOf = (vmid: number): string[] => lab.deletes(cluster).filter(call => call.includes(`/${vmid} `));

test('a guest that somebody asked for and somebody else approved is destroyed once, verified, and NetBox shows it', async () => {
  const asked = await lab.ask(cluster, 100);
  expect(asked).toMatchObject({
    state: 'pending',
    name: 'vm-100',
    kind: 'qemu',
    requestedBy: [{ name: 'requester', known: true, how: 'asked' }],
  });
  expect(tagsOf(100).split(/[;,]/).sort()).toEqual(['keep', 'proxbox-pending-deletion']);
  expect(deletesOf(100)).toEqual([]);

  expect((await lab.decide(lab.approver, asked.id, 'approve')).status).toBe(200);
  const ended = await lab.closed(asked.id);
  expect(ended).toMatchObject({ state: 'destroyed', proxboxState: 'succeeded', reasons: [] });
  expect(deletesOf(100)).toHaveLength(1);
  const { params } = cluster.proxmox.requests
    .list()
    .find(({ method, path }) => method === 'DELETE' && path.endsWith('/qemu/100'))!;
  expect(params).toEqual({ purge: '1', 'destroy-unreferenced-disks': '0' });
  expect(() => cluster.proxmox.world.guest(100)).toThrow();
  expect(ended.task).toMatch(/^UPID:.*:qmdestroy:100:/);
  expect(ended.receipt).toMatchObject({
    requestedBy: ['requester'],
    approvedBy: ['approver'],
    config: { name: 'vm-100', scsi0: 'ceph:vm-100-disk-0,size=8G' },
    guest: { kind: 'qemu', vmid: 100 },
  });
  expect((await lab.vmNamed('vm-100'))['status']).toMatchObject({ value: 'decommissioning' });
});

test('a container goes the same way', async () => {
  const asked = await lab.ask(cluster, 110);
  await lab.decide(lab.approver, asked.id, 'approve');
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
  expect(deletesOf(110)).toEqual([expect.stringContaining('/lxc/110 {"purge":"1","destroy-unreferenced-disks":"0"}')]);
});

test('a rejected request ends, and takes its tag along', async () => {
  const asked = await lab.ask(cluster, 101);
  expect((await lab.decide(lab.approver, asked.id, 'reject', { reason: 'still in use' })).status).toBe(200);
  expect(await lab.closed(asked.id)).toMatchObject({
    state: 'rejected',
    endedBy: 'approver',
    reasons: [{ code: 'rejected', message: 'still in use' }],
  });
  expect(tagsOf(101)).toBe('keep');
  expect((await lab.vmNamed('vm-101'))['status']).toMatchObject({ value: 'offline' });
  expect((await lab.decide(lab.approver, asked.id, 'approve')).status).toBe(409);
  expect(deletesOf(101)).toEqual([]);
});

test('a cancelled request ends; another one can be made', async () => {
  const asked = await lab.ask(cluster, 101);
  expect((await lab.decide(lab.approver, asked.id, 'cancel')).status).toBe(403);
  expect((await lab.decide(lab.requester, asked.id, 'cancel')).status).toBe(200);
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'cancelled', endedBy: 'requester' });
  const again = await lab.ask(cluster, 101);
  expect(again.id).not.toBe(asked.id);
  await lab.decide(lab.requester, again.id, 'cancel');
  await lab.closed(again.id);
});

test('a running guest blocks, is never stopped by us, and is destroyed once somebody has stopped it', async () => {
  const asked = await lab.ask(cluster, 102);
  cluster.proxmox.world.changeGuest(102, { power: 'running' });
  await lab.decide(lab.approver, asked.id, 'approve');
  expect(await lab.until(asked.id, 'blocked')).toMatchObject({ state: 'blocked', reasons: [{ code: 'running' }] });
  expect(deletesOf(102)).toEqual([]);
  expect(lab.writesOf(cluster).filter(call => call.includes('/status/'))).toEqual([]);
  cluster.proxmox.world.changeGuest(102, { power: 'stopped' });
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
  expect(deletesOf(102)).toHaveLength(1);
});

test.each([
  ['another configuration', () => cluster.proxmox.world.changeGuest(103, { config: { memory: '4096' } }), 'changed'],
  [
    'another guest under the VMID',
    () =>
      cluster.proxmox.world.recreateGuest(vm(103, 'vm-103', { power: 'stopped', config: { tags: 'proxbox-pending-deletion' } })),
    'other_guest',
  ],
  ['no guest any more', () => cluster.proxmox.world.destroyGuest(103), 'guest_gone'],
])('%s after the approval makes it void', async (_, arrange, code) => {
  const asked = await lab.ask(cluster, 103);
  cluster.proxmox.world.changeGuest(103, { power: 'running' });
  await lab.decide(lab.approver, asked.id, 'approve');
  await lab.until(asked.id, 'blocked');
  arrange();
  if (code !== 'guest_gone') cluster.proxmox.world.changeGuest(103, { power: 'stopped' });
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'void', reasons: [{ code }] });
  expect(deletesOf(103)).toEqual([]);
});

test('the master switch and the writes of the endpoint hold it, and it goes on when they are on again', async () => {
  const asked = await lab.ask(cluster, 104);
  cluster.proxmox.world.changeGuest(104, { power: 'running' });
  await lab.decide(lab.approver, asked.id, 'approve');
  await lab.until(asked.id, 'blocked');
  await lab.switchIntent(false);
  expect(await lab.until(asked.id, 'held')).toMatchObject({ reasons: [{ code: 'intent_disabled' }] });
  cluster.proxmox.world.changeGuest(104, { power: 'stopped' });
  await lab.allow(cluster, false);
  await lab.switchIntent(true);
  expect(deletesOf(104)).toEqual([]);
  await lab.allow(cluster, true);
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
  expect(deletesOf(104)).toHaveLength(1);
});
