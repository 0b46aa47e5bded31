import { type RunningNetBox, startNetBoxSimulator } from '../../simulators/netbox/server';
import { type ProxmoxSimulator, startProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';
import { type ApiAddress, apiOf } from './support/api-address';
import { type Outcome, proxbox } from './support/proxbox';

let netbox: RunningNetBox;
let proxmox: ProxmoxSimulator;
let world: SyncWorld;
let api: ApiAddress;

jest.setTimeout(120_000);

beforeAll(async () => {
  netbox = await startNetBoxSimulator();
  proxmox = await startProxmoxSimulator({ world: { guests: 3, nodes: 2, clusterName: 'lab' } });
  world = await startSyncWorld(netbox);
  api = await apiOf(world);
  await world.startWorker();
  await world.addEndpoint('lab', proxmox);
}, 120_000);

afterAll(async () => {
  await api?.close();
  await world?.stop();
  await netbox?.close();
});

const run = (...args: string[]): Promise<Outcome> => proxbox(args, { env: { PROXBOX_CONFIG: api.config } });

test('endpoint test says what is there, and 0 when a sync can work', async () => {
  const { code, stdout } = await run('endpoint', 'test', 'LAB');
  expect(stdout).toMatch(
    /Proxmox: +\d+\.\d+.*\n.*cluster: +lab \(cluster\), 2 node\(s\), 3 guest\(s\)\nNetBox: +4\.\d+[^\n]*\nNothing is missing\./,
  );
  expect(code).toBe(0);
  const { stdout: json } = await run('endpoint', 'test', 'lab', '--json');
  expect(JSON.parse(json)).toMatchObject({ state: 'done', ok: true });
});

test('what is optional is told and changes nothing of the 0; what a sync needs makes it 1', async () => {
  proxmox.world.removePrivilege('PVEAuditor', 'VM.GuestAgent.Audit');
  const optional = await run('endpoint', 'test', 'lab');
  expect(optional.stdout).toMatch(/lacks VM\.GuestAgent\.Audit or VM\.Monitor on \/vms, which hides the addresses/);
  expect(optional.code).toBe(0);
  proxmox.world.removePrivilege('PVEAuditor', 'VM.Audit');
  const needed = await run('endpoint', 'test', 'lab');
  expect(needed.stdout).toMatch(/lacks VM\.Audit on \/vms, which hides guests/);
  expect(needed.code).toBe(1);
  proxmox.reset();
});

test('doctor asks the endpoints, too, where that is wanted', async () => {
  const { code, stdout } = await run('doctor', '--connections');
  expect(stdout).toMatch(/ok +connections lab +Proxmox and NetBox answer, nothing is missing/);
  expect(code).toBe(0);
  expect((await run('doctor')).stdout).not.toContain('connections lab');
});

test('a Proxmox that does not answer makes it 7', async () => {
  await proxmox.close();
  const { code, stdout } = await run('endpoint', 'test', 'lab');
  expect(stdout).toMatch(/check address, port and firewall/);
  expect(code).toBe(7);
  expect(await run('doctor', '--connections')).toMatchObject({
    code: 7,
    stdout: expect.stringMatching(/failed +connections lab/),
  });
});
