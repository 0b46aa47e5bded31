import { randomUUID } from 'node:crypto';
import { type ApiServer, startApiServer } from '../api/support/api-server';
import { seedPlan } from '../api/support/seed-plan';
import { createEndpoint } from '../api/support/shapes';
import { seedRun } from '../api/support/seed';
import { admin, clear, type Visitor, visitorWith } from './support/visitor';

let server: ApiServer;
let visitor: Visitor;
let lab: { id: string };
beforeAll(async () => {
  server = await startApiServer();
  visitor = await admin(server);
});
beforeEach(async () => {
  lab = await createEndpoint(server, { name: 'lab' });
});
afterEach(async () => {
  await server.database.pool.query('delete from intent_plan');
  await server.ask('PATCH', '/settings', { body: { netbox_to_proxmox_enabled: false }, headers: { 'if-match': '*' } });
  await clear(server);
});
afterAll(() => server.stop());

const pool = () => server.database.pool;

/** Everything that has to be open for a plan to be applied. */
async function open(): Promise<void> {
  const body = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: 'allow-edit-and-add-actions' };
  expect((await server.ask('PATCH', '/settings', { body, headers: { 'if-match': '*' } })).status).toBe(200);
  await pool().query('update endpoint set allow_writes = true where id = $1', [lab.id]);
}

const update = {
  vmid: 100,
  name: 'web-1',
  netbox_id: 7,
  fields: [{ field: 'memory', from: 1024, to: 4096 }],
  drift: [{ field: 'description', from: 'live words', to: 'wanted words' }],
  calls: [{ method: 'PUT', path: '/nodes/pve1/qemu/100/config', params: { memory: 4096, cipassword: { secret: 'x' } } }],
};
const blocked = {
  vmid: 101,
  name: 'db-1',
  verdict: 'blocked',
  checks: [
    { verdict: 'blocked', reason: 'storage_full', message: 'The storage tank has no room. Make room, or name another one.' },
  ],
};

test('a plan shows each guest with its fields, verdicts, drift and exact calls, and no secret', async () => {
  const { planId } = await seedPlan(pool(), lab.id, [update, blocked]);
  const { text, html } = await visitor.get(`/ui/intent/plans/${planId}`);
  for (const shown of [
    'web-1 qemu/100 on lab',
    'memory 1024 4096',
    'Wanted in NetBox Live in Proxmox',
    'description wanted words live words',
    'PUT /nodes/pve1/qemu/100/config',
    'memory=4096',
    'cipassword=(a stored secret)',
    'The storage tank has no room. Make room, or name another one.',
    'storage_full',
  ]) {
    expect(text).toContain(shown);
  }
  expect(html).toContain('href="https://netbox.example.com/virtualization/virtual-machines/7/"');
});

test('red words say which part of the gate is shut, and there is no button to apply', async () => {
  const { planId } = await seedPlan(pool(), lab.id, [update]);
  const shut = await visitor.get(`/ui/intent/plans/${planId}`);
  expect(shut.text).toContain('netbox_to_proxmox_enabled is off');
  expect(shut.text).toContain('The endpoint lab is read-only.');
  expect(shut.html).not.toContain(`/ui/intent/plans/${planId}/apply`);
  expect((await visitor.get('/ui/intent')).text).toContain('netbox_to_proxmox_enabled is off');
  await visitor.post(`/ui/intent/plans/${planId}/apply`, { digest: 'digest' });
  expect(server.temporal.started).toEqual([]);
  await open();
  const opened = await visitor.get(`/ui/intent/plans/${planId}`);
  expect(opened.text).not.toContain('the gate is shut');
  expect(opened.html).toContain(`action="/ui/intent/plans/${planId}/apply"`);
});

