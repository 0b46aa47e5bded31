import { randomUUID } from 'node:crypto';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startDeletionLab, type DeletionLab } from './support/deletion-lab';

/** What stays on a guest whose request ends while nothing may be written, until it may be. */
jest.setTimeout(120_000);

let lab: DeletionLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startDeletionLab({ PROXBOX_DELETION_HOLD_HOURS: '1' });
  // The tests say when it is looked at.
  await lab.world.client.schedule.getHandle('reconcile').pause();
  cluster = await lab.writable(
    'left',
    [100, 101, 102, 103, 104, 105].map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped', config: { onboot: 1, tags: 'keep' } })),
  );
});
afterEach(async () => {
  await lab.allow(cluster, true);
  await lab.switchIntent(true);
  cluster.proxmox.faults.clear();
});
afterAll(() => lab?.stop());

const configOf = (vmid: number): Record<string, unknown> => cluster.proxmox.world.guest(vmid).config;
const tagsOf = (vmid: number): string[] =>
  String(configOf(vmid)['tags'] ?? '')
    .split(/[;,]/)
    .sort();
const marked = ['keep', 'proxbox-pending-deletion'];
const lookAgain = (): Promise<unknown> =>
  lab.world.client.workflow.execute('reconcile', {
    workflowId: `reconcile/${randomUUID()}`,
    taskQueue: 'proxbox-control',
    args: [],
  });
const leftOf = async (): Promise<string[]> => (await lab.approver.say('GET', '?left=true')).body.items.map(({ id }) => id);
/** Asked for, approved and held. */
async function held(vmid: number): Promise<string> {
  const { id } = await lab.ask(cluster, vmid);
  await lab.decide(lab.approver, id, 'approve');
  while ((await lab.show(id)).reasons[0]?.code !== 'on_hold');
  expect(configOf(vmid)).toMatchObject({ onboot: 0, protection: 1 });
  return id;
}

test.each([
  ['the writes of its endpoint', 100, (on: boolean) => lab.allow(cluster, on)],
  ['the master switch', 101, (on: boolean) => lab.switchIntent(on)],
])('with %s off the tag and the hold stay, are listed, and are taken off when it is on again', async (_, vmid, change) => {
  const id = await held(vmid);
  await change(false);
  lab.writesOf(cluster);
  await lab.decide(lab.approver, id, 'reject', { reason: 'still in use' });
  expect(await lab.closed(id)).toMatchObject({ state: 'rejected', leftSince: expect.any(String) });
  await lookAgain();
  expect(lab.writesOf(cluster)).toEqual([]);
  expect(tagsOf(vmid)).toEqual(marked);
  expect(await leftOf()).toEqual([id]);

  await change(true);
  await lookAgain();
  expect(configOf(vmid)).toMatchObject({ onboot: 1, tags: 'keep' });
  expect(configOf(vmid)).not.toHaveProperty('protection');
  expect(await lab.show(id)).toMatchObject({ state: 'rejected', leftSince: null });
  expect(await leftOf()).toEqual([]);
  lab.writesOf(cluster);
  await lookAgain();
  expect(lab.writesOf(cluster)).toEqual([]);
});

test('a guest that is gone, or is another one by then, is left alone', async () => {
  const ids = [await held(102), await held(103)];
  await lab.allow(cluster, false);
  for (const id of ids) {
    await lab.decide(lab.approver, id, 'reject', { reason: 'still in use' });
    await lab.closed(id);
  }
  cluster.proxmox.world.destroyGuest(102);
  cluster.proxmox.world.recreateGuest(vm(103, 'vm-103', { power: 'stopped', config: { protection: 1, tags: marked.join(';') } }));
  await lab.allow(cluster, true);
  lab.writesOf(cluster);
  await lookAgain();
  expect(lab.writesOf(cluster)).toEqual([]);
  expect(tagsOf(103)).toEqual(marked);
  expect(await leftOf()).toEqual([]);
});

test('an endpoint that does not answer is asked again, and its guest is not forgotten', async () => {
  const { id } = await lab.ask(cluster, 104);
  await lab.allow(cluster, false);
  await lab.decide(lab.requester, id, 'cancel');
  await lab.closed(id);
  await lab.allow(cluster, true);
  cluster.proxmox.faults.add({ match: { pathPattern: '/config$', count: 0 }, when: 'before', action: { kind: 'reset' } });
  await lookAgain();
  expect(await leftOf()).toEqual([id]);
  cluster.proxmox.faults.clear();
  await lookAgain();
  expect(tagsOf(104)).toEqual(['keep']);
  expect(await leftOf()).toEqual([]);
});

test('a guest whose deletion is asked for anew keeps its tag, loses the old hold, and is decided about as it was before', async () => {
  const id = await held(105);
  await lab.allow(cluster, false);
  await lab.decide(lab.approver, id, 'reject', { reason: 'still in use' });
  await lab.closed(id);
  await lab.allow(cluster, true);
  const again = await lab.ask(cluster, 105);
  expect(again).toMatchObject({ state: 'pending', about: { config: { onboot: '1' } } });
  expect(configOf(105)).not.toHaveProperty('protection');
  await lookAgain();
  expect(tagsOf(105)).toEqual(marked);
  expect(await leftOf()).toEqual([]);
  await lab.decide(lab.requester, again.id, 'cancel');
  await lab.closed(again.id);
  expect(configOf(105)).toMatchObject({ onboot: 1, tags: 'keep' });
});
