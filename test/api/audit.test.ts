import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { auditListView, auditReportView, type AuditReportView, type AuditRowView, openIntentsView } from '../../api/audit/schema';
import { newTokenView } from '../../api/auth/schema';
import { addPerson, type Person } from './auth/support/people';
import { adminPassword, type Answer, type ApiServer, startApiServer } from './support/api-server';
import { seedRun } from './support/seed';
import { createEndpoint, endpointOf, problemOf, runOf, token } from './support/shapes';

let server: ApiServer;
let auditor: Person;
let admin: Person;
let from: number;

beforeAll(async () => {
  server = await startApiServer();
  auditor = await addPerson(server, { username: 'auditor', roles: ['auditor'] });
  admin = await addPerson(server, { username: 'ann', roles: ['administrator'] });
});
afterAll(() => server.stop());
beforeEach(async () => {
  from = (await read()).at(0)?.seq ?? 0;
});

async function read(query = ''): Promise<AuditRowView[]> {
  const answer = await auditor.ask('GET', `/audit?limit=200${query}`);
  expect(answer.status).toBe(200);
  return auditListView.parse(answer.body).items;
}

/** What was audited since the test began, from the oldest on. */
const written = async (): Promise<AuditRowView[]> => (await read()).filter(({ seq }) => seq > from).reverse();
/** The same in short: action, and how it ended. */
const short = async (): Promise<string[]> => (await written()).map(({ action, phase, result }) => `${action} ${result ?? phase}`);

async function verify(): Promise<AuditReportView> {
  return auditReportView.parse((await auditor.ask('GET', '/audit/verify')).body);
}

const idIn = (answer: Answer): string => z.looseObject({ id: z.string() }).parse(answer.body).id;

