import { connect } from 'node:net';
import { request as https } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { exchange } from './support/send-recorded';

describe('HTTP', () => {
  let simulator: ProxmoxSimulator;
  beforeAll(async () => {
    simulator = await startProxmoxSimulator({ tls: false, world: { guests: 0 } });
  });
  afterAll(() => simulator.close());

  /** Everything that comes back on a connection of its own. */
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(simulator.port, '127.0.0.1', () => socket.write(text));
      let received = '';
      socket.on('data', chunk => (received += chunk.toString('latin1')));
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
    });
  const authorization = (): string =>
    `Authorization: PVEAPIToken=${simulator.tokens.full.tokenId}=${simulator.tokens.full.secret}`;

  test('too long or too many headers end in silence', async () => {
    const many = Array.from({ length: 70 }, (_, i) => `X-${i}: 1`).join('\r\n');
    expect(await raw(`GET /api2/json/version HTTP/1.1\r\nHost: x\r\n${many}\r\n\r\n`)).toBe('');
    expect(await raw(`GET /api2/json/version HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(9000)}\r\n\r\n`)).toBe('');
  });

  test('chunked bodies and HTTP/2 are refused', async () => {
    const chunked = `PUT /api2/json/version HTTP/1.1\r\nHost: x\r\n${authorization()}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\na\r\n0\r\n\r\n`;
    expect(await raw(chunked)).toMatch(/^HTTP\/1\.1 501 chunked transfer encoding not supported\r\n/);
    expect(await raw('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toMatch(/^HTTP\/1\.1 506 /);
  });

  test('a refusal closes the connection, an answer keeps it', async () => {
    const get = (path: string): string => `GET /api2/json${path} HTTP/1.1\r\nHost: x\r\n${authorization()}\r\n\r\n`;
    const answers = await raw(get('/version') + get('/nope') + get('/version'));
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 501']);
  });

  test('the control interface needs no credential', async () => {
    expect((await exchange(simulator, 'GET', '/__sim/world')).status).toBe(200);
  });
});

describe('TLS', () => {
  const running: ProxmoxSimulator[] = [];
  afterAll(() => Promise.all(running.map(simulator => simulator.close())));

  async function start(kind: 'self-signed' | 'ca' | 'expired'): Promise<ProxmoxSimulator> {
    const simulator = await startProxmoxSimulator({ tls: { kind }, world: { guests: 0 } });
    running.push(simulator);
    return simulator;
  }

  const fingerprint = (
    simulator: ProxmoxSimulator,
    options: { ca?: string; rejectUnauthorized?: boolean; servername?: string },
  ): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = https(
        { host: '127.0.0.1', port: simulator.port, path: '/__sim/world', agent: false, ...options },
        response => {
          response.resume();
          const socket = response.socket as TLSSocket;
          resolve(socket.getPeerCertificate().fingerprint256);
        },
      );
      request.on('error', reject);
      request.end();
    });

  test.each(['self-signed', 'ca'] as const)('a %s certificate is good for who trusts it, and for nobody else', async kind => {
    const simulator = await start(kind);
    expect(await fingerprint(simulator, { ca: simulator.ca ?? '' })).toBe(simulator.fingerprint256);
    expect(await fingerprint(simulator, { ca: simulator.ca ?? '', servername: 'lab-01' })).toBe(simulator.fingerprint256);
    await expect(fingerprint(simulator, { ca: simulator.ca ?? '', servername: 'elsewhere.example.test' })).rejects.toThrow();
    await expect(fingerprint(simulator, {})).rejects.toThrow();
  });

  test('an expired certificate is refused even by who trusts it', async () => {
    const simulator = await start('expired');
    await expect(fingerprint(simulator, { ca: simulator.ca ?? '' })).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    expect(await fingerprint(simulator, { rejectUnauthorized: false })).toBe(simulator.fingerprint256);
  });
});
