import { mintToken } from '../../api/auth/tokens';
import type { DeletionView } from '../../api/deletion/schema';
import { insertToken } from '../../database/repositories/people/tokens';
import { seedDeletion } from '../api/support/seed-deletion';
import { createEndpoint } from '../api/support/shapes';
import { type CliServer, startCliServer } from './support/server';

let server: CliServer;
let lab: { id: string };
/** Tokens that two people have made themselves. */
const people: Record<string, { id: string; token: string }> = {};

beforeAll(async () => {
  server = await startCliServer();
  lab = await createEndpoint(server, { name: 'lab' });
  const body = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: 'allow-edit-and-add-actions' };
  await server.ask('PATCH', '/settings', { body, headers: { 'if-match': '*' } });
  await pool().query('update endpoint set allow_writes = true where id = $1', [lab.id]);
  for (const name of ['ann', 'ben']) people[name] = await person(name);
});
beforeEach(() => server.temporal.reset());
afterAll(() => server?.stop());

const pool = () => server.database.pool;

/** An administrator with a token that they made themselves. */
async function person(username: string): Promise<{ id: string; token: string }> {
  const { body } = await server.ask('POST', '/users', { body: { username, password: 'a password of a test user' } });
  const { id } = body as { id: string };
  await server.ask('POST', `/users/${id}/roles`, { body: { role: 'administrator' } });
  const { secret, row } = mintToken({ userId: id, createdBy: id, name: 'cli' });
  await insertToken(pool(), row);
  return { id, token: secret };
}

const as = (name: string, ...args: string[]) =>
  server.run(['deletion', ...args], { env: { PROXBOX_TOKEN: people[name]?.token ?? '' } });
let vmid = 2000;
const seed = (columns: Record<string, unknown> = {}) =>
  seedDeletion(pool(), lab.id, { vmid: ++vmid, name: `old-${vmid}`, ...columns }, { id: people['ann']?.id ?? '', name: 'ann' });

test('request, list and show: by one person, found by VMID and by the beginning of the id', async () => {
  const asked = await as('ann', 'request', '1999', '--kind', 'lxc', '--reason', 'replaced', '--json');
  expect(asked.code).toBe(0);
  const { id } = JSON.parse(asked.stdout) as DeletionView;
  expect(server.temporal.started).toEqual([id]);
  expect((await as('ann', 'list')).stdout).toMatch(/\(lxc\/1999\) on lab +pending +in 6 days +ann +replaced/);
  for (const name of ['1999', id.slice(0, 6), id]) expect((await as('ben', 'show', name)).stdout).toContain(id);
  expect((await as('ben', 'show', '4242')).code).toBe(2);
  expect((await as('ann', 'request', '1999')).code).toBe(2);
});

test('approve wants the name of the guest, of a person who did not ask; one command gets the code and sends it', async () => {
  const { id, digest } = await seed();
  expect(await as('ben', 'approve', id)).toMatchObject({ code: 2, stderr: expect.stringContaining('--confirm NAME') });
  expect((await as('ben', 'approve', id, '--confirm', 'another')).stderr).toContain('Type the name of the guest');
  expect((await as('ben', 'approve', id, '--confirm', `old-${vmid}`, '--digest', 'e'.repeat(64))).code).toBe(1);
  const own = await as('ann', 'approve', id, '--confirm', `old-${vmid}`);
  expect(own).toMatchObject({ code: 1, stderr: expect.stringContaining('Somebody else must decide') });
  const nobody = await server.run(['deletion', 'approve', id, '--confirm', `old-${vmid}`]);
  expect(nobody.code).toBe(1);
  const done = await as('ben', 'approve', id, '--confirm', `old-${vmid}`, '--digest', digest, '--without-backup');
  expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining('You approved the deletion') });
  const { rows } = await pool().query('select name, digest, without_backup from deletion_decision where request_id = $1', [id]);
  expect(rows).toEqual([{ name: 'ben', digest, without_backup: true }]);
});

test('reject wants a reason; whoever asked takes it back', async () => {
  const { id } = await seed();
  expect((await as('ben', 'reject', id)).code).toBe(2);
  expect((await as('ben', 'reject', id, '--reason', 'still needed')).code).toBe(0);
  expect((await as('ben', 'cancel', id)).code).toBe(1);
  expect((await as('ann', 'cancel', id)).code).toBe(0);
});

test('code prints a code once, and how to use it with Temporal', async () => {
  const { id } = await seed();
  const given = await as('ben', 'code', id, 'approve', '--confirm', `old-${vmid}`);
  expect(given.stdout).toMatch(/^[0-9a-f]{32}\n$/);
  expect(given.stderr).toContain(`--workflow-id deletion/${lab.id}/${vmid} --name approve`);
  expect(server.logged()).not.toContain(given.stdout.trim());
  expect((await as('ben', 'code', id, 'destroy')).code).toBe(2);
});

test('approve --wait ends with 4 when it waits for more people', async () => {
  const { id } = await seed();
  const waited = await as('ben', 'approve', id, '--confirm', `old-${vmid}`, '--wait');
  expect(waited).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('The request is pending: the guest was not destroyed.'),
  });
});

test('doctor names guests that still have the tag of a request that has ended', async () => {
  const checkOf = async (): Promise<unknown> => {
    const { checks } = await server.json<{ checks: { name: string; result: string; detail: string }[] }>(['doctor']);
    return checks.find(({ name }) => name === 'left on guests');
  };
  expect(await checkOf()).toMatchObject({ result: 'ok' });
  const ended = new Date();
  const { id } = await seed({ state: 'rejected', ended_at: ended, closed_at: ended, left_since: ended });
  expect(await checkOf()).toMatchObject({
    result: 'warning',
    detail: expect.stringContaining(`old-${vmid} (qemu/${vmid}) on lab`),
  });
  expect((await as('ben', 'show', id)).stdout).toContain('our tag, and what a hold changed, since');
});

test('each verb says what came of it, and its exit code is that of the answer', async () => {
  const { id } = await seed();
  const guest = `old-${vmid} (qemu/${vmid}) on lab`;
  expect(await as('ben', 'reject', id, '--reason', 'still needed')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`You rejected the deletion of ${guest}.`),
  });
  expect(await as('ben', 'cancel', id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Only somebody who asked for it'),
  });
  expect(await as('ann', 'cancel', id)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`You took back the deletion of ${guest}.`),
  });
  expect(await as('ann', 'request', 'seven', '--reason', 'replaced')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"seven" is no VMID.'),
  });
  const shown = await as('ann', 'show', id);
  expect(shown.stdout).toContain('approve: You asked for this');
  const ended = await seed({ state: 'expired', ended_at: new Date(), closed_at: new Date() });
  expect((await as('ann', 'list')).stdout).not.toContain(ended.id.slice(0, 8));
  expect((await as('ann', 'list', '--all')).stdout).toContain(ended.id.slice(0, 8));
  expect(await as('ben', 'approve', ended.id, '--confirm', `old-${vmid}`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The request has ended: expired'),
  });
});
