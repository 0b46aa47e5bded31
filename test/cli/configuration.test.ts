import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proxbox } from './support/proxbox';
import { type CliServer, startCliServer } from './support/server';

let server: CliServer;
let folder: string;

beforeAll(async () => {
  server = await startCliServer();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'proxbox-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
afterAll(() => server?.stop());

function configFile(content: object, name = 'config.json', mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content), { mode });
  return path;
}

const list = ['endpoint', 'list', '--json'];
const empty = { code: 0, stdout: '{\n  "items": []\n}\n', stderr: '' };

describe('address and token are found', () => {
  test('in the file that a flag or a variable names, with an otherwise empty environment', async () => {
    const path = configFile({ url: server.url, token: server.key });
    expect(await proxbox([...list, '--config', path])).toEqual(empty);
    expect(await proxbox(list, { env: { PROXBOX_CONFIG: path } })).toEqual(empty);
  });

  test("in the user's folder", async () => {
    mkdirSync(join(folder, 'proxbox'));
    configFile({ url: server.url, token: server.key }, 'proxbox/config.json');
    expect(await proxbox(list, { env: { XDG_CONFIG_HOME: folder } })).toEqual(empty);
  });

  test('in variables, which win over the file', async () => {
    const path = configFile({ url: 'http://127.0.0.1:2', token: 'of another' });
    expect(await proxbox(list, { env: { ...server.env, PROXBOX_CONFIG: path } })).toEqual(empty);
  });

  test('with the token in a file of its own beside it', async () => {
    writeFileSync(join(folder, 'token'), `${server.key}\n`, { mode: 0o600 });
    const path = configFile({ url: server.url, tokenFile: 'token' });
    expect(await proxbox(list, { env: { PROXBOX_CONFIG: path } })).toEqual(empty);
  });

  test('nowhere: the command says how to begin', async () => {
    const { code, stderr } = await proxbox(list, { env: { XDG_CONFIG_HOME: folder } });
    expect(stderr).toContain('proxbox config init --url URL');
    expect(code).toBe(2);
  });
});

describe('a file is refused', () => {
  test.each([0o644, 0o640, 0o604])('when others may read it (%i), with the command that mends it', async mode => {
    const path = configFile({ url: server.url, token: server.key });
    chmodSync(path, mode);
    const { code, stderr } = await proxbox(['endpoint', 'list'], { env: { PROXBOX_CONFIG: path } });
    expect(stderr).toContain(`chmod 600 ${path}`);
    expect(stderr).not.toContain(server.key);
    expect(code).toBe(2);
  });

  test('when it is no such JSON, without repeating what it holds', async () => {
    const path = join(folder, 'config.json');
    writeFileSync(path, `url=${server.url} token=${server.key}`, { mode: 0o600 });
    const { code, stderr } = await proxbox(['endpoint', 'list'], { env: { PROXBOX_CONFIG: path } });
    expect(stderr).toContain('It is no JSON object.');
    expect(stderr).not.toContain(server.key);
    expect(code).toBe(2);
  });

  test('for another address than its own: the token stays here', async () => {
    const path = configFile({ url: server.url, token: server.key });
    const { code, stderr } = await proxbox([...list, '--url', 'http://127.0.0.1:2'], { env: { PROXBOX_CONFIG: path } });
    expect(JSON.parse(stderr)).toMatchObject({ problem: { code: 'configuration', exitCode: 2 } });
    expect(code).toBe(2);
  });
});

describe('config init', () => {
  test('writes a file for its owner alone, with a token from standard input that is never shown', async () => {
    const path = join(folder, 'deep/config.json');
    const init = ['config', 'init', '--config', path, '--url', `${server.url}/`, '--token-file', '-'];
    const { code, stdout, stderr } = await proxbox(init, { input: `${server.key}\n` });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).not.toContain(server.key);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ url: server.url, token: server.key });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await proxbox(list, { env: { PROXBOX_CONFIG: path } })).toEqual(empty);
  });

  test('overwrites nothing unless told to', async () => {
    const path = configFile({ url: server.url, token: 'old' });
    const init = ['config', 'init', '--config', path, '--url', server.url];
    const env = { PROXBOX_TOKEN: 'new' };
    expect(await proxbox(init, { env })).toMatchObject({ code: 2 });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ token: 'old' });
    expect(await proxbox([...init, '--yes'], { env })).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ token: 'new' });
  });
});

test('config show tells where address and token come from, and not the token', async () => {
  const path = configFile({ url: server.url, token: server.key });
  const { stdout } = await proxbox(['config', 'show', '--json'], { env: { PROXBOX_CONFIG: path } });
  const shown = { url: server.url, urlFrom: path, tokenSet: true, tokenFrom: path, files: [{ path, exists: true }] };
  expect(JSON.parse(stdout)).toEqual(shown);
});

describe('what does not answer as the API ends with 7', () => {
  test('nobody at the address', async () => {
    const tcp = createTcpServer().listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const { port } = tcp.address() as AddressInfo;
    tcp.close();
    const { code, stderr } = await proxbox(['sync'], { env: { PROXBOX_URL: `http://127.0.0.1:${port}`, PROXBOX_TOKEN: 'x' } });
    expect(stderr).toMatch(/does not answer[^]+ECONNREFUSED[^]+proxbox doctor/);
    expect(code).toBe(7);
  });

  test.each([
    { what: 'a page of something else', status: 200, says: 'no JSON' },
    { what: 'a proxy without a server behind it', status: 502, says: '502' },
    { what: 'a redirect', status: 301, says: 'https://elsewhere.example/' },
  ])('$what', async ({ status, says }) => {
    const other = createServer((_request, response) => {
      response.writeHead(status, { location: 'https://elsewhere.example/' }).end('<html>');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await proxbox(['endpoint', 'list'], {
      env: { PROXBOX_URL: `http://127.0.0.1:${port}`, PROXBOX_TOKEN: 'x' },
    });
    other.close();
    expect(stderr).toContain(says);
    expect(code).toBe(7);
  });

  test('a Temporal that is down', async () => {
    await server.ask('POST', '/endpoints', { body: endpoint });
    server.temporal.down = true;
    const { code, stderr } = await server.run(['sync', '--json']);
    await server.reset();
    expect(JSON.parse(stderr)).toMatchObject({ problem: { code: 'temporal-unavailable', exitCode: 7 } });
    expect(code).toBe(7);
  });
});

test('a token that the API does not know ends with 1', async () => {
  const { code, stderr } = await server.run(['run', 'list'], { env: { PROXBOX_TOKEN: 'unknown-to-the-api' } });
  expect(stderr).toContain('proxbox config show');
  expect(stderr).not.toContain('unknown-to-the-api');
  expect(code).toBe(1);
});

const endpoint = {
  name: 'lab',
  url: 'https://192.0.2.1',
  credentials: { read: { kind: 'token', principal: 'proxbox@pve!sync', secret: 's' } },
};
