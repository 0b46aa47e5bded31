import { type ApiServer, adminPassword, startApiServer } from '../support/api-server';

jest.setTimeout(60_000);

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

async function prove(): Promise<Response> {
  const signedIn = await fetch(`${server.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: adminPassword }),
  });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { csrfToken }: { csrfToken: string } = await signedIn.json();
  return fetch(`${server.url}/auth/netbox-link`, {
    method: 'POST',
    headers: { cookie, 'x-csrf-token': csrfToken, origin: server.url, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'lena', password: 'canary-netbox-password' }),
  });
}

test('a proof that no worker takes ends with words, and its password is gone', async () => {
  const answer = await prove();
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    code: 'netbox-unavailable',
    detail: expect.stringMatching(/no worker is running. Nothing was linked/),
  });
  expect(server.temporal.asked).toMatchObject([{ type: 'netboxLink' }]);
  const { rows } = await server.database.pool.query('select outcome, ciphertext from netbox_link_attempt');
  expect(rows).toEqual([{ outcome: 'unavailable', ciphertext: null }]);
  expect(server.logged()).not.toContain('canary-netbox-password');
});

test('so does one that Temporal does not take', async () => {
  server.temporal.down = true;
  const answer = await prove();
  expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining({ code: 'temporal-unavailable' })]);
  const { rows } = await server.database.pool.query('select 1 from netbox_link_attempt where ciphertext is not null');
  expect(rows).toEqual([]);
});
