import { branches, eventually, inside, valueOf } from '../contract/netbox/support/branching';
import type { Row } from '../contract/netbox/support/api';
import { startIntentLab, type IntentLab } from '../workflows/intent/support/intent-lab';
import { vm } from '../workflows/reflection/support/guests';
import type { Cluster } from '../workflows/reflection/support/lab';
import { type ApiAddress, apiOf } from './support/api-address';
import { type Outcome, proxbox } from './support/proxbox';

/** The command against the whole product: a branch is planned, read, merged and applied. */
jest.setTimeout(180_000);

let lab: IntentLab;
let cluster: Cluster;
let api: ApiAddress;
let token: string;

beforeAll(async () => {
  lab = await startIntentLab({ netbox: { branching: true }, env: { PROXBOX_INTENT_WATCH_SECONDS: '1' } });
  await lab.switchIntent(true);
  cluster = await lab.writable('lab', [vm(100, 'web', { power: 'stopped' })]);
  api = await apiOf(lab.world);
  const { id } = await lab.world.api<{ id: string }>('POST', '/users', { username: 'engineer' });
  await lab.world.api('POST', '/roles', { name: 'engineers', permissions: ['view', 'intent_update_vm'] });
  await lab.world.api('POST', `/users/${id}/roles`, { role: 'engineers' });
  ({ token } = await lab.world.api<{ token: string }>('POST', `/users/${id}/tokens`, { name: 'tests' }));
  await eventually(async () => {
    const fields = (await lab.person.get('extras/custom-fields/?name=apply_to_proxmox')).rows();
    return fields.length === 1 ? true : undefined;
  });
}, 180_000);
afterAll(async () => {
  await api?.close();
  await lab?.stop();
});

const run = (...args: string[]): Promise<Outcome> => proxbox(args, { env: { PROXBOX_CONFIG: api.config, PROXBOX_TOKEN: token } });

async function branchWith(name: string, memory: number): Promise<Row> {
  const { id } = (await lab.person.post(`${branches}/`, { name, custom_fields: { apply_to_proxmox: true } })).row();
  const branch = await eventually(async () => {
    const found = (await lab.person.get(`${branches}/${id}/`)).row();
    return valueOf(found['status']) === 'ready' ? found : undefined;
  });
  await setMemory(branch, memory);
  return branch;
}
async function setMemory(branch: Row, memory: number): Promise<void> {
  const { id } = await lab.vmNamed('web');
  await lab.person.patch(`virtualization/virtual-machines/${id}/`, { memory }, inside(branch));
}

test('intent merge merges what was read, applies it, and ends as the run does; plan list shows it', async () => {
  const { id } = await branchWith('grow', 2048);
  const made = await run('plan', 'make', '--branch', String(id));
  const [, digest = ''] = /Merge and apply it: proxbox intent merge \d+ --digest (\S+)/.exec(made.stderr) ?? [];
  const merged = await run('intent', 'merge', String(id), '--digest', digest, '--wait', '--poll-interval', '0.3');
  expect(merged).toMatchObject({ code: 0, stderr: expect.stringContaining('The branch grow is merged.') });
  expect(merged.stdout).toMatch(/web \(qemu\/100\) +update +applied/);
  expect(Number(cluster.proxmox.world.guest(100).config['memory'])).toBe(2048);
  expect((await run('plan', 'list')).stdout).toMatch(/engineer +branch grow \(\d+\) +completed/);
});

test('a branch that changed since is not merged: 1, with the plan that was made right before', async () => {
  const branch = await branchWith('later', 3072);
  const made = await run('plan', 'make', '--branch', String(branch.id), '--json');
  const { digest } = JSON.parse(made.stdout) as { digest: string };
  await setMemory(branch, 4096);
  const refused = await run('intent', 'merge', String(branch.id), '--digest', digest, '--wait', '--poll-interval', '0.3');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('The branch later was not merged.');
  expect(refused.stderr).toMatch(/proxbox plan show [0-9a-f-]{36}/);
  expect((await run('intent', 'merge', 'later')).code).toBe(2);
  expect((await run('intent', 'merge', String(branch.id))).stderr).toContain('Nobody can be asked here.');
  expect(Number(cluster.proxmox.world.guest(100).config['memory'])).toBe(2048);
});
