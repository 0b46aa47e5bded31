import type { LoggedRequest } from '../../../simulators/proxmox/request-log';
import type { ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { container, vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, update, type IntentLab, type IntentRun } from './support/intent-lab';

jest.setTimeout(120_000);

let lab: IntentLab;
let cluster: Cluster;

/** What somebody else does to the guest between plan and apply, and what the change then ends with. */
const happenings: {
  what: string;
  /** From 110 on a container. */
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
  {
    what: 'is changed in what waits for its next start',
    vmid: 108,
    does: ({ world }, vmid) => world.changeGuest(vmid, { config: { memory: '512' } }),
    reason: 'toctou_mismatch',
    says: /was changed since it was planned for: memory/,
  },
  {
    what: 'is made anew as a container',
    vmid: 109,
    does: ({ world }, vmid) => world.recreateGuest(container(vmid, 'guest-109', { power: 'stopped', node: 'beta-01' })),
    reason: 'toctou_mismatch',
    says: /planned on beta-01/,
  },
  {
    what: 'is moved, a container,',
    vmid: 110,
    does: ({ world }, vmid) => world.changeGuest(vmid, { node: 'beta-02' }),
    reason: 'toctou_mismatch',
    says: /planned on beta-01 and is on beta-02 now/,
  },
  {
    what: 'is renamed, a container,',
    vmid: 111,
    does: ({ world }, vmid) => world.rename(vmid, 'somebody-else'),
    reason: 'toctou_mismatch',
    says: /called guest-111 and is called somebody-else now/,
  },
  {
    what: 'is made anew, a container,',
    vmid: 112,
    does: ({ world }, vmid) => {
      const config = { rootfs: 'ceph:vm-112-disk-7,size=4G' };
      world.recreateGuest(container(vmid, 'guest-112', { power: 'stopped', node: 'beta-01', config, nics: [{ mac: 'ff:01' }] }));
    },
    reason: 'toctou_mismatch',
    says: /belongs to another guest now/,
  },
  {
    what: 'is reconfigured, a container,',
    vmid: 113,
    does: ({ world }, vmid) => world.changeGuest(vmid, { config: { swap: 64 } }),
    reason: 'toctou_mismatch',
    says: /was changed since it was planned for: swap/,
  },
  {
    what: 'is locked, a container,',
    vmid: 114,
    does: ({ world }, vmid) => world.changeGuest(vmid, { config: { lock: 'snapshot' } }),
    reason: 'guest_locked',
    says: /locked \(snapshot\)/,
  },
];
const isContainer = (vmid: number): boolean => vmid >= 110 && vmid < 120;

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  const guests = [...happenings.map(({ vmid }) => vmid), 120, 121, 122, 123, 124, 125, 126].map(vmid =>
    (isContainer(vmid) ? container : vm)(vmid, `guest-${vmid}`, { power: 'stopped', node: 'beta-01' }),
  );
  cluster = await lab.writable('beta', guests);
});
afterAll(() => lab.stop());

test.each(happenings)(
  'a guest that $what between plan and apply is not written to',
  async ({ vmid, payload, does, reason, says }) => {
    const plan = await lab.planOf(cluster, [
      update(vmid, payload ?? { memory_mib: 4096 }, { kind: isContainer(vmid) ? 'lxc' : 'qemu' }),
    ]);
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

/**
 * Applies a change of two calls, and does something in the middle of it.
 * @param reads of the guest that have been made by then: one before the first call, one after it, one before the second.
 */
async function disturbed(vmid: number, reads: number, does: (proxmox: ProxmoxSimulator) => unknown): Promise<IntentRun> {
  const { faults, requests } = cluster.proxmox;
  const disks = [{ key: 'scsi0', size_mib: 12_288 }];
  const plan = await lab.planOf(cluster, [update(vmid, { memory_mib: 4096, disks })]);
  lab.writesOf(cluster);
  const since = requests.list().at(-1)?.n ?? 0;
  faults.add({
    match: { method: 'GET', pathPattern: `/qemu/${vmid}/pending$`, nth: reads },
    when: 'before',
    action: { kind: 'delay', ms: 1_500 },
  });
  const seen = (what: string): LoggedRequest[] =>
    requests.list(since).filter(({ method, path }) => method === 'GET' && path.endsWith(`/qemu/${vmid}/${what}`));
  const applying = lab.applyPlan(plan);
  await untilSeen(
    () => seen('pending').length === reads && seen('config').filter(({ status }) => status === 200).length === reads,
  );
  await does(cluster.proxmox);
  const run = await applying;
  faults.clear();
  return run;
}

test.each([
  {
    what: 'reconfigures',
    vmid: 122,
    does: ({ world }: ProxmoxSimulator) => world.changeGuest(122, { config: { onboot: 1 } }),
    reason: 'toctou_mismatch',
  },
  {
    what: 'locks',
    vmid: 123,
    does: ({ world }: ProxmoxSimulator) => world.changeGuest(123, { config: { lock: 'backup' } }),
    reason: 'guest_locked',
  },
])('somebody $what the guest between two of our calls: the second one is not sent', async ({ vmid, does, reason }) => {
  const run = await disturbed(vmid, 2, does);
  expect(run.intent.results).toMatchObject([{ vmid, state: 'partly_applied', reason }]);
  expect(lab.writesOf(cluster)).toEqual([`PUT /nodes/beta-01/qemu/${vmid}/config`]);
  expect(cluster.proxmox.world.guest(vmid).config['scsi0']).toContain('size=8G');
});

test('the master switch that is switched off between two of our calls stops the second one', async () => {
  const run = await disturbed(125, 2, () => lab.switchIntent(false));
  await lab.switchIntent(true);
  expect(run.intent.results).toMatchObject([{ vmid: 125, state: 'partly_applied', reason: 'intent_disabled' }]);
  expect(lab.writesOf(cluster)).toEqual(['PUT /nodes/beta-01/qemu/125/config']);
});

test('a disk does not grow when somebody changes the guest in the last moment: the task fails by the digest', async () => {
  const run = await disturbed(124, 3, ({ world }) => world.changeGuest(124, { config: { onboot: 1 } }));
  expect(run.intent.results).toMatchObject([{ vmid: 124, state: 'partly_applied', reason: 'task_failed' }]);
  expect(cluster.proxmox.world.guest(124).config['scsi0']).toContain('size=8G');
});

test('a secret in why Proxmox refused a write is kept nowhere', async () => {
  const { faults } = cluster.proxmox;
  const secret = 'canary-77d01e2c';
  const plan = await lab.planOf(cluster, [update(126, { memory_mib: 4096 })]);
  const message = `Permission check failed (storage login failed, password=${secret})`;
  const match = { method: 'PUT', pathPattern: '/qemu/126/config$' };
  faults.add({ match, when: 'before', action: { kind: 'status', status: 403, message } });
  const run = await lab.applyPlan(plan);
  faults.clear();
  expect(run.intent.results).toMatchObject([
    { state: 'refused', reason: 'proxmox-permission', message: expect.stringContaining('password=[redacted]') },
  ]);
  const { rows } = await lab.world.database.pool.query(
    'select (select jsonb_agg(c) from guest_change c) as changes, (select jsonb_agg(c) from guest_call c) as calls, (select jsonb_agg(a) from audit a) as audit',
  );
  expect(JSON.stringify([run, rows])).not.toContain(secret);
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
