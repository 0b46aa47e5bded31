import { type ApiServer, startApiServer } from './support/api-server';
import { createEndpoint, endpointOf, pointersOf, token } from './support/shapes';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());
afterEach(() => server.reset());

const reached = async (fields: Record<string, unknown>) => {
  const { url, tls } = await createEndpoint(server, fields);
  return [url, tls.mode];
};

describe("Proxbox's names for how an endpoint is reached", () => {
  test.each([
    [{ use_https: true, verify_ssl: true }, 'https://127.0.0.1:8006', 'verify'],
    [{ use_https: true, verify_ssl: false }, 'https://127.0.0.1:8006', 'insecure'],
    [{ use_https: false, verify_ssl: true }, 'http://127.0.0.1:8006', 'verify'],
    [{ use_https: false, verify_ssl: false }, 'http://127.0.0.1:8006', 'insecure'],
    [{ use_https: true }, 'https://127.0.0.1:8006', 'verify'],
  ])('%j', async (names, url, mode) => {
    expect(await reached({ url: '127.0.0.1:8006', ...names })).toEqual([url, mode]);
  });

  test('the scheme that they name counts before the one in the address, and verify_ssl never decides it', async () => {
    expect(await reached({ url: 'http://pve.example.com:8006', use_https: true, verify_ssl: false })).toEqual([
      'https://pve.example.com:8006',
      'insecure',
    ]);
    expect(await reached({ url: 'https://pve.example.com', verify_ssl: false })).toEqual([
      'https://pve.example.com:8006',
      'insecure',
    ]);
  });

  test.each([
    ['use_https: false towards the network', { url: 'pve.example.com', use_https: false }, '/url'],
    ['verify_ssl beside tls', { url: 'https://pve.example.com', verify_ssl: true, tls: { mode: 'insecure' } }, '/verify_ssl'],
  ])('%s is refused', async (_what, fields, pointer) => {
    const answer = await server.ask('POST', '/endpoints', { body: { name: 'x', credentials: { read: token() }, ...fields } });
    expect(answer.status).toBe(422);
    expect(pointersOf(answer)).toEqual([pointer]);
  });

  test('change an endpoint like ours do: with the secrets again', async () => {
    const { id } = await createEndpoint(server, { url: 'https://pve.example.com' });
    const change = (body: object) => server.ask('PATCH', `/endpoints/${id}`, { body, headers: { 'if-match': '*' } });
    expect((await change({ verify_ssl: false })).status).toBe(422);
    expect(endpointOf(await change({ verify_ssl: false, credentials: { read: token() } })).tls).toEqual({ mode: 'insecure' });
    expect(pointersOf(await change({ use_https: true }))).toEqual(['/use_https']);
    expect(pointersOf(await change({ url: 'https://169.254.1.1', credentials: { read: token() } }))).toEqual(['/url']);
  });
});
