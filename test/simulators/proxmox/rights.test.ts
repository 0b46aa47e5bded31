import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { Caller } from './support/client';

let simulator: ProxmoxSimulator;
let reader: Caller;
let writer: Caller;

beforeAll(async () => {
  simulator = await startProxmoxSimulator({ tls: false, world: { guests: 60, nodes: 2 } });
  reader = new Caller(simulator, 'read');
  writer = new Caller(simulator, 'write');
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const vmids = async (caller: Caller): Promise<unknown[]> =>
  (await caller.rows('/cluster/resources', { type: 'vm' })).map(row => row['vmid']).sort();
const pooled = (): number[] =>
  simulator.world
    .truth()
    .guests.filter(guest => guest.pool === 'managed')
    .map(guest => guest.vmid)
    .sort();

test('a writer fenced into a pool sees the guests of that pool only', async () => {
  expect(await vmids(writer)).toEqual(pooled());
  expect(pooled().length).toBeGreaterThan(0);
});

test('a caller without rights gets short lists, and refusals where Proxmox refuses', async () => {
  const nobody = new Caller(simulator, 'none');
  expect(await vmids(nobody)).toEqual([]);
  expect(await nobody.rows('/pools')).toEqual([]);
  expect((await nobody.rows('/nodes')).every(node => !('maxcpu' in node))).toBe(true);
  expect(await nobody.call('GET', '/cluster/status')).toMatchObject({
    status: 403,
    message: 'Permission check failed (/, Sys.Audit)',
  });
});

test('a missing guest is forbidden, not missing, for who may not look at its id', async () => {
  expect((await new Caller(simulator, 'none').call('GET', '/nodes/lab-01/qemu/9999/config')).status).toBe(403);
  expect(await reader.call('GET', '/nodes/lab-01/qemu/9999/config')).toMatchObject({
    status: 500,
    message: expect.stringContaining('does not exist'),
  });
});

test('a privilege taken from a role shortens the lists without an error', async () => {
  for (const role of ['PVEAuditor', 'NBReaderNoAgent']) simulator.world.removePrivilege(role, 'VM.Audit');
  expect(await vmids(reader)).toEqual([]);
  expect(await reader.read('/access/permissions')).not.toHaveProperty(['/vms', 'VM.Audit']);
});

test('a forbidden guest disappears from the list of one caller only', async () => {
  const [first] = pooled();
  simulator.world.grant(`/vms/${first}`, 'auditor@pve', 'NoAccess');
  expect(await vmids(reader)).not.toContain(first);
  expect(await vmids(writer)).toContain(first);
});

test('on a few guests the reader is refused the agent, and told the privilege', async () => {
  const refused = simulator.world.sim.access.acl
    .filter(entry => entry.role === 'NBReaderNoAgent')
    .map(entry => Number(entry.path.slice('/vms/'.length)));
  expect(refused.length).toBeGreaterThan(0);
  for (const vmid of refused) {
    const { node } = simulator.world.guest(vmid);
    expect(await reader.call('GET', `/nodes/${node}/qemu/${vmid}/agent/get-host-name`)).toMatchObject({
      status: 403,
      message: `Permission check failed (/vms/${vmid}, VM.GuestAgent.Audit|VM.GuestAgent.Unrestricted)`,
    });
    expect((await reader.call('GET', `/nodes/${node}/qemu/${vmid}/config`)).status).toBe(200);
  }
});

test('backups are invisible to an auditor', async () => {
  const path = '/nodes/lab-01/storage/backup-nfs/content';
  expect(await reader.rows(path, { content: 'backup' })).toEqual([]);
  expect((await new Caller(simulator).rows(path, { content: 'backup' })).length).toBeGreaterThan(0);
});

test.each(['expired', 'disabled'] as const)('a token that is %s is refused without a body', async name => {
  expect(await new Caller(simulator, name).call('GET', '/version')).toMatchObject({
    status: 401,
    reason: 'Authentication failed!',
    data: undefined,
  });
});

test('a revoked token is refused from then on', async () => {
  expect((await reader.call('GET', '/version')).status).toBe(200);
  simulator.world.revokeToken(simulator.tokens.read.tokenId);
  expect((await reader.call('GET', '/version')).status).toBe(401);
});

test('a separated token has nothing until it gets entries of its own, and then no more than its user', async () => {
  const separated = new Caller(simulator, 'separated');
  expect(await vmids(separated)).toEqual([]);
  const [first] = pooled();
  simulator.world.grant(`/vms/${first}`, simulator.tokens.separated.tokenId, 'PVEVMAdmin');
  expect(await vmids(separated)).toEqual([first]);
  const { node, kind } = simulator.world.guest(first ?? 0);
  expect((await separated.call('PUT', `/nodes/${node}/${kind}/${first}/config`, { description: 'x' })).status).toBe(403);
});
