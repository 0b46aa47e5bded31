import { createProxmoxClient, type ProxmoxClient } from '../../../clients/proxmox/client';
import { nodeOfPath } from '../../../clients/proxmox/request-parts';
import { rejection, sendJson, startLoopback, TOKEN, type Loopback } from '../../clients/proxmox/support/loopback';
import { locate, recordedCases, replay, type RecordedCase } from './client-support/recorded-case';
import { reads } from './client-support/recorded-reads';

/** Every read of the client and every refusal, against the answers of a real Proxmox VE 9.2 API. */

let server: Loopback;
let current: RecordedCase | undefined;
let client: ProxmoxClient;

beforeAll(async () => {
  server = await startLoopback((request, response) => {
    if (!current) throw new Error('no case is being replayed');
    if (request.path === '/nodes' && locate(current).path !== '/nodes') {
      return sendJson(
        response,
        ['pve1', 'pvea', 'pveb', nodeOfPath(locate(current).path) ?? 'pve1'].map(node => ({ node })),
      );
    }
    return replay(current, response);
  });
});
beforeEach(() => {
  client = createProxmoxClient({ baseUrl: server.url, auth: TOKEN, tls: { mode: 'verify' } });
});
afterEach(() => client.close());
afterAll(() => server.close());

/** Error texts whose class matters to a caller, written down apart from the client's own table. */
const classesOf500: readonly [RegExp, string][] = [
  [
    /^Configuration file .* does not exist|^unable to find configuration file|^(snapshot|pool|storage) '.*' does not exist|^resource .* does not exist in cluster/,
    'ProxmoxNotFoundError',
  ],
  [/is locked \(|^can't lock file/, 'ProxmoxLockedError'],
  [/^checksum mismatch|^detected modified configuration/, 'ProxmoxDigestMismatchError'],
  [/no quorum|\.conf\.tmp\.\d+' - Permission denied/, 'ProxmoxUnavailableError'],
  [/^no such cluster node|^hostname lookup/, 'ProxmoxUnknownNodeError'],
];

function expectedClass({ request, status, statusText, body }: RecordedCase): string {
  if (status === 400) return body?.errors?.['upid'] === 'no such task' ? 'ProxmoxNotFoundError' : 'ProxmoxParameterError';
  if (status === 596) return request.method === 'GET' ? 'ProxmoxUnavailableError' : 'ProxmoxUnknownOutcomeError';
  const classes: Record<number, string> = {
    401: 'ProxmoxAuthError',
    403: 'ProxmoxPermissionError',
    501: 'ProxmoxNotImplementedError',
    506: 'ProxmoxRefusedError',
    595: 'ProxmoxNodeUnreachableError',
  };
  return classes[status] ?? classesOf500.find(([text]) => text.test(statusText))?.[1] ?? 'ProxmoxRefusedError';
}

const cases = recordedCases();
const good = cases.flatMap(recorded => {
  const { path } = locate(recorded);
  const read =
    recorded.request.method === 'GET' && recorded.status === 200 ? reads.find(one => one.pattern.test(path)) : undefined;
  return read ? [[recorded.case, recorded, read] as const] : [];
});
const refused = cases.flatMap(recorded =>
  recorded.status >= 400 && ['GET', 'POST', 'PUT', 'DELETE'].includes(recorded.request.method)
    ? [[recorded.case, recorded] as const]
    : [],
);

test.each(good)('%s is read', async (_, recorded, read) => {
  current = recorded;
  const { path, query } = locate(recorded);
  read.check(await read.call(client, read.pattern.exec(path)?.slice(1) ?? [], query), recorded.body?.data);
});

test('every read has recorded answers', () => {
  const read = new Set(good.map(([, , one]) => one));
  expect(reads.filter(one => !read.has(one)).map(one => String(one.pattern))).toEqual([]);
});

test.each(refused)('%s is refused by its own class', async (_, recorded) => {
  current = recorded;
  const { path } = locate(recorded);
  const method = recorded.request.method as 'GET' | 'POST' | 'PUT' | 'DELETE';
  const failure = await rejection(client.request(method, path));
  expect(failure).toMatchObject({ name: expectedClass(recorded), method, status: recorded.status });
  expect(String(failure)).not.toMatch(/\n \[/);
});

test.each(['qemu-agent-stopped-interfaces', 'qemu-agent-no-agent', 'qemu-agent-not-configured', 'qemu-agent-hostname-no-agent'])(
  '%s is an ordinary state of a guest',
  async name => {
    current = cases.find(one => one.case === name);
    const reasons: Record<string, string> = {
      'qemu-agent-stopped-interfaces': 'guest-stopped',
      'qemu-agent-not-configured': 'not-configured',
    };
    expect(await client.agentInterfaces({ node: 'pve1', kind: 'qemu', vmid: 100 })).toEqual({
      available: false,
      reason: reasons[name] ?? 'not-running',
    });
  },
);

test('a login', async () => {
  current = cases.find(one => one.case === 'ticket-login');
  await client.close();
  client = createProxmoxClient({
    baseUrl: server.url,
    auth: { type: 'password', username: 'auditor@pve', password: 'PASSWORD' },
    tls: { mode: 'verify' },
  });
  await client.request('GET', '/version');
  expect(server.seen.at(-1)?.headers.cookie).toBe(`PVEAuthCookie=${encodeURIComponent('PVE:auditor@pve:00000000::SIGNATURE')}`);
});

test('migrated HA groups are no groups', async () => {
  const rules = cases.find(one => one.case === 'unknown-method-on-path');
  const groups = cases.find(one => one.case === 'ha-groups');
  const old = await startLoopback((request, response) =>
    replay((request.path.endsWith('/rules') ? rules : groups) ?? cases[0]!, response),
  );
  const reader = createProxmoxClient({ baseUrl: old.url, auth: TOKEN, tls: { mode: 'verify' } });
  expect(await reader.haGroupsOrRules()).toEqual({ kind: 'groups', groups: [] });
  await reader.close();
  await old.close();
});
