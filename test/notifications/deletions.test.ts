import { randomUUID } from 'node:crypto';
import { vm } from '../workflows/reflection/support/guests';
import type { Cluster } from '../workflows/reflection/support/lab';
import { startDeletionLab, type Actor, type DeletionLab } from '../workflows/deletion/support/deletion-lab';
import { startMailReceiver, type MailReceiver } from './support/receivers';

/** Whom a deletion request concerns is told by mail, without having subscribed to anything. */
jest.setTimeout(120_000);

let mail: MailReceiver;
let lab: DeletionLab;
let cluster: Cluster;

beforeAll(async () => {
  mail = await startMailReceiver();
  lab = await startDeletionLab({ PROXBOX_SMTP_URL: mail.url, PROXBOX_DELETION_ESCALATION_ROLE: 'Role of the boss' });
  // The tests say when it is looked at.
  await lab.world.client.schedule.getHandle('outbox').pause();
  cluster = await lab.writable(
    'told',
    [100, 101, 102].map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped' })),
  );
  await addressOf(lab.approver, 'approver@example.com');
  await addressOf(lab.requester, 'requester@example.com');
  // May decide, and has no address.
  await lab.actor('silent', 'view', 'authorize_deletion_request');
  await addressOf(await lab.actor('the boss', 'view'), 'boss@example.com');
  const gone = await lab.actor('gone', 'view', 'authorize_deletion_request');
  await addressOf(gone, 'gone@example.com');
  await lab.world.api('PATCH', `/users/${gone.id}`, { enabled: false }, { 'if-match': '*' });
});
beforeEach(() => (mail.mails.length = 0));
afterAll(async () => {
  await lab?.stop();
  await mail?.close();
});

const addressOf = ({ id }: Actor, email: string | null): Promise<unknown> =>
  lab.world.api('PATCH', `/users/${id}`, { email }, { 'if-match': '*' });
const deliver = (): Promise<unknown> =>
  lab.world.client.workflow.execute('outbox', { workflowId: `outbox/${randomUUID()}`, taskQueue: 'proxbox-control' });
const recipients = (): string[] => mail.mails.map(text => /^To: (.+)$/im.exec(text)?.[1] ?? '').sort();

/** So many days of its week are over, and it has been looked at. */
async function after(days: number, { id, vmid }: { id: string; vmid: number }, reminded: string[]): Promise<void> {
  const { pool } = lab.world.database;
  await pool.query(
    `update deletion_request set opened_at = now() - make_interval(days => $2), deadline = now() + make_interval(days => 7 - $2) where id = $1`,
    [id, days],
  );
  await lab.world.client.workflow.getHandle(`deletion/${cluster.id}/${vmid}`).signal('look');
  for (;;) {
    const { rows } = await pool.query<{ reminded: string[] }>('select reminded from deletion_request where id = $1', [id]);
    if (rows[0]?.reminded.join() === reminded.join()) break;
  }
  await deliver();
}

test('half of the time is over: all who may decide are told; three quarters: also the role that it is escalated to', async () => {
  const asker = await lab.actor('asker', 'view', 'intent_delete_vm', 'authorize_deletion_request');
  await addressOf(asker, 'asker@example.com');
  const asked = await lab.ask(cluster, 100, asker);
  await deliver();
  expect(recipients()).toEqual([]);

  await after(4, asked, ['deciders']);
  expect(recipients()).toEqual(['approver@example.com']);
  expect(mail.mails[0]).toContain('deletion-reminder');
  await deliver();
  expect(mail.mails).toHaveLength(1);

  await after(6, asked, ['deciders', 'escalation']);
  expect(recipients()).toEqual(['approver@example.com', 'approver@example.com', 'boss@example.com']);
});

test('whoever asked, or joined, is told the end, once; what could not be sent to them is shown and tried again', async () => {
  const other = await lab.actor('other', 'view', 'intent_delete_vm');
  await addressOf(other, 'other@example.com');
  const { id } = await lab.ask(cluster, 101);
  await lab.ask(cluster, 101, other);
  await lab.decide(lab.approver, id, 'reject', { reason: 'accounting uses it' });
  await lab.closed(id);
  await addressOf(other, null);
  await deliver();
  expect(recipients()).toEqual(['requester@example.com']);
  expect(mail.mails[0]?.replaceAll(/=\r?\n/g, '')).toContain('has ended: rejected. accounting uses it');
  const { items } = await lab.world.api<{ items: unknown[] }>('GET', '/notifications/deliveries?state=pending');
  expect(items).toMatchObject([
    { target: null, person: { id: other.id, name: 'other' }, attempts: 1, lastError: expect.stringContaining('no mail address') },
  ]);

  await addressOf(other, 'other@example.com');
  await lab.world.database.pool.query('update notification_delivery set next_attempt_at = now()');
  await deliver();
  expect(recipients()).toEqual(['other@example.com', 'requester@example.com']);
});

test('an end that comes of itself is told, too', async () => {
  const { id } = await lab.ask(cluster, 102);
  await lab.world.database.pool.query(
    `update deletion_request set deadline = now(), reminded = '{deciders,escalation}' where id = $1`,
    [id],
  );
  await lab.world.client.workflow.getHandle(`deletion/${cluster.id}/102`).signal('look');
  await lab.closed(id);
  await deliver();
  expect(recipients()).toEqual(['requester@example.com']);
  expect(mail.mails[0]?.replaceAll(/=\r?\n/g, '')).toContain('has ended: expired');
});
