import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProxmoxClient, type ProxmoxClient } from '../../../clients/proxmox/client';
import { sendError, sendJson, startLoopback, type Loopback, type SeenRequest } from '../../clients/proxmox/support/loopback';

/** Every call of the client, as it goes over the wire, exists in the Proxmox VE 9.1 API with these parameters. */

interface ApiParameter {
  readonly type: string;
  readonly optional: boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}
interface ApiMethod {
  readonly method: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, ApiParameter>>;
}

const api: readonly ApiMethod[] = JSON.parse(readFileSync(join(__dirname, 'api-methods.json'), 'utf8'));

const upid = 'UPID:pve1:000018F1:00071B61:6B031BD6:qmconfig:183:root@pam!full:';
const vm = { node: 'pve1', kind: 'qemu', vmid: 100 } as const;
const container = { node: 'pve1', kind: 'lxc', vmid: 101 } as const;
const filter = { vmid: 100, typefilter: 'qmcreate', since: 1, until: 2, source: 'all', limit: 10, start: 5 } as const;

/** Each method with every parameter that it has; the compiler keeps the list complete. */
const calls: Record<Exclude<keyof ProxmoxClient, 'request' | 'close'>, (client: ProxmoxClient) => Promise<unknown>[]> = {
  version: client => [client.version()],
  permissions: client => [client.permissions()],
  clusterStatus: client => [client.clusterStatus()],
  clusterResources: client => [client.clusterResources()],
  clusterOptions: client => [client.clusterOptions()],
  nodes: client => [client.nodes()],
  nodeStatus: client => [client.nodeStatus('pve1')],
  nodeNetwork: client => [client.nodeNetwork('pve1')],
  guestConfig: client => [
    client.guestConfig(vm, { current: true }),
    client.guestConfig(vm),
    client.guestConfig(container, { current: true }),
  ],
  guestPending: client => [client.guestPending(vm), client.guestPending(container)],
  guestStatus: client => [client.guestStatus(vm), client.guestStatus(container)],
  snapshots: client => [client.snapshots(vm), client.snapshots(container)],
  agentInterfaces: client => [client.agentInterfaces(vm)],
  agentHostName: client => [client.agentHostName(vm)],
  containerInterfaces: client => [client.containerInterfaces(container)],
  storages: client => [client.storages()],
  nodeStorages: client => [client.nodeStorages('pve1')],
  storageContent: client => [client.storageContent('pve1', 'local', { content: 'backup', vmid: 100 })],
  pools: client => [client.pools()],
  backupJobs: client => [client.backupJobs()],
  replications: client => [client.replications()],
  haResources: client => [client.haResources()],
  haStatus: client => [client.haStatus()],
  haGroupsOrRules: client => [client.haGroupsOrRules()],
  nodeTasks: client => [client.nodeTasks('pve1', filter)],
  clusterTasks: client => [client.clusterTasks()],
  taskStatus: client => [client.taskStatus(upid)],
  taskLog: client => [client.taskLog(upid, { start: 1, limit: 20 })],
  awaitTask: client => [client.awaitTask(upid)],
};

let server: Loopback;
let client: ProxmoxClient;

beforeAll(async () => {
  server = await startLoopback((request, response) => {
    if (request.path === '/access/ticket') return sendJson(response, { ticket: 'PVE:x', CSRFPreventionToken: 'y' });
    if (request.path === '/nodes') return sendJson(response, [{ node: 'pve1' }]);
    // As Proxmox VE 8 does, so that the older call is seen, too.
    if (request.path === '/cluster/ha/rules') return sendError(response, 501, "Method 'GET /cluster/ha/rules' not implemented");
    return sendJson(response, []);
  });
  client = createProxmoxClient({
    baseUrl: server.url,
    auth: { type: 'password', username: 'reader@pve', password: 'secret' },
    tls: { mode: 'verify' },
  });
  // Shapes do not matter here, only what was sent.
  for (const call of Object.values(calls)) await Promise.allSettled(call(client));
});
afterAll(async () => {
  await client.close();
  await server.close();
});

function matching({ method, path }: SeenRequest): { method: ApiMethod; values: Record<string, string> } | undefined {
  for (const candidate of api) {
    const pattern = new RegExp(`^${candidate.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
    const match = candidate.method === method ? pattern.exec(path) : null;
    if (match) return { method: candidate, values: { ...match.groups } };
  }
  return undefined;
}

function fault(parameter: ApiParameter | undefined, value: string): string | null {
  if (!parameter) return 'is no parameter of this call';
  if (parameter.enum && !parameter.enum.includes(value)) return `is none of ${parameter.enum.join(', ')}`;
  if (parameter.type === 'boolean' && value !== '0' && value !== '1') return 'is no boolean';
  if (parameter.type === 'integer' && !/^-?\d+$/.test(value)) return 'is no integer';
  if (parameter.minimum !== undefined && Number(value) < parameter.minimum) return 'is too small';
  if (parameter.maximum !== undefined && Number(value) > parameter.maximum) return 'is too large';
  if (parameter.maxLength !== undefined && value.length > parameter.maxLength) return 'is too long';
  return null;
}

function faults(request: SeenRequest): string[] {
  const found = matching(request);
  const call = `${request.method} ${request.path}`;
  if (!found) return [`${call} is not in the API`];
  const sent = {
    ...found.values,
    ...Object.fromEntries(request.query),
    ...Object.fromEntries(new URLSearchParams(request.body)),
  };
  const wrong = Object.entries(sent).flatMap(([name, value]) => {
    const problem = fault(found.method.parameters[name], decodeURIComponent(value));
    return problem === null ? [] : [`${call}: ${name} ${problem}`];
  });
  const missing = Object.entries(found.method.parameters).flatMap(([name, { optional }]) =>
    optional || name in sent ? [] : [`${call}: ${name} is missing`],
  );
  return [...wrong, ...missing];
}

test('every request that the client sends is one that the API has', () => {
  expect(server.seen.flatMap(faults)).toEqual([]);
});

test('every method that was taken from the API is called', () => {
  const seen = new Set(server.seen.flatMap(request => matching(request)?.method ?? []));
  expect(api.filter(method => !seen.has(method)).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test.each<[string, Partial<SeenRequest>, RegExp]>([
  ['an unknown call', { path: '/nodes/pve1/nothing' }, /not in the API/],
  ['an unknown parameter', { path: '/nodes', query: new URLSearchParams({ full: '1' }) }, /no parameter/],
  [
    'a value outside an enumeration',
    { path: '/nodes/pve1/tasks', query: new URLSearchParams({ source: 'here' }) },
    /none of archive/,
  ],
  [
    'a word for a boolean',
    { path: '/nodes/pve1/qemu/100/config', query: new URLSearchParams({ current: 'true' }) },
    /no boolean/,
  ],
  ['a VMID below 100', { path: '/nodes/pve1/qemu/99/config' }, /too small/],
  ['a missing parameter', { method: 'POST', path: '/access/ticket', body: 'username=x' }, /password is missing/],
])('%s would be seen', (_, request, text) => {
  const sent = { method: 'GET', path: '/', query: new URLSearchParams(), headers: {}, body: '', ...request };
  expect(faults(sent)).toEqual([expect.stringMatching(text)]);
});
