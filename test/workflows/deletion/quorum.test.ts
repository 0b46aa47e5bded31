import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startDeletionLab, type Actor, type DeletionLab } from './support/deletion-lab';

jest.setTimeout(120_000);

let lab: DeletionLab;
let cluster: Cluster;
let second: Actor;

beforeAll(async () => {
  lab = await startDeletionLab({ PROXBOX_DELETION_QUORUM: '2' });
  cluster = await lab.writable(
    'quorum',
    [100, 101, 102].map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped' })),
  );
  second = await lab.actor('second', 'view', 'authorize_deletion_request');
});
afterAll(() => lab?.stop());

const approvalsOf = async (id: string): Promise<number> =>
  (await lab.show(id)).decisions.filter(({ verdict, effectiveAt }) => verdict === 'approve' && effectiveAt !== null).length;

test('two people must approve: one of them, however often, is not enough', async () => {
  const asked = await lab.ask(cluster, 100);
  expect(await lab.decide(lab.approver, asked.id, 'approve')).toMatchObject({ status: 200, body: { state: 'pending' } });
  expect(await lab.decide(lab.approver, asked.id, 'approve')).toMatchObject({ status: 200, body: { state: 'pending' } });
  expect(await approvalsOf(asked.id)).toBe(2);
  expect(lab.deletes(cluster)).toEqual([]);
  expect((await lab.decide(second, asked.id, 'approve')).status).toBe(200);
  expect(await lab.closed(asked.id)).toMatchObject({
    state: 'destroyed',
    receipt: { approvedBy: expect.arrayContaining(['approver', 'second']) },
  });
  expect(lab.deletes(cluster)).toHaveLength(1);
});

test('a rejection ends it, whoever has approved', async () => {
  const asked = await lab.ask(cluster, 101);
  await lab.decide(lab.approver, asked.id, 'approve');
  expect((await lab.decide(second, asked.id, 'reject', { reason: 'still in use' })).status).toBe(200);
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'rejected', endedBy: 'second' });
  expect((await lab.decide(second, asked.id, 'approve')).status).toBe(409);
});

test('two approvals of which one is lost leave it pending, and both must approve again', async () => {
  const asked = await lab.ask(cluster, 102);
  const third = await lab.actor('third', 'view', 'authorize_deletion_request');
  cluster.proxmox.world.changeGuest(102, { power: 'running' });
  await lab.decide(lab.approver, asked.id, 'approve');
  await lab.decide(third, asked.id, 'approve');
  await lab.until(asked.id, 'blocked');
  await lab.world.database.pool.query('delete from role_binding where user_id = $1', [third.id]);
  cluster.proxmox.world.changeGuest(102, { power: 'stopped' });
  const back = await lab.until(asked.id, 'pending');
  expect(back).toMatchObject({ state: 'pending', round: 2, deadline: asked.deadline, reasons: [{ code: 'approval_lost' }] });
  expect(back.reasons[0]?.message).toContain('1 of 2 approvals count');
  await lab.decide(lab.approver, asked.id, 'approve');
  expect((await lab.show(asked.id)).state).toBe('pending');
  await lab.decide(second, asked.id, 'approve');
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
});
