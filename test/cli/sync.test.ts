import { type RunningNetBox, startNetBoxSimulator } from '../../simulators/netbox/server';
import { type ProxmoxSimulator, startProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';
import { type ApiAddress, apiOf } from './support/api-address';
import { type Outcome, proxbox, startProxbox } from './support/proxbox';

/** The command against the whole product, as cron runs it: with one variable. Each test goes on from the one before. */
let netbox: RunningNetBox;
let proxmox: ProxmoxSimulator;
let world: SyncWorld;
let api: ApiAddress;

const GUESTS = 12;
jest.setTimeout(120_000);

beforeAll(async () => {
  netbox = await startNetBoxSimulator();
  proxmox = await startProxmoxSimulator({ world: { guests: GUESTS, nodes: 2 } });
  world = await startSyncWorld(netbox);
  api = await apiOf(world);
  await world.addEndpoint('lab', proxmox);
});

afterAll(async () => {
  await api?.close();
  await world?.stop();
  await proxmox?.close();
  await netbox?.close();
});

const cron = (): Record<string, string> => ({ PROXBOX_CONFIG: api.config });
const run = (...args: string[]): Promise<Outcome> => proxbox(args, { env: cron() });
const runOf = ({ stdout }: Outcome): { id: string; state: string } => JSON.parse(stdout) as { id: string; state: string };
const quickly = ['--poll-interval', '0.2'];

test('without a worker, --wait ends with 7 after the grace and says why', async () => {
  const { code, stderr } = await run('sync', '--wait', '--worker-grace', '1', ...quickly);
  expect(stderr).toContain('No worker is polling');
  expect(stderr).toContain('proxbox-control');
  expect(code).toBe(7);
});

test('Ctrl-C detaches with 130 and says how to look again; the run goes on', async () => {
  const waiting = startProxbox(['sync', '--wait', ...quickly], { env: cron() });
  await waiting.said('waiting for a worker');
  waiting.process.kill('SIGINT');
  const { code, stderr } = await waiting.ended;
  const id = /proxbox run watch (\S+);/.exec(stderr)?.[1];
  expect(await world.api('GET', `/runs/${id}`)).toMatchObject({ state: 'pending' });
  expect(code).toBe(130);
});

test('runs that wait are cancelled; who watches one exits with 5', async () => {
  const { stdout } = await run('run', 'list', '--state', 'pending', '--json');
  const { items } = JSON.parse(stdout) as { items: { id: string }[] };
  expect(items).toHaveLength(2);
  for (const { id } of items) expect((await run('run', 'cancel', id)).code).toBe(0);
  expect((await run('run', 'watch', 'last')).code).toBe(5);
});

test('a dry run prints the plan, writes nothing, and with --exit-code ends with 3', async () => {
  await world.startWorker();
  const before = netbox.simulator.log.list().length;
  const { code, stdout, stderr } = await run('sync', '--dry-run', '--wait', '--exit-code', ...quickly);
  expect(stdout).toMatch(/^\d+ to create, \d+ to change, 0 to delete\n/);
  expect(stdout).toMatch(/^lab: \S+ \(\w+\/\d+\)\n {2}\+ virtual-machine /m);
  expect(stderr).toMatch(/lab: completed Dry run: \d+ changes are planned/);
  expect(code).toBe(3);
  expect(
    netbox.simulator.log
      .list()
      .slice(before)
      .filter(({ method }) => method !== 'GET'),
  ).toEqual([]);
});

test('a NetBox that refuses an object makes the sync partial: 6, with its words', async () => {
  const name = proxmox.world.truth().guests[0]?.name ?? '';
  netbox.simulator.refusals.add({
    objectType: 'virtualization.virtualmachine',
    namePattern: `^${name}$`,
    message: 'Not this one.',
  });
  const { code, stdout, stderr } = await run('sync', '--wait', ...quickly);
  netbox.simulator.refusals.clear();
  expect(stderr).toContain('--state refused');
  expect(code).toBe(6);
  expect(stdout).toContain('lab');
  expect((await run('run', 'plan', 'last', '--state', 'refused')).stdout).toContain('Not this one.');
});

test('a sync that goes well ends with 0, and its JSON is the run of the API', async () => {
  const result = await run('sync', '--wait', '--json', '--user', 'cron at night', ...quickly);
  expect(result.code).toBe(0);
  const { id, state } = runOf(result);
  expect(state).toBe('completed');
  expect(runOf(result)).toEqual(await world.api('GET', `/runs/${id}`));
});

test('a dry run of what is in step ends with 0, also with --exit-code', async () => {
  const { code, stdout } = await run('sync', '--dry-run', '--wait', '--exit-code', ...quickly);
  expect(stdout).toBe('0 to create, 0 to change, 0 to delete\n');
  expect(code).toBe(0);
});

test('a plan that touches most guests waits for a person: 4; confirmed, it is written', async () => {
  for (const { vmid } of proxmox.world.truth().guests)
    proxmox.world.changeGuest(vmid, { config: { description: 'A new word.' } });
  const held = await run('sync', '--wait', ...quickly);
  expect(held.stderr).toMatch(/proxbox run plan (\S+), then proxbox run confirm \1/);
  expect(held.code).toBe(4);
  const confirmed = await run('run', 'confirm', 'last', '--yes', '--wait', ...quickly);
  expect(confirmed.stdout).toMatch(/state: +completed/);
  expect(confirmed.code).toBe(0);
});

test('doctor finds everything in order', async () => {
  const { code, stdout } = await run('doctor');
  expect(stdout).toMatch(/ok +endpoint lab +last run completed/);
  expect(code).toBe(0);
});

test('an API that goes away meanwhile is waited for, then it is 7', async () => {
  await world.stopWorker();
  const waiting = startProxbox(['sync', '--wait', '--timeout', '2', ...quickly], { env: cron() });
  await waiting.said('waiting for a worker');
  await api.close();
  const { code, stderr } = await waiting.ended;
  expect(stderr).toMatch(/does not answer[^]+the run may go on: proxbox run watch/);
  expect(code).toBe(7);
});
