import { randomUUID } from 'node:crypto';
import type { AuditListView } from '../../api/audit/schema';
import { type ApiServer, startApiServer } from '../api/support/api-server';
import { createEndpoint } from '../api/support/shapes';
import { admin, type Visitor, visitorWith } from './support/visitor';

let server: ApiServer;
let visitor: Visitor;
let endpoint: { id: string };
beforeEach(async () => {
  server = await startApiServer();
  visitor = await admin(server);
  endpoint = await createEndpoint(server, { name: 'lab' });
});
afterEach(() => server.stop());

const rows = async (query = ''): Promise<AuditListView['items']> =>
  ((await server.ask('GET', `/audit?limit=500${query}`)).body as AuditListView).items;

/** What somebody with the rights of a superuser of the database could do. */
async function tamper(statement: string): Promise<void> {
  await server.database.pool.query(
    `begin; alter table audit disable trigger audit_append_only; ${statement}; alter table audit enable always trigger audit_append_only; commit`,
  );
}

test('rows are listed from the newest on, filtered by who, what, result, endpoint and day, and led through by pages', async () => {
  const page = await visitor.get('/ui/audit');
  expect(page.text).toMatch(/Who did what.*Endpoint: create.*Endpoint lab.*lab Succeeded/);
  const today = new Date().toISOString().slice(0, 10);
  const found = await visitor.get(
    `/ui/audit?action=endpoint.create&endpointId=${endpoint.id}&since=${today}&until=${today}&actor=API-KEY:environment&result=succeeded&runId=`,
  );
  expect([...found.html.matchAll(/href="\/ui\/audit\/(\d+)"/g)]).toHaveLength(1);
  expect((await visitor.get('/ui/audit?actor=somebody-else')).text).toContain('No row is like that');
  expect((await visitor.get('/ui/audit?since=2026-31-01')).status).toBe(400);
  for (let count = 0; count < 30; count++) await createEndpoint(server);
  const first = await visitor.get('/ui/audit');
  const next = /href="(\/ui\/audit\?cursor=[^"]+)"/.exec(first.html)?.[1] ?? '';
  expect((await visitor.get(next)).text).toContain('First page');
});

test('a row tells who did what to which thing, its digests, and leads to what came of it', async () => {
  const outcome = (await rows('&action=endpoint.create')).find(({ phase }) => phase === 'outcome');
  const page = await visitor.get(`/ui/audit/${outcome?.seq}`);
  expect(page.text).toMatch(/Row \d+: Endpoint: create Succeeded/);
  expect(page.text).toContain(outcome?.afterDigest ?? 'no digest');
  expect(page.text).toContain(outcome?.hash ?? 'no hash');
  expect(page.html).toContain(`href="/ui/audit/${outcome?.intentSeq}"`);
  const intent = await visitor.get(`/ui/audit/${outcome?.intentSeq}`);
  expect(intent.html).toContain(`href="/ui/audit/${outcome?.seq}"`);
  expect(intent.text).toContain('Digest before none');
  for (const seq of ['999999', 'x', '-1']) expect((await visitor.get(`/ui/audit/${seq}`)).status).toBe(404);
});

test('the chain is verified by a button, and the first row that is not as it was written is named', async () => {
  await visitor.get('/ui/audit');
  expect((await visitor.post('/ui/audit/verify')).text).toMatch(/The log is as it was written.*\d+ rows: none was altered/);
  const seq = (await rows())[1]?.seq;
  await tamper(`update audit set actor = 'nobody' where seq = ${seq}`);
  const altered = await visitor.post('/ui/audit/verify');
  expect(altered.text).toMatch(new RegExp(`The log is not as it was written Row ${seq} .* is not as it was written`));
  await tamper(`delete from audit where seq = ${seq}`);
  expect((await visitor.post('/ui/audit/verify')).text).toContain(`Row ${seq} is missing`);
});

test('what was begun and never completed is listed', async () => {
  expect((await visitor.get('/ui/audit/open')).text).toContain('of all that was begun, the end is known');
  const outcome = (await rows('&action=endpoint.create')).find(({ phase }) => phase === 'outcome');
  await tamper(
    `delete from audit where seq = ${outcome?.seq}; update audit set time = time - interval '1 hour' where seq = ${outcome?.intentSeq}`,
  );
  expect((await visitor.get('/ui/audit')).text).toContain('Of 1 act nobody wrote what became of it');
  const open = await visitor.get('/ui/audit/open');
  expect(open.html).toContain(`href="/ui/audit/${outcome?.intentSeq}"`);
  expect((await visitor.get(`/ui/audit/${outcome?.intentSeq}`)).text).toContain('not known: nothing was written after it');
});

test('only whoever may audit everywhere sees the log', async () => {
  const viewer = await visitorWith(server, `viewer-${randomUUID().slice(0, 8)}`, [{ role: 'viewer' }]);
  for (const path of ['/ui/audit', '/ui/audit/open', '/ui/audit/1']) expect((await viewer.get(path)).status).toBe(403);
  expect((await viewer.get('/ui')).html).not.toContain('href="/ui/audit"');
  const auditor = await visitorWith(server, `auditor-${randomUUID().slice(0, 8)}`, [{ role: 'auditor' }]);
  expect((await auditor.get('/ui/audit')).status).toBe(200);
});
