import type { IntentPlanView } from '../../api/intent/schema';
import { vm } from '../workflows/reflection/support/guests';
import type { Cluster } from '../workflows/reflection/support/lab';
import { startIntentLab, type IntentLab } from '../workflows/intent/support/intent-lab';
import { type ApiAddress, apiOf } from './support/api-address';
import { type Outcome, proxbox } from './support/proxbox';

/** The command against the whole product: changes of guests are planned, read, applied, and watched. */
jest.setTimeout(180_000);

let lab: IntentLab;
let cluster: Cluster;
let api: ApiAddress;

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  cluster = await lab.writable(
    'lab',
    [100, 101, 102].map(vmid => vm(vmid, `guest-${vmid}`, { power: 'stopped' })),
  );
  api = await apiOf(lab.world);
}, 180_000);
afterAll(async () => {
  await api?.close();
  await lab?.stop();
});

const run = (args: string[], input = ''): Promise<Outcome> => proxbox(args, { env: { PROXBOX_CONFIG: api.config }, input });
const changes = (...payloads: object[]): string =>
  JSON.stringify(payloads.map(payload => ({ op: 'update', kind: 'qemu', payload })));
const plan = async (input: string): Promise<IntentPlanView> =>
  JSON.parse((await run(['plan', 'make', '-', '--endpoint', 'lab', '--json'], input)).stdout) as IntentPlanView;
const memoryOf = (vmid: number): number => Number(cluster.proxmox.world.guest(vmid).config['memory']);

test('plan make prints what would be done to each guest, with the calls, and changes nothing', async () => {
  const input = changes({ vmid: 100, memory_mib: 2048 });
  const made = await run(['plan', 'make', '-', '--endpoint', 'lab', '--calls'], input);
  expect(made.stdout).toMatch(
    /~ update guest-100 \(qemu\/100\)\n {4}memory: 1024 → 2048\n {4}PUT \/nodes\/\S+\/qemu\/100\/config memory=2048/,
  );
  expect(made.stderr).toMatch(/Apply it: proxbox intent apply [0-9a-f-]{36} --digest \S+/);
  expect(made.code).toBe(0);
  expect((await run(['plan', 'make', '-', '--endpoint', 'lab', '--exit-code'], input)).code).toBe(3);
  const id = /plan: +(\S+)/.exec(made.stdout)?.[1] ?? '';
  expect((await run(['plan', 'show', id])).stdout).toContain('memory: 1024 → 2048');
  expect(memoryOf(100)).toBe(1024);
});

test('what is blocked says why and what to do: 6 when some is, 1 when all is', async () => {
  const wrong = { vmid: 999, memory_mib: 2048 };
  const some = await run(['plan', 'make', '-', '--endpoint', 'lab'], changes({ vmid: 100, memory_mib: 2048 }, wrong));
  expect(some.stdout).toContain('blocked: ');
  expect(some.stderr).toContain('1 of 2 guests are blocked.');
  expect(some.code).toBe(6);
  expect((await run(['plan', 'make', '-', '--endpoint', 'lab'], changes(wrong))).code).toBe(1);
});

test('what makes no sense ends with 2, and nothing is planned', async () => {
  for (const [args, input] of [
    [['plan', 'make'], ''],
    [['plan', 'make', '-', '--branch', '3'], '[]'],
    [['plan', 'make', '-'], 'no json'],
    [['plan', 'make', '-'], '{"op": "update"}'],
    [['plan', 'make', '--branch', 'grow'], ''],
    [['plan', 'show', 'nonsense'], ''],
    [['plan', 'show'], ''],
  ] as const) {
    expect(await run([...args], input)).toMatchObject({ code: 2, stdout: '' });
  }
  const none = await run(['plan', 'show', '--branch', '77']);
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('proxbox plan make --branch 77') });
});

test('intent apply wants an answer, or a digest; another digest applies nothing', async () => {
  const { id, digest } = await plan(changes({ vmid: 100, memory_mib: 2048 }));
  expect(await run(['intent', 'apply', id])).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
  const other = await run(['intent', 'apply', id, '--digest', 'another']);
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('The digest is not that of this plan.') });
  expect(memoryOf(100)).toBe(1024);
  const applied = await run(['intent', 'apply', id, '--digest', digest ?? '', '--wait', '--poll-interval', '0.2']);
  expect(applied.stdout).toMatch(/guests:\n {2}guest-100 \(qemu\/100\) +update +applied/);
  expect(applied.code).toBe(0);
  expect(memoryOf(100)).toBe(2048);
  const again = await run(['intent', 'apply', id, '--yes']);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('applied already') });
});

test('a run is watched to its end and exits as it ended; run plan and run list know it', async () => {
  const { id: netboxId } = await lab.vmNamed('guest-101');
  const locked = { op: 'update', kind: 'qemu', netbox_id: netboxId, payload: { vmid: 101, memory_mib: 2048 } };
  const free = { op: 'update', kind: 'qemu', payload: { vmid: 102, memory_mib: 2048 } };
  const { id } = await plan(JSON.stringify([locked, free]));
  cluster.proxmox.world.changeGuest(101, { config: { lock: 'backup' } });
  const started = await run(['intent', 'apply', id, '--yes', '--quiet']);
  const [runId = ''] = started.stdout.split('\n');
  const watched = await run(['run', 'watch', runId, '--poll-interval', '0.2']);
  expect(watched.stdout).toMatch(/guest-101 \(qemu\/101\) +update +refused/);
  expect(watched.stdout).toMatch(/guest-102 \(qemu\/102\) +update +applied/);
  expect(watched.stderr).toContain(`proxbox run show ${runId}; do what stands beside each guest, and plan again`);
  expect(watched.code).toBe(6);
  expect((await run(['run', 'plan', runId])).stdout).toContain('memory: 1024 → 2048');
  expect((await run(['run', 'list', '--kind', 'intent-apply'])).stdout).toMatch(/partial +changes of guests/);

  const { changes: planned } = JSON.parse((await run(['plan', 'show', id, '--json'])).stdout) as IntentPlanView;
  const refused = planned.find(({ vmid }) => vmid === 101)?.id ?? '';
  expect(await run(['intent', 'drop', refused])).toMatchObject({ code: 0, stderr: expect.stringContaining('given up') });
  expect((await run(['intent', 'drop', refused])).code).toBe(1);
  expect((await run(['run', 'pause', runId])).stderr).toContain('is partial already');
});
