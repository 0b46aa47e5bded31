import { randomUUID } from 'node:crypto';
import { type ApiServer, startApiServer } from '../api/support/api-server';
import { createEndpoint } from '../api/support/shapes';
import { seedDeletion } from '../api/support/seed-deletion';
import { admin, type Visitor, visitorWith } from './support/visitor';

let server: ApiServer;
let lab: { id: string };
/** Asks for deletions; may not decide. */
let asker: Visitor;
let askerId: string;
/** Decides about them. */
let decider: Visitor;
const names = { asker: 'ann', decider: 'ben' };

beforeAll(async () => {
  server = await startApiServer();
  const visitor = await admin(server);
  expect((await visitor.get('/ui')).status).toBe(200);
  lab = await createEndpoint(server, { name: 'lab' });
  const body = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: 'allow-edit-and-add-actions' };
  await server.ask('PATCH', '/settings', { body, headers: { 'if-match': '*' } });
  await pool().query('update endpoint set allow_writes = true where id = $1', [lab.id]);
  asker = await visitorWith(server, names.asker, [{ role: 'administrator' }]);
  decider = await visitorWith(server, names.decider, [{ role: 'administrator' }]);
  const { rows } = await pool().query<{ id: string }>('select id from app_user where username = $1', [names.asker]);
  askerId = rows[0]?.id ?? '';
});
beforeEach(() => server.temporal.reset());
afterAll(() => server.stop());

const pool = () => server.database.pool;
let vmid = 1000;
/** A request of Ann's for a guest of its own. */
const seed = (columns: Record<string, unknown> = {}) =>
  seedDeletion(pool(), lab.id, { vmid: ++vmid, name: `old-${vmid}`, ...columns }, { id: askerId, name: names.asker });

test('the inbox has a card for each open request, whose deadline comes first, with what one decides by', async () => {
  const late = await seed({ deadline: new Date(Date.now() + 5 * 86_400_000) });
  const soon = await seed({ deadline: new Date(Date.now() + 3_600_000 + 60_000) });
  const { text, html } = await decider.get('/ui/deletions');
  expect(html.indexOf(`request-${soon.id}`)).toBeGreaterThan(0);
  expect(html.indexOf(`request-${soon.id}`)).toBeLessThan(html.indexOf(`request-${late.id}`));
  for (const shown of [
    `old-${vmid} (qemu/${vmid}) on lab`,
    'Expires in 1 h',
    'nobody needs it',
    'SMBIOS uuid',
    'local:vm-disk-0 (8 GiB)',
    'running: it is not destroyed until somebody shuts it down',
    'ann (asked for it)',
    'May decide admin, ben',
    '0 of 1',
    'Look and decide',
  ]) {
    expect(text).toContain(shown);
  }
});

test('a requester sees an explanation where the button would be, and a form gets past nothing', async () => {
  const { id, digest } = await seed();
  const page = await asker.get(`/ui/deletions/${id}`);
  expect(page.text).toMatch(/Approve [^.]*somebody else/i);
  expect(page.html).not.toContain(`/ui/deletions/${id}/approve`);
  expect(page.html).toContain(`/ui/deletions/${id}/cancel`);
  const forced = await asker.post(`/ui/deletions/${id}/approve`, { version: '1', digest, name: `old-${vmid}` });
  expect(forced.status).toBe(403);
  expect(server.temporal.signalled).toEqual([]);
  const { rows } = await pool().query('select 1 from deletion_decision where request_id = $1', [id]);
  expect(rows).toEqual([]);
});

test('approving wants the name typed, of what was seen; code and decision go in one', async () => {
  const { id, digest } = await seed();
  const page = await decider.get(`/ui/deletions/${id}`);
  expect(page.text).toContain(`Type the name of the guest, old-${vmid}`);
  expect(page.html).toContain(`name="digest" value="${digest}"`);
  const wrong = await decider.post(`/ui/deletions/${id}/approve`, { version: '1', digest, name: 'another' });
  expect(wrong).toMatchObject({ status: 422, text: expect.stringContaining('Type the name of the guest, or its VMID') });
  const stale = await decider.post(`/ui/deletions/${id}/approve`, { version: '7', digest, name: `old-${vmid}` });
  expect(stale).toMatchObject({ status: 422, text: expect.stringContaining('Somebody else changed this meanwhile') });
  const given = await decider.post(`/ui/deletions/${id}/approve`, {
    version: '1',
    digest,
    name: `old-${vmid}`,
    without_backup: 'on',
  });
  expect(given).toMatchObject({ status: 303, location: `/ui/deletions/${id}` });
  const { rows } = await pool().query(
    'select verdict, name, digest, without_backup from deletion_decision where request_id = $1',
    [id],
  );
  expect(rows).toEqual([{ verdict: 'approve', name: 'ben', digest, without_backup: true }]);
  const after = await decider.get(`/ui/deletions/${id}`);
  expect(after.text).toMatch(/Decisions.*ben Approve, without a backup/);
  expect(after.text).toMatch(/Audit rows of this request.*ben deletion\.approve succeeded/);
});

