import { mintToken } from '../../api/auth/tokens';
import { insertToken } from '../../database/repositories/people/tokens';
import { type Answer, type ApiServer, startApiServer } from './support/api-server';
import { seedDeletion } from './support/seed-deletion';
import { createEndpoint } from './support/shapes';

/** What a decision, or the button that looks again, is answered when the request, its workflow or the database goes another way at that moment. */
jest.setTimeout(60_000);

let server: ApiServer;
let lab: { id: string };
let decider: { authorization: string };
let vmid = 3000;

beforeAll(async () => {
  server = await startApiServer();
  lab = await createEndpoint(server, { name: 'lab' });
  const body = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: 'allow-edit-and-add-actions' };
  await server.ask('PATCH', '/settings', { body, headers: { 'if-match': '*' } });
  await pool().query('update endpoint set allow_writes = true where id = $1', [lab.id]);
  decider = { authorization: `Bearer ${(await person('ben')).secret}` };
});
beforeEach(() => server.temporal.reset());
afterAll(() => server?.stop());

const pool = () => server.database.pool;

async function person(username: string): Promise<{ id: string; secret: string }> {
  const { body } = await server.ask('POST', '/users', { body: { username } });
  const { id } = body as { id: string };
  await server.ask('POST', `/users/${id}/roles`, { body: { role: 'administrator' } });
  const { secret, row } = mintToken({ userId: id, createdBy: id, name: 'test' });
  await insertToken(pool(), row);
  return { id, secret };
}

const requester = { id: '00000000-0000-4000-8000-00000000000a', name: 'ann' };
const seed = (columns: Record<string, unknown> = {}) =>
  seedDeletion(pool(), lab.id, { vmid: ++vmid, name: `old-${vmid}`, ...columns }, requester);
const approved = { state: 'approved', approved_at: new Date() };
const move = (id: string, state: string) =>
  pool().query(`update deletion_request set state = $2, ended_at = case when $2 = 'cancelled' then now() end where id = $1`, [
    id,
    state,
  ]);
const execute = (id: string): Promise<Answer> =>
  server.ask('POST', `/intent/deletion-requests/${id}/execute`, { body: {}, headers: decider });
const approve = (id: string, digest: string): Promise<Answer> =>
  server.ask('POST', `/intent/deletion-requests/${id}/approve`, {
    body: { digest, name: `old-${vmid}` },
    headers: { ...decider, 'if-match': '"1"' },
  });

describe('to look again', () => {
  test('is taken by the workflow', async () => {
    const { id } = await seed(approved);
    server.temporal.open.add(`deletion/${lab.id}/${vmid}`);
    expect(await execute(id)).toMatchObject({ status: 202, body: { id, state: 'approved' } });
  });

  test.each([
    ['cancelled', 409, 'deletion-state', 'The request has ended: cancelled'],
    ['pending', 412, 'not-approved', 'nothing is destroyed without an approval'],
  ])('while it becomes %s is answered %i %s', async (state, status, code, words) => {
    const { id } = await seed(approved);
    server.temporal.onSignal = async () => void (await move(id, state));
    expect(await execute(id)).toMatchObject({ status, body: { code, detail: expect.stringContaining(words) } });
  });

  test('while its workflow is gone is answered 503, and when to try again', async () => {
    const { id } = await seed(approved);
    const answer = await execute(id);
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'temporal-unavailable', retryable: true, detail: expect.stringContaining('started again') },
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('while no connection to the database is free for long is answered 503', async () => {
    const { id } = await seed(approved);
    server.temporal.open.add(`deletion/${lab.id}/${vmid}`);
    const held = await Promise.all(Array.from({ length: pool().options.max }, () => pool().connect()));
    try {
      expect(await execute(id)).toMatchObject({ status: 503, body: { code: 'database-unavailable', retryable: true } });
    } finally {
      for (const client of held) client.release();
    }
    expect((await execute(id)).status).toBe(202);
  });
});

describe('an approval', () => {
  const gone = { taken: false, code: 'gone', message: 'The workflow is gone.' } as const;

  test('whose workflow is gone is answered 503', async () => {
    const { id, digest } = await seed();
    server.temporal.decisionAnswer = gone;
    expect(await approve(id, digest)).toMatchObject({ status: 503, body: { code: 'temporal-unavailable' } });
  });

  test('that another one came before is answered 409, with the words of the workflow', async () => {
    const { id, digest } = await seed();
    server.temporal.decisionAnswer = { taken: false, code: 'final', message: 'The request has ended: cancelled.' };
    expect(await approve(id, digest)).toMatchObject({
      status: 409,
      body: { code: 'deletion-state', detail: 'The request has ended: cancelled.' },
    });
  });
});