test('the button applies the plan that was seen, once, and leads to its run', async () => {
  await open();
  const { planId, digest } = await seedPlan(pool(), lab.id, [update, blocked]);
  const page = await visitor.get(`/ui/intent/plans/${planId}`);
  expect(page.html).toContain(`name="digest" value="${digest}"`);
  expect(page.text).toContain('1 guest blocked: nothing is done for it.');
  const other = await visitor.post(`/ui/intent/plans/${planId}/apply`, { digest: 'another' });
  expect(other).toMatchObject({ status: 422, text: expect.stringContaining('The digest is not that of this plan.') });
  const applied = await visitor.post(`/ui/intent/plans/${planId}/apply`, { digest, stop_on_failure: 'on' });
  expect(applied).toMatchObject({ status: 303, location: `/ui/runs/${server.temporal.started[0]}` });
  const stored = await pool().query('select stop_on_failure from intent_plan where id = $1', [planId]);
  expect(stored.rows).toEqual([{ stop_on_failure: true }]);
  const again = await visitor.post(`/ui/intent/plans/${planId}/apply`, { digest });
  expect(again.text).toContain('The plan was applied already');
  expect(server.temporal.started).toHaveLength(1);
  const after = await visitor.get(`/ui/intent/plans/${planId}`);
  expect(after.html).toContain(`href="${applied.location}"`);
  expect(after.html).not.toContain(`action="/ui/intent/plans/${planId}/apply"`);
});

test("a plan of a branch that is not merged shows what would happen, and isn't applied from here", async () => {
  await open();
  const branch = {
    source: 'branch',
    branch_id: 3,
    branch_name: 'grow',
    opt_in: { by: 'branch', name: 'grow', applyToProxmox: true },
  };
  const { planId } = await seedPlan(pool(), lab.id, [update], branch);
  const page = await visitor.get(`/ui/intent/plans/${planId}`);
  expect(page.text).toContain('Merging the branch in NetBox applies it');
  expect(page.html).not.toContain(`action="/ui/intent/plans/${planId}/apply"`);
  expect((await visitor.post('/ui/intent', { branch_id: '3' })).location).toMatch(/^\/ui\/intent\/plans\/[0-9a-f-]{36}$/);
  expect(server.temporal.asked).toMatchObject([{ type: 'intentPlan' }]);
  const wrong = await visitor.post('/ui/intent', { branch_id: 'grow' });
  expect(wrong).toMatchObject({ status: 422, text: expect.stringContaining('Give the number of a branch.') });
});

test('a branch is merged from the page of its plan, which then shows how the merge stands', async () => {
  await open();
  const branch = {
    source: 'branch',
    branch_id: 4,
    branch_name: 'grow more',
    opt_in: { by: 'branch', name: 'grow more', applyToProxmox: true },
  };
  const { planId, digest } = await seedPlan(pool(), lab.id, [update, blocked], branch);
  const before = await visitor.get(`/ui/intent/plans/${planId}`);
  expect(before.html).toContain(`action="/ui/intent/plans/${planId}/merge"`);
  expect(before.text).toContain('Merge although 1 guest is blocked');
  const refused = await visitor.post(`/ui/intent/plans/${planId}/merge`, { digest });
  expect(refused).toMatchObject({ status: 422, text: expect.stringContaining('1 of its guests are blocked: db-1.') });
  expect(server.temporal.asked).toEqual([]);
  const asked = await visitor.post(`/ui/intent/plans/${planId}/merge`, { digest, allow_blocked: 'on' });
  expect(asked).toMatchObject({ status: 303, location: `/ui/intent/plans/${planId}` });
  expect(server.temporal.asked).toMatchObject([{ type: 'intentMerge' }]);
  const during = await visitor.get(`/ui/intent/plans/${planId}`);
  expect(during.text).toContain('The branch is planned once more, and compared with what was read');
  expect(during.html).not.toContain(`action="/ui/intent/plans/${planId}/merge"`);
  await pool().query(
    `update intent_merge set state = 'refused', reason = 'plan_changed', message = 'It is another plan now.', finished_at = now()`,
  );
  const after = await visitor.get(`/ui/intent/plans/${planId}`);
  expect(after.text).toContain('It is another plan now.');
  expect(after.html).toContain(`action="/ui/intent/plans/${planId}/merge"`);
});

