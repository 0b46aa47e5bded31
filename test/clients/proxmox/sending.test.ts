import { gzipSync } from 'node:zlib';
import { createProxmoxClient } from '../../../clients/proxmox/client';
import {
  ProxmoxParameterError,
  ProxmoxResponseError,
  ProxmoxUnavailableError,
  ProxmoxUnknownNodeError,
  ProxmoxUnknownOutcomeError,
} from '../../../clients/proxmox/errors';
import { apiPath } from '../../../clients/proxmox/request-parts';
import { closeAll, rejection, sendError, sendJson, startPair, TOKEN, withNodes } from './support/loopback';

afterEach(closeAll);

describe('a request', () => {
  test('to write is a form of known length', async () => {
    const { client, server } = await startPair(withNodes(['pve1'], (_, response) => sendJson(response, null)));
    const parameters = {
      description: 'a=b;c,d+e&f %41 ü\n',
      onboot: true,
      protection: false,
      cores: 2,
      delete: ['tags', 'vga'],
      name: undefined,
    };
    await client.request('PUT', apiPath`/nodes/pve1/qemu/${100}/config`, parameters);
    const sent = server.seen.at(-1);
    expect(sent?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(sent?.body.length),
      authorization: `PVEAPIToken=${TOKEN.tokenId}=${TOKEN.secret}`,
    });
    expect(sent?.headers['transfer-encoding']).toBeUndefined();
    expect(sent?.body).not.toMatch(/[;,]/);
    expect(Object.fromEntries(new URLSearchParams(sent?.body))).toEqual({
      description: 'a=b;c,d+e&f %41 ü\n',
      onboot: '1',
      protection: '0',
      cores: '2',
      delete: 'tags,vga',
    });
  });

  test('without parameters has an empty body and its length', async () => {
    const { client, server } = await startPair(withNodes(['pve1'], (_, response) => sendJson(response, 'UPID:x')));
    expect(await client.request('POST', '/nodes/pve1/qemu/100/status/start')).toBe('UPID:x');
    expect(server.seen.at(-1)).toMatchObject({ body: '', headers: { 'content-length': '0' } });
  });

  test('to delete has its parameters in the query and no body', async () => {
    const { client, server } = await startPair((_, response) => sendJson(response, null));
    await client.request('DELETE', '/pools', { poolid: 'a/b' });
    const sent = server.seen.at(-1);
    expect(sent?.query.get('poolid')).toBe('a/b');
    expect(sent?.body).toBe('');
    expect(sent?.headers['content-length'] ?? '0').toBe('0');
  });

  test('escapes what is put into a path, and refuses a path that could mean another call', async () => {
    const { client, server } = await startPair(withNodes(['pve1'], (_, response) => sendJson(response, [])));
    await client.storageContent('pve1', 'a/../b?x=1');
    expect(server.seen.at(-1)?.path).toBe('/nodes/pve1/storage/a%2F..%2Fb%3Fx%3D1/content');
    for (const path of ['/nodes/pve1/../../access/users', '/version?x=1', 'version', '/pools//x', '/a/%2e%2e/b']) {
      expect(await rejection(client.request('GET', path))).toBeInstanceOf(RangeError);
    }
  });

  test('larger than Proxmox takes is not sent', async () => {
    const { client, server } = await startPair((_, response) => sendJson(response, null));
    const failure = await rejection(client.request('PUT', '/cluster/options', { description: 'x'.repeat(600_000) }));
    expect(failure).toBeInstanceOf(ProxmoxParameterError);
    expect(server.seen).toHaveLength(0);
  });
});

describe('a lost answer', () => {
  test('to a write is an unknown outcome, and the write is not repeated', async () => {
    const { client, server } = await startPair((_, response) => response.socket?.destroy());
    expect(await rejection(client.request('PUT', '/cluster/options', { description: 'x' }))).toBeInstanceOf(
      ProxmoxUnknownOutcomeError,
    );
    expect(await rejection(client.request('DELETE', '/pools', { poolid: 'x' }))).toBeInstanceOf(ProxmoxUnknownOutcomeError);
    expect(server.seen).toHaveLength(2);
  });

  test('to a read is asked for once more', async () => {
    let asked = 0;
    const { client, server } = await startPair((_, response) => {
      asked += 1;
      if (asked === 1) response.socket?.destroy();
      else sendJson(response, { version: '9.2.11' });
    });
    expect(await client.version()).toMatchObject({ version: '9.2.11', major: 9 });
    expect(server.seen).toHaveLength(2);
  });

  test('to a read for good', async () => {
    const { client, server } = await startPair((_, response) => response.socket?.destroy());
    expect(await rejection(client.version())).toMatchObject({ name: 'ProxmoxUnavailableError', reason: 'no-answer' });
    expect(server.seen).toHaveLength(2);
  });

  test('in the middle of the body', async () => {
    const { client } = await startPair((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"data":');
      setTimeout(() => response.socket?.destroy(), 20);
    });
    expect(await rejection(client.request('POST', '/pools', { poolid: 'x' }))).toBeInstanceOf(ProxmoxUnknownOutcomeError);
  });

  test('by time-out', async () => {
    const { client } = await startPair(() => undefined, { timeoutMs: 60 });
    expect(await rejection(client.version())).toBeInstanceOf(ProxmoxUnavailableError);
    expect(await rejection(client.request('POST', '/pools', { poolid: 'x' }))).toBeInstanceOf(ProxmoxUnknownOutcomeError);
  });
});

