import type { ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, update, type IntentLab } from './support/intent-lab';

jest.setTimeout(120_000);

let lab: IntentLab;
let cluster: Cluster;

/** What somebody else does to the guest between plan and apply, and what the change then ends with. */
const happenings: {
  what: string;
  vmid: number;
  payload?: Record<string, unknown>;
  does(proxmox: ProxmoxSimulator, vmid: number): void;
  reason: string;
  says: RegExp;
}[] = [
  {
    what: 'is moved to another node',
    vmid: 100,
    does: ({ world }, vmid) => world.changeGuest(vmid, { node: 'beta-02' }),
    reason: 'toctou_mismatch',
    says: /planned on beta-01 and is on beta-02 now/,
  },
  {
    what: 'is renamed',
    vmid: 101,
    does: ({ world }, vmid) => world.rename(vmid, 'somebody-else'),
    reason: 'toctou_mismatch',
    says: /called guest-101 and is called somebody-else now/,
  },
  {
    what: 'is made anew under its VMID',
    vmid: 102,
    does: ({ world }, vmid) => world.recreateGuest(vm(vmid, 'guest-102', { power: 'stopped', node: 'beta-01' })),
    reason: 'toctou_mismatch',
    says: /belongs to another guest now/,
  },
  {
    what: 'is reconfigured',
    vmid: 103,
    does: ({ world }, vmid) => world.changeGuest(vmid, { config: { onboot: 1 } }),
    reason: 'toctou_mismatch',
    says: /was changed since it was planned for: onboot/,
  },
  {
    what: 'is locked',
    vmid: 104,
    does: ({ world }, vmid) => world.changeGuest(vmid, { config: { lock: 'backup' } }),
    reason: 'guest_locked',
    says: /locked \(backup\)/,
  },
  {
    what: 'is started, while the change needs a stopped one',
    vmid: 105,
    payload: { cores: 4 },
    does: ({ world }, vmid) => world.changeGuest(vmid, { power: 'running' }),
    reason: 'update_requires_vm_stop',
    says: /runs, and cores can be changed only while it is stopped/,
  },
  {
    what: 'is destroyed',
    vmid: 106,
    does: ({ world }, vmid) => world.destroyGuest(vmid),
    reason: 'toctou_mismatch',
    says: /does not exist any more/,
  },
  {
    what: 'becomes a template',
    vmid: 107,
    does: ({ world }, vmid) => world.changeGuest(vmid, { config: { template: 1 } }),
    reason: 'guest_is_template',
    says: /has become a template/,
  },
];

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  const guests = [...happenings.map(({ vmid }) => vmid), 120, 121].map(vmid =>
    vm(vmid, `guest-${vmid}`, { power: 'stopped', node: 'beta-01' }),
  );
  cluster = await lab.writable('beta', guests);
});
afterAll(() => lab.stop());

test.each(happenings)(
  'a guest that $what between plan and apply is not written to',
  async ({ vmid, payload, does, reason, says }) => {
    const plan = await lab.planOf(cluster, [update(vmid, payload ?? { memory_mib: 4096 })]);
    expect(plan).toMatchObject({ state: 'ready', permitted: true });
    does(cluster.proxmox, vmid);
    lab.writesOf(cluster);

    const run = await lab.applyPlan(plan);
    expect(run).toMatchObject({ state: 'failed', reason: 'guests-not-changed' });
    expect(run.intent.results).toMatchObject([{ vmid, state: 'refused', status: 'failed', reason }]);
    expect(run.intent.results[0]?.message).toMatch(says);
    expect(lab.writesOf(cluster)).toEqual([]);
  },
);

test('a guest that is changed between our read and our write is saved by the digest', async () => {
  const { proxmox } = cluster;
  const plan = await lab.planOf(cluster, [update(120, { memory_mib: 4096 })]);
  // The write is held up while somebody else writes.
  proxmox.faults.add({
    match: { method: 'PUT', pathPattern: '/qemu/120/config$' },
    when: 'before',
    action: { kind: 'delay', ms: 1_500 },
  });
  const applying = lab.applyPlan(plan);
  await untilSeen(() =>
    proxmox.requests.list().some(({ method, path }) => method === 'PUT' && path.endsWith('/qemu/120/config')),
  );
  proxmox.world.changeGuest(120, { config: { onboot: 1 } });

  const run = await applying;
  expect(run.intent.results).toMatchObject([{ state: 'refused', reason: 'toctou_mismatch' }]);
  expect(proxmox.world.guest(120).config).toMatchObject({ memory: '1024', onboot: 1 });
  proxmox.faults.clear();
});

test('a plan is applied once, and only by whoever has read it', async () => {
  const plan = await lab.planOf(cluster, [update(121, { memory_mib: 4096 })]);
  await expect(lab.applyPlan({ ...plan, digest: 'another' })).rejects.toThrow(/other-plan/);
  expect(await lab.applyPlan(plan)).toMatchObject({ state: 'completed' });
  await expect(lab.applyPlan(plan)).rejects.toThrow(/plan-applied/);
});

async function untilSeen(seen: () => boolean): Promise<void> {
  while (!seen()) await new Promise(resolve => setTimeout(resolve, 20));
}
