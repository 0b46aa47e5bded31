import { randomUUID } from 'node:crypto';
import type { ScheduleView } from '../../api/schedules/schema';
import { type ApiServer, startApiServer } from '../api/support/api-server';
import { seedRun } from '../api/support/seed';
import { createEndpoint } from '../api/support/shapes';
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
  await server.database.pool.query('delete from schedule');
  await clear(server);
});
afterAll(() => server.stop());

const nightly = { timing: 'cron', cron: '17 3 * * *', timeZone: 'Europe/Berlin', catchUpSeconds: '600', overlap: 'skip' };
const stored = async (): Promise<ScheduleView[]> =>
  ((await server.ask('GET', '/schedules')).body as { items: ScheduleView[] }).items;

async function add(fields: Record<string, string | string[]> = {}): Promise<string> {
  await visitor.get('/ui/schedules/new');
  const answer = await visitor.post('/ui/schedules/new', { ...nightly, name: 'nightly', ...fields });
  expect(answer.status).toBe(303);
  return answer.location ?? '';
}

test('an empty list leads to the form', async () => {
  expect((await visitor.get('/ui/schedules')).html).toContain('href="/ui/schedules/new"');
});

test('a schedule is added by the form, acts as whoever added it, and is shown with what came of it', async () => {
  const page = await add({
    endpoints: [lab.id],
    kinds: ['tag'],
    dryRun: 'on',
    pauseOnFailure: 'on',
    jitterSeconds: '60',
    note: 'at night',
  });
  const [schedule] = await stored();
  expect(schedule).toMatchObject({
    ...{ cron: '17 3 * * *', timeZone: 'Europe/Berlin', jitterSeconds: 60, pauseOnFailure: true, dryRun: true, note: 'at night' },
    ...{ owner: { username: 'admin' }, endpoints: [{ name: 'lab' }], kinds: ['tag'] },
  });
  const { pool } = server.database;
  const run = await seedRun(pool, { kind: 'full-sync', state: 'partial', message: 'Incomplete for lab.' });
  const firing = `insert into schedule_firing (execution, schedule_id, workflow_id, result, run_id, message) values ($1, $2, 'w', $3, $4, $5)`;
  await pool.query(firing, [randomUUID(), schedule?.id, 'started', run, null]);
  await pool.query(firing, [randomUUID(), schedule?.id, 'refused', null, 'The user left.']);
  const shown = await visitor.get(page);
  for (const text of [
    'lab · tag · dry run',
    '17 3 * * * (Europe/Berlin)',
    'Refused',
    'The user left.',
    'Partial',
    'Incomplete for lab.',
  ]) {
    expect(shown.text).toContain(text);
  }
  expect(shown.html).toContain(`href="/ui/runs/${run}"`);
  expect((await visitor.get('/ui/schedules')).text).toMatch(/nightly.*17 3.*Refused.*Active.*at night.*admin/);
});

test('a form that makes no sense comes back with what was typed and what is wrong', async () => {
  await visitor.get('/ui/schedules/new');
  const answer = await visitor.post('/ui/schedules/new', {
    ...nightly,
    name: 'x',
    timeZone: 'Europe/Berlim',
    catchUpSeconds: 'soon',
  });
  expect(answer.status).toBe(422);
  expect(answer.html).toContain('value="Europe/Berlim"');
  expect(answer.text).toContain('Give a time zone of the IANA list');
  expect(answer.html).toMatch(/id="field-catchUpSeconds-error"/);
  expect(await stored()).toEqual([]);
});

test('is changed to an interval, with what was ticked kept', async () => {
  const page = await add({ endpoints: [lab.id] });
  const form = await visitor.get(`${page}/edit`);
  expect(form.html).toMatch(new RegExp(`value="${lab.id}" checked`));
  const changed = { ...nightly, name: 'hourly', version: '1', timing: 'every', everySeconds: '3600', endpoints: [lab.id] };
  expect((await visitor.post(`${page}/edit`, changed)).location).toBe(page);
  expect(await stored()).toMatchObject([
    { name: 'hourly', cron: null, everySeconds: 3600, endpoints: [{ name: 'lab' }], version: 2 },
  ]);
  const stale = await visitor.post(`${page}/edit`, changed);
  expect(stale).toMatchObject({ status: 422, text: expect.stringContaining('Somebody else changed this meanwhile') });
});

test('is paused with a note, resumed, run now and deleted', async () => {
  const page = await add();
  await visitor.post(`${page}/pause`, { note: 'NetBox is upgraded' });
  expect((await visitor.get(page)).text).toContain('Paused: NetBox is upgraded');
  await visitor.post(`${page}/resume`);
  expect(await stored()).toMatchObject([{ paused: false, note: null }]);
  await visitor.post(`${page}/trigger`);
  expect(server.temporal.schedules.triggered).toHaveLength(1);
  expect((await visitor.post(`${page}/delete`, { version: '3' })).location).toBe('/ui/schedules');
  expect(await stored()).toEqual([]);
});

test('without Temporal the list is shown, and says so', async () => {
  await add();
  server.temporal.down = true;
  const list = await visitor.get('/ui/schedules');
  expect(list).toMatchObject({ status: 200, text: expect.stringContaining('Temporal does not answer') });
  expect(list.text).toContain('nightly');
});

test('a viewer is offered no change; whoever sees another endpoint alone sees no schedule of this one', async () => {
  const page = await add({ endpoints: [lab.id] });
  const viewer = await visitorWith(server, `viewer-${randomUUID().slice(0, 8)}`, [{ role: 'viewer' }]);
  const shown = await viewer.get(page);
  expect([...shown.html.matchAll(/<form method="post" action="([^"]+)"/g)].map(([, action]) => action)).toEqual(['/auth/logout']);
  expect((await viewer.post(`${page}/trigger`)).status).toBe(403);
  const other = await createEndpoint(server, { name: 'other' });
  const narrow = await visitorWith(server, `narrow-${randomUUID().slice(0, 8)}`, [{ role: 'operator', endpoint: other.id }]);
  expect((await narrow.get(page)).status).toBe(404);
  expect((await narrow.get('/ui/schedules')).text).not.toContain('nightly');
});