describe('a caller that gives up', () => {
  test('a read fails with the reason, a write that was sent with an unknown outcome', async () => {
    const stop = new AbortController();
    const reason = new Error('shutting down');
    const { client } = await startPair(request => {
      if (request.method === 'GET') setTimeout(() => stop.abort(reason), 10);
    });
    const reading = rejection(client.version({ signal: stop.signal }));
    expect(await reading).toBe(reason);
    expect(await rejection(client.version({ signal: stop.signal }))).toBe(reason);

    const later = new AbortController();
    const { client: writer, server } = await startPair(() => later.abort(reason));
    expect(await rejection(writer.request('POST', '/pools', { poolid: 'x' }, { signal: later.signal }))).toBeInstanceOf(
      ProxmoxUnknownOutcomeError,
    );
    expect(await rejection(writer.request('POST', '/pools', { poolid: 'x' }, { signal: later.signal }))).toBe(reason);
    expect(server.seen).toHaveLength(1);
  });

  test('for the whole client', async () => {
    const stop = new AbortController();
    const { client } = await startPair(() => stop.abort(new Error('over')), { signal: stop.signal });
    expect(await rejection(client.version())).toMatchObject({ message: 'over' });
  });
});

describe('an answer', () => {
  test('may be packed', async () => {
    const { client, server } = await startPair((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' });
      response.end(gzipSync(JSON.stringify({ data: { version: '9.0.1' } })));
    });
    expect((await client.version()).version).toBe('9.0.1');
    expect(server.seen[0]?.headers['accept-encoding']).toBe('gzip');
  });

  test('too large is not taken into memory', async () => {
    const { client } = await startPair((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(80 * 1024 ** 2, 0x20)));
    });
    expect(await rejection(client.version())).toBeInstanceOf(ProxmoxResponseError);
  });

  test.each<[string, unknown]>([
    ['an object', {}],
    ['nothing', null],
    ['rows that are none', [1, 2]],
    ['rows without what names them', [{ status: 'online' }]],
  ])('of another shape than a list, %s, is an error and no empty list', async (_, data) => {
    const { client } = await startPair((__, response) => sendJson(response, data));
    expect(await rejection(client.nodes())).toBeInstanceOf(ProxmoxResponseError);
  });

  test('may have numbers as text, unknown keys, and lack the rest', async () => {
    const row = {
      type: 'qemu',
      vmid: '100',
      node: 'pve1',
      maxmem: '2147483648',
      template: '1',
      tags: 'b;a',
      maxcpu: {},
      future: [1],
    };
    const { client } = await startPair((_, response) => sendJson(response, [row]));
    expect((await client.clusterResources()).guests).toEqual([
      {
        kind: 'qemu',
        vmid: 100,
        node: 'pve1',
        name: null,
        status: 'unknown',
        template: true,
        tags: ['b', 'a'],
        pool: null,
        lock: null,
        hastate: null,
        maxcpu: null,
        maxmem: 2147483648,
        mem: null,
        maxdisk: null,
        uptime: null,
        cpu: null,
      },
    ]);
  });
});

describe('a node', () => {
  test('that is not listed gets no request', async () => {
    const { client, server } = await startPair(withNodes(['pve1'], (_, response) => sendJson(response, [])));
    const failure = await rejection(client.nodeNetwork('evil.example'));
    expect(failure).toBeInstanceOf(ProxmoxUnknownNodeError);
    expect(failure).toMatchObject({ node: 'evil.example', status: null });
    expect(await rejection(client.awaitTask('UPID:evil:00001935:00071CE6:6B031BD9:qmstart:142:root@pam:'))).toBeInstanceOf(
      ProxmoxUnknownNodeError,
    );
    expect(server.seen.map(request => request.path)).toEqual(['/nodes']);
  });

  test('that is listed is asked, and the list is read once', async () => {
    const { client, server } = await startPair(withNodes(['pve1', 'pve2'], (_, response) => sendJson(response, [])));
    await Promise.all(['pve1', 'pve2', 'pve1'].map(node => client.nodeNetwork(node)));
    expect(server.seen.filter(request => request.path === '/nodes')).toHaveLength(1);
  });

  test('whose list cannot be read', async () => {
    const { client } = await startPair((_, response) => sendError(response, 500, 'boom'));
    expect(await rejection(client.nodeNetwork('pve1'))).toMatchObject({ name: 'ProxmoxRefusedError', path: '/nodes' });
  });
});

test.each<[string, object, RegExp]>([
  ['an address that is none', { baseUrl: 'pve1' }, /looks like https/],
  ['another scheme', { baseUrl: 'ftp://pve1' }, /https/],
  ['a path', { baseUrl: 'https://pve1:8006/api2/json' }, /no path/],
  ['credentials in the address', { baseUrl: 'https://root:geheim@pve1:8006' }, /do not belong/],
  ['a token ID without a token', { auth: { type: 'token', tokenId: 'root@pam', secret: 'geheim' } }, /user@realm!name/],
  ['a secret with a line feed', { auth: { type: 'token', tokenId: 'root@pam!x', secret: 'geheim\n' } }, /one word/],
  ['a user without a realm', { auth: { type: 'password', username: 'root', password: 'geheim' } }, /user@realm/],
  ['half a fingerprint', { tls: { mode: 'fingerprint', sha256: 'AB:CD' } }, /64/],
  ['a pin without TLS', { baseUrl: 'http://pve1:8006', tls: { mode: 'ca', ca: 'x' } }, /plain http/],
])('%s is refused at once', (_, wrong, text) => {
  const options = { baseUrl: 'https://pve1:8006', auth: TOKEN, tls: { mode: 'verify' } as const, ...wrong };
  expect(() => createProxmoxClient(options)).toThrow(text);
  expect(() => createProxmoxClient(options)).not.toThrow(/geheim/);
});
