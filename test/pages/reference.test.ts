import { openApiDocument } from '../../api/openapi/document';
import { type ApiServer, startApiServer } from '../api/support/api-server';

let server: ApiServer;
let page: string;
beforeAll(async () => {
  server = await startApiServer();
  page = await fetch(`${server.url}/docs`).then(answer => answer.text());
});
afterAll(() => server.stop());

const all = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map(([, found = '']) => found);

test('everybody may read it, and nothing in it comes from elsewhere', async () => {
  const answer = await fetch(`${server.url}/docs`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  expect(all(/(?:src|href)="([^"]+)"/g).filter(address => !/^[/#]/.test(address))).toEqual([]);
  expect(page).not.toMatch(/ style="| on\w+="|<script>/);
});

test('every operation and every named schema has an address of its own, and every link leads somewhere', () => {
  const document = openApiDocument();
  const ids = all(/ id="([^"]+)"/g);
  expect(new Set(ids).size).toBe(ids.length);
  const operations = Object.values(document.paths).flatMap(item => Object.values(item).map(({ operationId }) => operationId));
  const schemas = Object.keys(document.components.schemas).map(name => `schema-${name}`);
  expect(ids).toEqual(expect.arrayContaining([...operations, ...schemas]));
  const links = all(/href="#([^"]+)"/g);
  expect(links.filter(link => !ids.includes(link))).toEqual([]);
});

test('an operation tells what it takes, what it answers, and who may use it', () => {
  const start = page.indexOf('id="startFullUpdate"');
  const card = page.slice(start, page.indexOf('</article>', start));
  for (const words of [
    '/full-update',
    'dryRun',
    'Stop after the plan',
    'Idempotency-Key',
    'run_sync',
    'no-endpoints',
    'schema-Run',
  ]) {
    expect(card).toContain(words);
  }
});