test('the run shows each guest as it stands, with pause, go on and cancel while it is at work', async () => {
  const run = await seedRun(pool(), {
    kind: 'intent-apply',
    state: 'running',
    scope: { endpoints: [lab.id] },
    workflow_id: 'intent/1',
  });
  server.temporal.open.add('intent/1');
  const done = { ...update, state: 'applied', message: 'Everything is there.' };
  const lost = { ...blocked, verdict: 'permitted', state: 'unknown_outcome', reason: 'answer_lost' };
  const waits = { vmid: 102, name: 'web-3', state: 'queued' };
  const { planId, changeIds } = await seedPlan(pool(), lab.id, [done, lost, waits], { run_id: run });
  const page = await visitor.get(`/ui/runs/${run}`);
  for (const shown of [
    '2 of 3 guests',
    'Everything is there.',
    'Unknown outcome',
    'Look at the guest in Proxmox',
    'Queued',
    'Changes of guests on 1 endpoint',
  ])
    expect(page.text).toContain(shown);
  expect(page.html).toContain(`href="/ui/intent/plans/${planId}#change-${changeIds[0]}"`);
  expect((await visitor.get(`/ui/runs/${run}/progress`)).text).toContain('2 of 3 guests');
  expect((await visitor.post(`/ui/runs/${run}/pause`)).location).toBe(`/ui/runs/${run}`);
  await pool().query(`update run set phase = 'paused' where id = $1`, [run]);
  const paused = await visitor.get(`/ui/runs/${run}`);
  expect(paused.text).toContain('paused: no further guest is begun');
  expect(paused.html).toContain(`action="/ui/runs/${run}/resume"`);
  await visitor.post(`/ui/runs/${run}/resume`);
  expect(server.temporal.signalled).toEqual(['pause intent/1', 'resume intent/1']);
  await visitor.post(`/ui/runs/${run}/cancel`);
  expect(server.temporal.cancelled).toEqual(['intent/1']);
});

test('a change that was not made is given up on its plan', async () => {
  const { planId, changeIds } = await seedPlan(pool(), lab.id, [{ ...update, state: 'refused', reason: 'toctou_mismatch' }]);
  const [change = ''] = changeIds;
  await pool().query(`insert into intent_hold (change_id, endpoint_id, kind, vmid) values ($1, $2, 'qemu', 100)`, [
    change,
    lab.id,
  ]);
  expect((await visitor.get(`/ui/intent/plans/${planId}`)).html).toContain(`action="/ui/intent/changes/${change}/drop"`);
  const dropped = await visitor.post(`/ui/intent/changes/${change}/drop`);
  expect(dropped.location).toBe(`/ui/intent/plans/${planId}#change-${change}`);
  expect((await visitor.get(`/ui/intent/plans/${planId}`)).html).not.toContain('/drop');
});

test('plans are listed newest first, page by page, to those who may see all of their endpoints', async () => {
  const other = await createEndpoint(server, { name: 'other' });
  await seedPlan(pool(), lab.id, [update], { message: 'the plan of lab', created_at: new Date('2026-01-01T00:00:00Z') });
  await seedPlan(pool(), other.id, [update], { message: 'the plan of other', created_at: new Date('2026-01-02T00:00:00Z') });
  expect((await visitor.get('/ui/intent')).text).toMatch(/the plan of other.*the plan of lab/);
  const narrow = await visitorWith(server, `narrow-${randomUUID().slice(0, 8)}`, [{ role: 'viewer', endpoint: lab.id }]);
  const seen = await narrow.get('/ui/intent');
  expect(seen.text).toContain('the plan of lab');
  expect(seen.text).not.toContain('the plan of other');
});

test('somebody without the permission of a change cannot apply what another person has planned', async () => {
  await open();
  const { planId, digest } = await seedPlan(pool(), lab.id, [update]);
  const viewer = await visitorWith(server, `viewer-${randomUUID().slice(0, 8)}`, [{ role: 'viewer' }]);
  const page = await viewer.get(`/ui/intent/plans/${planId}`);
  expect(page.text).toContain('permission denied: intent_update_vm');
  expect(page.html).not.toContain('/apply"');
  expect((await viewer.post(`/ui/intent/plans/${planId}/apply`, { digest })).status).toBe(403);
  expect(server.temporal.started).toEqual([]);
});
