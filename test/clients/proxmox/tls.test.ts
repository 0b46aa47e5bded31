import type { Socket } from 'node:net';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createProxmoxClient, type ProxmoxClient } from '../../../clients/proxmox/client';
import { ProxmoxTlsError, ProxmoxUnavailableError } from '../../../clients/proxmox/errors';
import type { ProxmoxClientOptions } from '../../../clients/proxmox/options';
import { makeCertificate, type TestCertificate } from './support/certificate';
import { rejection, startLoopback, TOKEN } from './support/loopback';

const authority = makeCertificate({ name: 'test authority' });
const good = makeCertificate({ name: 'pve1', ip: '127.0.0.1', issuer: authority });
const otherHost = makeCertificate({ name: 'pve1', ip: '192.0.2.1', issuer: authority });
const expired = makeCertificate({
  name: 'pve1',
  ip: '127.0.0.1',
  issuer: authority,
  notAfter: new Date(Date.now() - 86_400_000),
});
const selfSigned = makeCertificate({ name: 'pve1', ip: '127.0.0.1' });

interface TlsServer {
  readonly server: Server;
  readonly url: string;
  /** Application bytes that arrived. */
  bytes: number;
}

const toClose: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0)) await close();
});

async function startTls(certificate: TestCertificate): Promise<TlsServer> {
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ data: { version: '9.2.11' } }));
  });
  const started = { server, url: '', bytes: 0 };
  server.on('secureConnection', (socket: TLSSocket) => socket.on('data', (chunk: Buffer) => (started.bytes += chunk.length)));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  started.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  toClose.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return started;
}

function clientOf(url: string, tls: ProxmoxClientOptions['tls']): ProxmoxClient {
  const client = createProxmoxClient({ baseUrl: url, auth: TOKEN, tls });
  toClose.push(() => client.close());
  return client;
}

describe('what is trusted', () => {
  test.each<[string, TestCertificate, ProxmoxClientOptions['tls']]>([
    ['a certificate of the given authority', good, { mode: 'ca', ca: authority.cert }],
    ['a self-signed certificate given as its own authority', selfSigned, { mode: 'ca', ca: selfSigned.cert }],
    ['the pinned certificate', selfSigned, { mode: 'fingerprint', sha256: selfSigned.fingerprint }],
    [
      'the pin in lower case without colons',
      good,
      { mode: 'fingerprint', sha256: good.fingerprint.replaceAll(':', '').toLowerCase() },
    ],
    ['anything when insecure', expired, { mode: 'insecure' }],
  ])('%s', async (_, certificate, tls) => {
    const { url } = await startTls(certificate);
    const client = clientOf(url, tls);
    expect((await client.version()).version).toBe('9.2.11');
    // The server closed the connection: a second one may resume the TLS session.
    expect((await client.version()).version).toBe('9.2.11');
  });
});

describe('what is not trusted is told with the setting to change, and gets no byte', () => {
  test.each<[string, TestCertificate, ProxmoxClientOptions['tls'], string, RegExp]>([
    ['an unknown authority', good, { mode: 'verify' }, 'unknown-issuer', /pve-root-ca\.pem/],
    ['a self-signed certificate', selfSigned, { mode: 'verify' }, 'self-signed', /pin/],
    ['another host name', otherHost, { mode: 'ca', ca: authority.cert }, 'host-mismatch', /other names/],
    ['an expired certificate', expired, { mode: 'ca', ca: authority.cert }, 'expired', /expired: renew it/],
    [
      'another certificate than the pinned',
      good,
      { mode: 'fingerprint', sha256: selfSigned.fingerprint },
      'pin-mismatch',
      /not the pinned one/,
    ],
  ])('%s', async (_, certificate, tls, reason, advice) => {
    const server = await startTls(certificate);
    const error = await rejection(clientOf(server.url, tls).version());
    expect(error).toBeInstanceOf(ProxmoxTlsError);
    expect(error).toMatchObject({ reason, message: expect.stringMatching(advice), status: null });
    expect(server.bytes).toBe(0);
  });

  test('a write that was not sent is no unknown outcome', async () => {
    const server = await startTls(selfSigned);
    const error = await rejection(clientOf(server.url, { mode: 'verify' }).request('POST', '/pools', { poolid: 'x' }));
    expect(error).toBeInstanceOf(ProxmoxTlsError);
    expect(server.bytes).toBe(0);
  });

  test('a certificate that is exchanged between two connections', async () => {
    const { server, url } = await startTls(selfSigned);
    const client = clientOf(url, { mode: 'fingerprint', sha256: selfSigned.fingerprint });
    await client.version();
    const impostor = makeCertificate({ name: 'pve1', ip: '127.0.0.1' });
    server.setSecureContext({ cert: impostor.cert, key: impostor.key });
    expect(await rejection(client.version())).toMatchObject({ reason: 'pin-mismatch' });
  });

  test('plain HTTP where TLS was meant', async () => {
    const server = await startLoopback((_, response) => response.end());
    toClose.push(() => server.close());
    const error = await rejection(clientOf(server.url.replace('http:', 'https:'), { mode: 'insecure' }).version());
    expect(error).toMatchObject({
      reason: 'plain-http',
      message: expect.stringMatching(/speaks plain HTTP at this port, and https was asked for/),
    });
  });
});

test('a closed port', async () => {
  const server = await startLoopback((_, response) => response.end());
  await server.close();
  const client = clientOf(server.url, { mode: 'verify' });
  for (const call of [client.version(), client.request('PUT', '/cluster/options', { description: 'x' })]) {
    const error = await rejection(call);
    expect(error).toBeInstanceOf(ProxmoxUnavailableError);
    expect(error).toMatchObject({ reason: 'no-connection', message: expect.stringMatching(/ECONNREFUSED/) });
  }
});

test('a server that accepts and says nothing is a connection that did not come about', async () => {
  const sockets: Socket[] = [];
  const { createServer: createRawServer } = await import('node:net');
  const server = createRawServer(socket => sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  toClose.push(() => {
    sockets.forEach(socket => socket.destroy());
    server.close();
  });
  const client = createProxmoxClient({
    baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    auth: TOKEN,
    tls: { mode: 'insecure' },
    connectTimeoutMs: 50,
  });
  toClose.push(() => client.close());
  expect(await rejection(client.version())).toMatchObject({ reason: 'no-connection' });
});
