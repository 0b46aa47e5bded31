import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNetBoxClient, type NetBoxClient } from '../../../clients/netbox/client';
import { NetBoxResponseError, NetBoxTlsError } from '../../../clients/netbox/errors';

let server: Server | undefined;
let client: NetBoxClient | undefined;
afterEach(async () => {
  await client?.close();
  server?.close();
  server?.closeAllConnections();
});

async function opened(scheme: 'http' | 'https', answer: RequestListener): Promise<unknown> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>(resolve => started.listen(0, '127.0.0.1', resolve));
  const { port } = started.address() as AddressInfo;
  client = createNetBoxClient({ baseUrl: `${scheme}://127.0.0.1:${port}`, token: 'x', attempts: 1 });
  return client.open().catch((error: unknown) => error);
}

test("plain http to a port of TLS is told by nginx's words, with what to change", async () => {
  const page = '<html><body><h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port</body></html>';
  const error = await opened('http', (_request, response) => response.writeHead(400).end(page));
  expect(error).toBeInstanceOf(NetBoxResponseError);
  expect(error).toMatchObject({
    message: expect.stringMatching(/speaks TLS at this port, and plain http was asked for.*https:\/\//),
  });
});

test('so is a redirect of the host to its own https', async () => {
  const error = await opened('http', (_request, response) =>
    response.writeHead(301, { location: 'https://127.0.0.1/api/status/' }).end(),
  );
  expect(error).toMatchObject({ message: expect.stringMatching(/speaks TLS.*redirects to https:\/\/127\.0\.0\.1/) });
});

test('https to a port of plain http is told the other way round', async () => {
  const error = await opened('https', (_request, response) => response.end('{}'));
  expect(error).toBeInstanceOf(NetBoxTlsError);
  expect(error).toMatchObject({ message: expect.stringMatching(/speaks plain HTTP at this port, and https was asked for/) });
});