test('a guest without a name is approved by its VMID', async () => {
  const { id, digest } = await seed({ name: '' });
  expect((await decider.get(`/ui/deletions/${id}`)).text).toContain(`Type the VMID, ${vmid}`);
  const given = await decider.post(`/ui/deletions/${id}/approve`, { version: '1', digest, name: String(vmid) });
  expect(given.status).toBe(303);
});

test('rejecting wants a reason; a requester takes it back without one', async () => {
  const { id } = await seed();
  const silent = await decider.post(`/ui/deletions/${id}/reject`, { version: '1', reason: ' ' });
  expect(silent).toMatchObject({ status: 422, text: expect.stringContaining('Fill this in.') });
  expect((await decider.post(`/ui/deletions/${id}/reject`, { version: '1', reason: 'still needed' })).status).toBe(303);
  const other = await seed();
  expect((await asker.post(`/ui/deletions/${other.id}/cancel`, { version: '1', reason: '' })).status).toBe(303);
  const { rows } = await pool().query(
    'select verdict, reason from deletion_decision where request_id = any($1) order by verdict',
    [[id, other.id]],
  );
  expect(rows).toEqual([
    { verdict: 'cancel', reason: null },
    { verdict: 'reject', reason: 'still needed' },
  ]);
});

test('blockers stand on the page with what to do, and somebody may have it looked at now', async () => {
  const reasons = [{ code: 'running', message: 'The guest is running. Shut it down.' }];
  const { id } = await seed({ state: 'blocked', reasons, approved_at: new Date() });
  const page = await decider.get(`/ui/deletions/${id}`);
  expect(page.text).toContain('The guest is running. Shut it down.');
  server.temporal.open.add(`deletion/${lab.id}/${vmid}`);
  expect((await decider.post(`/ui/deletions/${id}/look`)).status).toBe(303);
  expect(server.temporal.signalled).toContainEqual(expect.stringMatching(/^look deletion\//));
});

test('a request is asked for on the page; what makes no sense comes back with what was typed', async () => {
  const form = { endpoint_id: lab.id, vmid: '77', kind: 'lxc', reason: 'replaced' };
  const wrong = await asker.post('/ui/deletions', form);
  expect(wrong.status).toBe(422);
  expect(wrong.html).toContain('value="replaced"');
  const asked = await asker.post('/ui/deletions', { ...form, vmid: '770' });
  expect(asked.location).toMatch(/^\/ui\/deletions\/[0-9a-f-]{36}$/);
  expect((await asker.get(asked.location ?? '')).text).toContain('The guest is being read and marked.');
});

test('what has ended is listed with how, and offers no decision; its receipt is there', async () => {
  const ended = { state: 'destroyed', sent_at: new Date(), ended_at: new Date(), closed_at: new Date(), ended_by: 'ben' };
  const { id } = await seed({ ...ended, receipt: { config: { cores: '2' } } });
  expect((await decider.get('/ui/deletions')).text).toMatch(new RegExp(`old-${vmid} \\(qemu/${vmid}\\) on lab Destroyed`));
  const page = await decider.get(`/ui/deletions/${id}`);
  expect(page.text).toContain('"cores": "2"');
  expect(page.html).not.toMatch(/action="\/ui\/deletions\/[^"]+\/(approve|reject|cancel)"/);
});

test('whoever may only view sees no form; for whoever sees nothing of the endpoint there is no request', async () => {
  const { id } = await seed();
  const viewer = await visitorWith(server, `viewer-${randomUUID().slice(0, 8)}`, [{ role: 'viewer' }]);
  expect((await viewer.get('/ui/deletions')).html).not.toContain('action="/ui/deletions"');
  const page = await viewer.get(`/ui/deletions/${id}`);
  expect(page.html).not.toMatch(/action="\/ui\/deletions\//);
  const other = await createEndpoint(server, { name: 'other' });
  const narrow = await visitorWith(server, `narrow-${randomUUID().slice(0, 8)}`, [{ role: 'administrator', endpoint: other.id }]);
  expect((await narrow.get(`/ui/deletions/${id}`)).status).toBe(404);
  expect((await narrow.get('/ui/deletions')).html).not.toContain(id);
});

test('the page of a request that has ended says that our tag is still on the guest', async () => {
  const ended = { state: 'rejected', ended_at: new Date(), closed_at: new Date() };
  const left = await seed({ ...ended, left_since: new Date() });
  expect((await decider.get(`/ui/deletions/${left.id}`)).text).toContain(
    'Our tag, and what a hold changed, are still on the guest',
  );
  const clean = await seed(ended);
  expect((await decider.get(`/ui/deletions/${clean.id}`)).text).not.toContain('still on the guest');
});
