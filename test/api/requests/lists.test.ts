import { z } from 'zod';
import { type ApiServer, startApiServer } from '../support/api-server';
import { createEndpoint, problemOf } from '../support/shapes';

const listView = z.looseObject({ items: z.array(z.looseObject({ id: z.uuid() })), nextCursor: z.string().nullable() });

let server: ApiServer;
const names = ['Alpha', 'beta', 'Gamma', 'delta', 'epsilon'];
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.reset();
  for (const name of names) await createEndpoint(server, { name });
});

/** Follows the Link header to the end; gives the ids of each page. */
async function pagesOf(path: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await server.ask('GET', next);
    expect(answer.status).toBe(200);
    const { items, nextCursor } = listView.parse(answer.body);
    pages.push(items.map(({ id }) => id));
    next = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    expect(next !== undefined).toBe(nextCursor !== null);
  }
  return pages;
}

test.each(['/endpoints', '/users', '/roles', '/runs'])('%s is the same in pages as at once', async path => {
  const [all = []] = await pagesOf(path);
  const pages = await pagesOf(`${path}?limit=2`);
  expect(pages.flat()).toEqual(all);
  for (const page of pages.slice(0, -1)) expect(page).toHaveLength(2);
});

test('a page that came after something which is gone says so', async () => {
  const first = await server.ask('GET', '/endpoints?limit=2');
  const { items, nextCursor } = listView.parse(first.body);
  const gone = items[1]?.id;
  await server.ask('DELETE', `/endpoints/${gone}`, { headers: { 'if-match': '*' } });
  const problem = problemOf(await server.ask('GET', `/endpoints?cursor=${nextCursor}`));
  expect(problem).toMatchObject({ code: 'invalid-query', errors: [{ pointer: '?cursor' }] });
});

test('a made-up cursor, and a parameter that is not known, are refused', async () => {
  expect(problemOf(await server.ask('GET', '/endpoints?cursor=x')).code).toBe('invalid-query');
  expect(problemOf(await server.ask('GET', '/endpoints?limt=2')).errors).toEqual([
    { pointer: '?limt', detail: 'This key is not known here.' },
  ]);
});

test('a path of the API without such a method says which it has', async () => {
  const answer = await server.ask('PUT', '/endpoints');
  expect(problemOf(answer)).toMatchObject({ status: 405, code: 'method-not-allowed' });
  expect(answer.headers.get('allow')).toBe('GET, POST');
  expect(problemOf(await server.ask('PUT', '/nowhere')).status).toBe(404);
});
