import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { Caller, control } from './support/client';
import { exchange } from './support/send-recorded';

let simulator: ProxmoxSimulator;
let caller: Caller;

beforeAll(async () => {
  simulator = await startProxmoxSimulator({ tls: false, world: { guests: 10 } });
  caller = new Caller(simulator);
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const fault = (match: object, when: 'before' | 'after', action: object): Promise<unknown> =>
  control(simulator, 'POST', '/faults', { match, when, action });

async function firstVm(): Promise<{ path: string; vmid: number }> {
  const guest = simulator.world.truth().guests.find(item => item.kind === 'qemu' && item.power === 'stopped' && !item.template);
  if (guest === undefined) throw new Error('the world has a stopped VM');
  return { path: `/nodes/${guest.node}/qemu/${guest.vmid}/config`, vmid: guest.vmid };
}

test('requests are numbered and listed with who sent them, and without secrets', async () => {
  await caller.call('GET', '/version');
  const { path } = await firstVm();
  await caller.call('PUT', path, { cipassword: 'hunter2', description: 'x' });
  await new Caller(simulator, 'expired').call('GET', '/version');
  const { body } = await control(simulator, 'GET', '/requests');
  expect(body).toMatchObject([
    { n: 1, method: 'GET', path: '/version', status: 200, identity: 'root@pam!full' },
    { n: 2, method: 'PUT', path, status: 200, params: { description: 'x', cipassword: '***' } },
    { n: 3, status: 401, identity: null },
  ]);
  expect(JSON.stringify(body)).not.toContain('hunter2');
  for (const { secret } of Object.values(simulator.tokens)) expect(JSON.stringify(body)).not.toContain(secret);
});

test('forgetting the requests keeps the numbering, a reset starts it anew', async () => {
  await caller.call('GET', '/version');
  await control(simulator, 'DELETE', '/requests');
  await caller.call('GET', '/version');
  await caller.call('GET', '/nodes');
  expect((await control(simulator, 'GET', '/requests')).body).toMatchObject([{ n: 2 }, { n: 3 }]);
  expect((await control(simulator, 'GET', '/requests?since=2')).body).toMatchObject([{ n: 3 }]);
  await control(simulator, 'POST', '/reset');
  await caller.call('GET', '/version');
  expect((await control(simulator, 'GET', '/requests')).body).toMatchObject([{ n: 1 }]);
});

test('a status before the effect leaves the world alone', async () => {
  const { path } = await firstVm();
  await fault({ method: 'PUT' }, 'before', { kind: 'status', status: 500, message: 'broken' });
  expect(await caller.call('PUT', path, { description: 'x' })).toMatchObject({
    status: 500,
    reason: 'broken',
    message: 'broken',
  });
  expect(await caller.read(path)).not.toHaveProperty('description', 'x');
});

test('a status after the effect hides that it happened', async () => {
  const { path } = await firstVm();
  await fault({ method: 'PUT', pathPattern: '/config$' }, 'after', {
    kind: 'status',
    status: 596,
    message: 'Connection timed out',
  });
  expect(await caller.call('PUT', path, { description: 'x' })).toMatchObject({
    status: 596,
    reason: 'Connection timed out',
    data: undefined,
  });
  expect(await caller.read(path)).toHaveProperty('description', 'x');
});

test('a reset cuts the connection, before or after the effect', async () => {
  const { path } = await firstVm();
  await fault({ method: 'PUT' }, 'after', { kind: 'reset' });
  await expect(caller.call('PUT', path, { description: 'kept' })).rejects.toThrow();
  expect(await caller.read(path)).toHaveProperty('description', 'kept');
});

test('only the n-th match fires, as often as asked, and firings are counted', async () => {
  await fault({ pathPattern: '^/version$', nth: 2, count: 2 }, 'before', { kind: 'status', status: 503 });
  const statuses: number[] = [];
  for (let i = 0; i < 5; i++) statuses.push((await caller.call('GET', '/version')).status);
  await caller.call('GET', '/nodes');
  expect(statuses).toEqual([200, 503, 503, 200, 200]);
  expect((await control(simulator, 'GET', '/faults')).body).toMatchObject([{ matched: 5, fired: 2 }]);
  await control(simulator, 'DELETE', '/faults');
  expect((await control(simulator, 'GET', '/faults')).body).toEqual([]);
});

test('a fault without end fires until it is taken away', async () => {
  await fault({ count: 0 }, 'before', { kind: 'status', status: 502 });
  expect([await caller.call('GET', '/version'), await caller.call('GET', '/version')].map(reply => reply.status)).toEqual([
    502, 502,
  ]);
});

test('a broken pattern and an unknown operation are refused', async () => {
  expect(
    await control(simulator, 'POST', '/faults', { match: { pathPattern: '(' }, when: 'before', action: { kind: 'reset' } }),
  ).toMatchObject({ status: 400 });
  expect(await control(simulator, 'POST', '/world', { op: 'nonsense' })).toMatchObject({ status: 400 });
  expect(await control(simulator, 'GET', '/nonsense')).toMatchObject({ status: 404 });
});

describe('answers that are no answers', () => {
  const authorization = (): Record<string, string> => ({
    authorization: `PVEAPIToken=${simulator.tokens.full.tokenId}=${simulator.tokens.full.secret}`,
  });
  const get = (): ReturnType<typeof exchange> => exchange(simulator, 'GET', '/api2/json/version', authorization());

  test('garbage is 200 with half a JSON text', async () => {
    await fault({}, 'after', { kind: 'garbage' });
    const { status, text } = await get();
    expect(status).toBe(200);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  test('a proxy page is 200 with HTML', async () => {
    await fault({}, 'before', { kind: 'html' });
    expect(await get()).toMatchObject({ status: 200, contentType: 'text/html' });
  });

  test('empty is 200 with nothing', async () => {
    await fault({}, 'after', { kind: 'empty' });
    expect(await get()).toMatchObject({ status: 200, text: '' });
  });

  test('truncated breaks off in the middle', async () => {
    await fault({}, 'after', { kind: 'truncate' });
    await expect(get()).rejects.toThrow();
  });

  test('hanging ends without an answer', async () => {
    await fault({}, 'before', { kind: 'hang', ms: 5 });
    await expect(get()).rejects.toThrow();
  });

  test('delayed comes all the same', async () => {
    await fault({}, 'after', { kind: 'delay', ms: 5 });
    expect(await get()).toMatchObject({ status: 200 });
  });
});

test('the world is changed and read over HTTP', async () => {
  const { vmid } = await firstVm();
  await control(simulator, 'POST', '/world', { op: 'rename', vmid, name: 'renamed.example.test' });
  await control(simulator, 'POST', '/world', { op: 'changeGuest', vmid, power: 'running', config: { tags: 'a;b' } });
  await control(simulator, 'POST', '/world', { op: 'createGuest', vmid: 9001, kind: 'lxc', config: { hostname: 'new-ct' } });
  await control(simulator, 'POST', '/world', { op: 'copyWithEvidence', vmid, newId: 9002 });
  const { body } = await control(simulator, 'GET', '/world');
  expect(body).toMatchObject({
    guests: expect.arrayContaining([
      expect.objectContaining({ vmid, name: 'renamed.example.test', power: 'running', tags: ['a', 'b'] }),
      expect.objectContaining({ vmid: 9001, kind: 'lxc', name: 'new-ct' }),
      expect.objectContaining({ vmid: 9002, name: 'renamed.example.test' }),
    ]),
  });
  const configs = await Promise.all(
    [vmid, 9002].map(id => caller.read(`/nodes/${simulator.world.guest(id).node}/qemu/${id}/config`)),
  );
  expect(configs[0]?.['smbios1']).toBe(configs[1]?.['smbios1']);
});

test('a reset brings the first world back', async () => {
  const before = JSON.stringify(simulator.world.truth());
  const { vmid } = await firstVm();
  simulator.world.destroyGuest(vmid);
  expect(JSON.stringify(simulator.world.truth())).not.toBe(before);
  await control(simulator, 'POST', '/reset');
  expect(JSON.stringify(simulator.world.truth())).toBe(before);
});