describe('what is audited', () => {
  test('of endpoints: who asked for what, before and after it was done, without a secret', async () => {
    const label = { 'x-proxbox-actor': 'cron on web1', 'x-request-id': 'request-7' };
    const created = await admin.ask('POST', '/endpoints', {
      headers: label,
      body: { name: 'site-a', url: 'https://pve.example.com', credentials: { read: token('canary-audited') } },
    });
    const { id } = endpointOf(created);
    const ifMatch = { 'if-match': '"1"' };
    await admin.ask('PATCH', `/endpoints/${id}`, { headers: ifMatch, body: { policy: { overwrite_vm_tags: false } } });
    expect((await admin.ask('PATCH', `/endpoints/${id}`, { headers: ifMatch, body: { enabled: false } })).status).toBe(412);
    await admin.ask('POST', `/endpoints/${id}/rebind`);
    await admin.ask('DELETE', `/endpoints/${id}`, { headers: { 'if-match': '"3"' } });

    expect(await short()).toEqual([
      'endpoint.create intent',
      'endpoint.create succeeded',
      'endpoint.change intent',
      'endpoint.change succeeded',
      'endpoint.change intent',
      'endpoint.change refused',
      'endpoint.rebind intent',
      'endpoint.rebind succeeded',
      'endpoint.delete intent',
      'endpoint.delete succeeded',
    ]);
    const [asked, made, , changed, , stale, , rebound, , deleted] = await written();
    expect(asked).toMatchObject({
      actor: { kind: 'user', id: admin.id, name: 'ann', authenticatedBy: 'token', label: 'cron on web1' },
      object: { type: 'endpoint', id: null },
      detail: { name: 'site-a', credentials: { read: { principal: 'proxbox@pve!sync', secret: '[redacted]' } } },
      requestId: 'request-7',
    });
    expect(made).toMatchObject({ intentSeq: asked?.seq, object: { type: 'endpoint', id }, endpointId: id, beforeDigest: null });
    expect(changed?.beforeDigest).toBe(made?.afterDigest);
    expect(rebound?.beforeDigest).toBe(changed?.afterDigest);
    expect(deleted).toMatchObject({ beforeDigest: rebound?.afterDigest, afterDigest: null });
    expect(stale).toMatchObject({ reason: expect.stringMatching(/^stale: /) as string, afterDigest: null });
    expect(JSON.stringify(await read())).not.toContain('canary-audited');
  });

  test('of runs: what was started, confirmed and cancelled', async () => {
    const { pool } = server.database;
    const { id: endpointId } = await createEndpoint(server);
    const run = runOf(await admin.ask('POST', '/full-update', { body: { dryRun: true } }));
    const relinked = runOf(await admin.ask('POST', `/endpoints/${endpointId}/relink`));
    const waiting = await seedRun(pool, { endpoint_id: endpointId, state: 'awaiting_confirmation', plan_digest: 'abc' });
    const confirmed = runOf(await admin.ask('POST', `/runs/${waiting}/confirm`, { body: { planDigest: 'abc' } }));
    await admin.ask('POST', `/runs/${confirmed.id}/cancel`);

    const rows = (await written()).slice(2);
    expect(rows.map(({ action, result }) => `${action} ${result}`)).toEqual([
      'sync.start null',
      'sync.start succeeded',
      'endpoint.relink null',
      'endpoint.relink succeeded',
      'run.confirm null',
      'run.confirm succeeded',
      'run.cancel null',
      'run.cancel succeeded',
    ]);
    const [, started, , linking, confirming, done, cancelling] = rows;
    expect(started).toMatchObject({ runId: run.id });
    expect(linking).toMatchObject({ runId: relinked.id, endpointId, object: { type: 'endpoint', id: endpointId } });
    expect(confirming).toMatchObject({ runId: waiting, endpointId, detail: { planDigest: 'abc' } });
    expect(done).toMatchObject({ detail: { run: confirmed.id } });
    expect(cancelling).toMatchObject({ runId: confirmed.id, object: { type: 'run', id: confirmed.id } });
  });

  test('of a sync that Temporal did not take: that it failed', async () => {
    await createEndpoint(server);
    server.temporal.down = true;
    expect((await admin.ask('POST', '/full-update')).status).toBe(503);
    server.temporal.reset();
    expect((await written()).at(-1)).toMatchObject({ action: 'sync.start', result: 'failed' });
  });

  test('of settings: what was changed, and what was refused', async () => {
    const change = (ifMatch: string) =>
      admin.ask('PATCH', '/settings', { headers: { 'if-match': ifMatch }, body: { overwrite_vm_tags: false } });
    await change('"0"');
    await change('"0"');
    const rows = await written();
    expect(rows.map(({ result }) => result)).toEqual([null, 'succeeded', null, 'refused']);
    expect(rows[0]).toMatchObject({ action: 'settings.change', detail: { overwrite_vm_tags: false } });
    expect(rows[2]?.beforeDigest).toBe(rows[1]?.afterDigest);
  });

  test('of people, roles and tokens', async () => {
    const userId = idIn(await admin.ask('POST', '/users', { body: { username: 'kim', password: 'canary-long-enough' } }));
    await admin.ask('PATCH', `/users/${userId}`, { headers: { 'if-match': '"1"' }, body: { displayName: 'Kim' } });
    await admin.ask('PUT', `/users/${userId}/netbox-link`, { headers: { 'if-match': '"2"' }, body: { netboxUsername: 'kim' } });
    await admin.ask('PUT', `/users/${userId}/password`, { body: { password: 'canary-long-enough' } });
    const roleId = idIn(await admin.ask('POST', '/roles', { body: { name: 'watcher', permissions: ['view'] } }));
    await admin.ask('PATCH', `/roles/${roleId}`, { headers: { 'if-match': '"1"' }, body: { permissions: ['view', 'audit'] } });
    const bindingId = idIn(await admin.ask('POST', `/users/${userId}/roles`, { body: { role: 'watcher' } }));
    await admin.ask('DELETE', `/users/${userId}/roles/${bindingId}`);
    await admin.ask('DELETE', `/roles/${roleId}`, { headers: { 'if-match': '"2"' } });
    const made = newTokenView.parse((await admin.ask('POST', `/users/${userId}/tokens`, { body: { name: 'ci' } })).body);
    await admin.ask('DELETE', `/users/${userId}/tokens/${made.id}`);
    await admin.ask('DELETE', `/users/${userId}`, { headers: { 'if-match': '"1"' } });
    await admin.ask('DELETE', `/users/${userId}`, { headers: { 'if-match': '*' } });

    const ended = (await written()).filter(({ phase }) => phase === 'outcome');
    expect(ended.map(({ action, result }) => `${action} ${result}`)).toEqual([
      'user.create succeeded',
      'user.change succeeded',
      'user.link-netbox succeeded',
      'user.set-password succeeded',
      'role.create succeeded',
      'role.change succeeded',
      'user.give-role succeeded',
      'user.take-role succeeded',
      'role.delete succeeded',
      'token.create succeeded',
      'token.revoke succeeded',
      'user.delete refused',
      'user.delete succeeded',
    ]);
    const texts = JSON.stringify(await read());
    expect(texts).not.toContain('canary-long-enough');
    expect(texts).not.toContain(made.token);
  });

  test('of signing in: who did, and that somebody failed, without the name of nobody', async () => {
    const signIn = async (username: string, password: string): Promise<number> => {
      const body = JSON.stringify({ username, password });
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${server.url}/auth/login`, { method: 'POST', headers, body })).status;
    };
    expect(await signIn('Admin', adminPassword)).toBe(200);
    expect(await signIn('admin', 'wrong')).toBe(401);
    expect(await signIn('canary-in-the-wrong-field', 'wrong')).toBe(401);

    const [good, bad, stranger] = await written();
    expect(good).toMatchObject({
      action: 'session.sign-in',
      phase: 'event',
      result: 'succeeded',
      actor: { kind: 'user', name: 'admin' },
    });
    expect(bad).toMatchObject({ result: 'refused', actor: { kind: 'unknown', id: null }, detail: { username: 'admin' } });
    expect(bad?.object).toEqual({ type: 'user', id: good?.actor.id });
    expect(stranger).toMatchObject({ result: 'refused', object: { type: 'user', id: null }, detail: { username: null } });
  });

  test('of the first start: the first administrator', async () => {
    expect((await read('&action=user.create')).at(-1)).toMatchObject({
      seq: 1,
      phase: 'event',
      actor: { kind: 'system' },
      detail: { username: 'admin', role: 'administrator' },
    });
  });
});

test('nothing is done that cannot be audited', async () => {
  const { pool } = server.database;
  await pool.query(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$`);
  await pool.query('create trigger refuse before insert on audit for each row execute function refuse()');
  const answer = await admin.ask('POST', '/roles', { body: { name: 'unaudited', permissions: ['view'] } });
  await pool.query('drop function refuse cascade');
  expect(problemOf(answer)).toMatchObject({ status: 500 });
  expect((await pool.query(`select from role where name = 'unaudited'`)).rowCount).toBe(0);
});

describe('the audit log', () => {
  test('is for those who may read it', async () => {
    const viewer = await addPerson(server, { roles: ['viewer', 'operator'] });
    for (const path of ['/audit', '/audit/verify', '/audit/open-intents']) {
      expect((await viewer.ask('GET', path)).status).toBe(403);
      expect((await auditor.ask('GET', path)).status).toBe(200);
    }
  });

  test('is filtered, and comes in pages that miss nothing', async () => {
    for (const name of ['one', 'two', 'three']) await admin.ask('POST', '/roles', { body: { name, permissions: ['view'] } });
    const all = await read('&action=role.create&result=succeeded&actor=ANN');
    expect(all.every(({ action, result }) => action === 'role.create' && result === 'succeeded')).toBe(true);

    const paged: number[] = [];
    let next: string | null = '/audit?action=role.create&result=succeeded&actor=ANN&limit=2';
    while (next !== null) {
      const answer: Answer = await auditor.ask('GET', next);
      paged.push(...auditListView.parse(answer.body).items.map(({ seq }) => seq));
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1] ?? null;
    }
    expect(paged).toEqual(all.map(({ seq }) => seq));
    expect(await read(`&endpointId=${randomUUID()}`)).toEqual([]);
    expect(await read('&until=2020-01-01T00:00:00Z')).toEqual([]);
    expect(
      problemOf(await auditor.ask('GET', '/audit?action=nothing&x=1'))
        .errors?.map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(['?action', '?x']);
  });

  test('has no open intents after ordinary work', async () => {
    const answer = await auditor.ask('GET', '/audit/open-intents?olderThanSeconds=0');
    expect(openIntentsView.parse(answer.body).items).toEqual([]);
  });

  test('is verified as a whole, and the first altered row is named', async () => {
    const { pool } = server.database;
    const before = await verify();
    expect(before).toMatchObject({ intact: true, fault: null });
    expect(before.rows).toBe(before.head?.seq);

    await pool.query('alter table audit disable trigger audit_append_only');
    await pool.query(`update audit set actor = 'bob' where seq = 3`);
    expect(await verify()).toMatchObject({ intact: false, rows: 2, fault: { seq: 3, kind: 'altered' } });
  });
});

test('where the log ends is noted when the API stops', async () => {
  const own = await startApiServer();
  const { pool } = own.database;
  await createEndpoint(own);
  const { rows } = await pool.query<{ seq: string; hash: string }>(
    `select seq, encode(hash, 'hex') as hash from audit order by seq desc limit 1`,
  );
  await own.stop();
  expect(own.logged()).toContain(`"auditHead":{"seq":${rows[0]?.seq},"hash":"${rows[0]?.hash}"`);
});
