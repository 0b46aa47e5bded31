import { setTimeout as sleep } from 'node:timers/promises';
import { workflowIds } from '../../../workflows/names';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, update, type IntentLab, type IntentRun } from './support/intent-lab';

/** INTENT_GUESTS=500 makes it the size that is promised, which takes its minutes. */
const MANY = Number(process.env['INTENT_GUESTS'] ?? 24);
const DONE = Math.min(100, MANY / 2);

jest.setTimeout(180_000 + MANY * 6_000);

let lab: IntentLab;
let cluster: Cluster;
const vmids = Array.from({ length: MANY }, (_, n) => 1000 + n);

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  const guests = vmids.map(vmid => vm(vmid, `many-${vmid}`, { power: 'stopped' }));
  cluster = await lab.writable('lambda', guests, { fields: { policy: { intent_most_percent: 0, intent_most_changes: 0 } } });
});
afterAll(() => lab.stop());

const written = (): number => new Set(lab.writesOf(cluster)).size;
const withMemory = (mib: number): number[] =>
  vmids.filter(vmid => Number(cluster.proxmox.world.guest(vmid).config['memory']) === mib);

async function start(memory: number): Promise<string> {
  lab.writesOf(cluster);
  const diffs = vmids.map(vmid => update(vmid, { memory_mib: memory }));
  return (await lab.world.api<{ id: string }>('POST', '/intent/apply', { endpoint_id: cluster.id, diffs })).id;
}

const stateCounts = ({ intent: { results } }: IntentRun): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { state } of results) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};

/** Every workflow of the run and of its guests, as Temporal lists them. */
async function longestHistory(): Promise<number> {
  let longest = 0;
  for await (const { historyLength } of lab.world.client.workflow.list()) longest = Math.max(longest, historyLength ?? 0);
  return longest;
}

test(`cancelling after ${DONE} of ${MANY} guests leaves those done and the others untouched, and says so all along`, async () => {
  const id = await start(2048);
  const handle = lab.world.client.workflow.getHandle(workflowIds.intentApply(id));
  // Held up where it is to be cancelled, so that it is one guest and no other.
  cluster.proxmox.faults.add({
    match: { method: 'PUT', pathPattern: `/qemu/${vmids[DONE - 1]}/config$` },
    when: 'before',
    action: { kind: 'delay', ms: 5_000 },
  });
  const seen: number[] = [];
  while (written() === 0) await sleep(100);
  const reached = (): boolean =>
    cluster.proxmox.requests
      .list()
      .some(({ method, path }) => method === 'PUT' && path.endsWith(`/qemu/${vmids[DONE - 1]}/config`));
  while (!reached()) {
    seen.push(stateCounts(await lab.runOf(id))['applied'] ?? 0);
    await sleep(200);
  }
  expect(await handle.query<{ current: string | null }, []>('progress')).toMatchObject({
    current: expect.stringContaining(`many-${vmids[DONE - 1]}`),
  });
  await lab.world.api('POST', `/runs/${id}/cancel`);
  await lab.world.awaitRun(id);

  const run = await lab.runOf(id);
  expect(run).toMatchObject({ state: 'cancelled', counts: { applied: DONE, cancelled: MANY - DONE } });
  expect(stateCounts(run)).toEqual({ applied: DONE, cancelled: MANY - DONE });
  expect(withMemory(2048)).toEqual(vmids.slice(0, DONE));
  expect(withMemory(1024)).toEqual(vmids.slice(DONE));
  // The counts of the run rose while it worked.
  expect(new Set(seen.filter(count => count > 0 && count < DONE)).size).toBeGreaterThan(1);
});

test(`all ${MANY} are done in workflows of less than 2,000 events`, async () => {
  cluster.proxmox.faults.clear();
  const id = await start(3072);
  await lab.world.awaitRun(id);
  const run = await lab.runOf(id);
  expect(run).toMatchObject({ state: 'completed', counts: { applied: MANY }, message: `${MANY} applied.` });
  expect(withMemory(3072)).toEqual(vmids);
  expect(await longestHistory()).toBeLessThan(2_000);
});
