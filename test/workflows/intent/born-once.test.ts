import type { IntentPlanView } from '../../../api/intent/schema';
import { eventually } from '../../contract/netbox/support/branching';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, update, type Diff, type IntentLab } from './support/intent-lab';

jest.setTimeout(180_000);

let lab: IntentLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  const template = vm(900, 'golden', { power: 'stopped', config: { template: 1, scsi0: 'ceph:base-900-disk-0,size=4G' } });
  cluster = await lab.writable('tau', [template, vm(100, 'slow', { power: 'stopped' })], {
    fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0', intent_vmid_from: 500, intent_vmid_to: 599 } },
  });
});
afterAll(() => lab.stop());

/** A virtual machine of NetBox without a guest. */
async function newMachine(name: string): Promise<number> {
  const [shown] = (await lab.rows('virtualization/clusters/')).filter(row => row['name'] === cluster.name);
  const body = { name, cluster: shown?.id, status: 'active', vcpus: 1, memory: 1024 };
  return (await lab.person.post('virtualization/virtual-machines/', body)).row().id;
}
const birth = (name: string, netboxId: number, payload: Record<string, unknown> = {}): Diff => ({
  op: 'create',
  kind: 'qemu',
  netbox_id: netboxId,
  payload: { name, template_vmid: 900, cores: 1, memory_mib: 1024, ...payload },
});

let memory = 1024;
/** Starts a run in which a birth waits for its turn behind a guest that takes a while; `go` lets it go on. */
async function startQueued(diff: Diff): Promise<{ run: string; go: () => void }> {
  const { faults, requests } = cluster.proxmox;
  const since = requests.list().at(-1)?.n ?? 0;
  const match = { method: 'PUT', pathPattern: '/qemu/100/config$' };
  faults.add({ match, when: 'before', action: { kind: 'status', status: 503, message: 'not now' } });
  memory += 64;
  const diffs = [update(100, { memory_mib: memory }), diff];
  const { id } = await lab.world.api<{ id: string }>('POST', '/intent/apply', { endpoint_id: cluster.id, diffs });
  await eventually(async () =>
    requests.list(since).some(({ method, path }) => method === 'PUT' && path.includes('/100/')) ? true : undefined,
  );
  return { run: id, go: () => faults.clear() };
}
const clonesOf = (name: string): number =>
  cluster.proxmox.requests.list().filter(({ path, params }) => path.endsWith('/clone') && params['name'] === name).length;
const guestsNamed = (name: string): number[] =>
  cluster.proxmox.world.truth().guests.flatMap(guest => (guest.name === name ? [guest.vmid] : []));
const vmidOf = (plan: IntentPlanView): number => plan.changes[0]?.vmid ?? 0;

test('whoever plans a virtual machine that waits for its guest is told the same VMID, and it is born once', async () => {
  const id = await newMachine('once');
  const first = await startQueued(birth('once', id));
  const queued = (await lab.runOf(first.run)).intent.results[1];
  expect(queued).toMatchObject({ state: 'queued', vmid: 500 });

  const again = await lab.planOf(cluster, [birth('once', id)]);
  const bigger = await lab.planOf(cluster, [birth('once', id, { memory_mib: 2048 })]);
  const elsewhere = await lab.planOf(cluster, [birth('once', id, { vmid: 555 })]);
  expect([vmidOf(again), vmidOf(bigger)]).toEqual([500, 500]);
  expect([again.permitted, bigger.permitted]).toEqual([true, true]);
  expect(elsewhere).toMatchObject({ permitted: false, verdicts: [{ reason: 'vmid_promised' }] });
  // Somebody else's guest is another one.
  expect(vmidOf(await lab.planOf(cluster, [birth('another', await newMachine('another'))]))).not.toBe(500);

  const waiting = lab.applyPlan(again);
  first.go();
  await lab.world.awaitRun(first.run);
  expect((await lab.runOf(first.run)).intent.results[1]).toMatchObject({ state: 'applied', vmid: 500 });
  expect((await waiting).intent.results).toMatchObject([{ state: 'unchanged', message: expect.stringContaining(first.run) }]);
  expect((await lab.applyPlan(bigger)).intent.results).toMatchObject([{ state: 'refused', reason: 'guest_exists' }]);
  expect(guestsNamed('once')).toEqual([500]);
  expect(clonesOf('once')).toBe(1);

  const last = await lab.planOf(cluster, [birth('once', id, { memory_mib: 2048 })]);
  expect(last.changes).toMatchObject([{ op: 'update', vmid: 500, fields: [{ field: 'memory', to: 2048 }] }]);
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed' });
  expect((await lab.vmNamed('once')).id).toBe(id);
});

test('of two plans with different VMIDs the second that is applied makes no second guest', async () => {
  const id = await newMachine('moved');
  const here = await lab.planOf(cluster, [birth('moved', id)]);
  const there = await lab.planOf(cluster, [birth('moved', id, { vmid: 566 })]);
  expect(there).toMatchObject({ permitted: true, changes: [{ vmid: 566 }] });
  expect((await lab.applyPlan(there)).intent.results).toMatchObject([{ state: 'applied', vmid: 566 }]);
  expect((await lab.applyPlan(here)).intent.results).toMatchObject([{ state: 'refused', reason: 'guest_exists' }]);
  expect(guestsNamed('moved')).toEqual([566]);
});

test('a plan keeps the VMID that a cancelled run gives back', async () => {
  const id = await newMachine('late');
  const first = await startQueued(birth('late', id));
  const vmid = (await lab.runOf(first.run)).intent.results[1]?.vmid ?? 0;
  const again = await lab.planOf(cluster, [birth('late', id)]);
  expect(vmidOf(again)).toBe(vmid);
  await lab.world.api('POST', `/runs/${first.run}/cancel`);
  first.go();
  await lab.world.awaitRun(first.run);
  expect((await lab.runOf(first.run)).intent.results[1]).toMatchObject({ state: 'cancelled' });
  // What is planned now for others is given another one.
  expect(vmidOf(await lab.planOf(cluster, [birth('other', await newMachine('other'))]))).not.toBe(vmid);
  expect((await lab.applyPlan(again)).intent.results).toMatchObject([{ state: 'applied', vmid }]);
  expect(clonesOf('late')).toBe(1);
});
