import { workflowIds } from '../../../workflows/names';
import { eventually } from '../../contract/netbox/support/branching';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, update, type IntentLab } from './support/intent-lab';

jest.setTimeout(600_000);

const MANY = 104;

let lab: IntentLab;
let few: Cluster;
let many: Cluster;

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  few = await lab.writable(
    'eta',
    [100, 101, 102, 103].map(vmid => vm(vmid, `guest-${vmid}`, { power: 'stopped' })),
  );
  const guests = Array.from({ length: MANY }, (_, n) => vm(1000 + n, `many-${n}`, { power: 'stopped' }));
  many = await lab.writable('theta', guests, {
    // Guests of two worlds from one seed could not be told apart.
    world: { seed: 'theta' },
    fields: { policy: { intent_most_percent: 0 } },
  });
}, 280_000);
afterAll(() => lab.stop());

/** Starts a run whose second guest takes a while to be written, and waits until that has begun. */
async function startSlow(memory: number, body: Record<string, unknown> = {}): Promise<string> {
  const { faults, requests } = few.proxmox;
  faults.clear();
  faults.add({
    match: { method: 'PUT', pathPattern: '/qemu/101/config$' },
    when: 'before',
    action: { kind: 'delay', ms: 2_000 },
  });
  const since = requests.list().at(-1)?.n ?? 0;
  const diffs = [100, 101, 102, 103].map(vmid => update(vmid, { memory_mib: memory }));
  const { id } = await lab.world.api<{ id: string }>('POST', '/intent/apply', { endpoint_id: few.id, diffs, ...body });
  await eventually(async () =>
    requests.list(since).some(({ method, path }) => method === 'PUT' && path.includes('/101/')) ? true : undefined,
  );
  return id;
}

const memories = (): unknown[] => [100, 101, 102, 103].map(vmid => few.proxmox.world.guest(vmid).config['memory']);

test('cancelling is honoured between two guests: the one under way ends, the others are untouched', async () => {
  const id = await startSlow(2048);
  await lab.world.api('POST', `/runs/${id}/cancel`);
  await lab.world.awaitRun(id);
  const run = await lab.runOf(id);
  expect(run.state).toBe('cancelled');
  expect(run.intent.results.map(({ state }) => state)).toEqual(['applied', 'applied', 'cancelled', 'cancelled']);
  expect(memories().map(Number)).toEqual([2048, 2048, 1024, 1024]);
});

test('a paused run begins no further guest, and goes on where it was', async () => {
  const id = await startSlow(3072);
  await lab.world.api('POST', `/runs/${id}/pause`);
  const paused = await eventually(async () => {
    const run = await lab.runOf(id);
    return run.phase === 'paused' ? run : undefined;
  });
  expect(paused.intent.results.map(({ state }) => state)).toEqual(['applied', 'applied', 'queued', 'queued']);
  await lab.world.api('POST', `/runs/${id}/resume`);
  await lab.world.awaitRun(id);
  expect((await lab.runOf(id)).intent.results.map(({ state }) => state)).toEqual(['applied', 'applied', 'applied', 'applied']);
  await expect(lab.world.api('POST', `/runs/${id}/pause`)).rejects.toThrow(/run-ended/);
});

test('a run that stops at its first failure leaves the rest', async () => {
  const diffs = [100, 101, 102].map(vmid => update(vmid, { memory_mib: 4096 }));
  const plan = await lab.planOf(few, diffs);
  few.proxmox.world.changeGuest(101, { config: { lock: 'backup' } });
  // The option belongs to what is applied at once: a plan that was read is applied guest by guest.
  expect((await lab.applyPlan(plan)).intent.results.map(({ state }) => state)).toEqual(['applied', 'refused', 'applied']);
  few.proxmox.faults.add({
    match: { method: 'PUT', pathPattern: '/qemu/100/config$' },
    when: 'before',
    action: { kind: 'status', status: 500, message: 'no space left' },
  });
  few.proxmox.world.changeGuest(101, { remove: ['lock'] });
  const run = await lab.apply(
    few,
    [100, 101].map(vmid => update(vmid, { memory_mib: 5120 })),
    { stop_on_failure: true },
  );
  expect(run.intent.results).toMatchObject([
    { state: 'failed', reason: 'proxmox_refused' },
    { state: 'cancelled', reason: 'stopped_after_failure' },
  ]);
  expect(run.intent.results[0]?.message).toContain('no space left');
});

test('another run waits for the guest, and then finds that it was changed', async () => {
  const id = await startSlow(6144);
  const other = await lab.apply(few, [update(101, { description: 'from the other run' })]);
  await lab.world.awaitRun(id);
  const first = await lab.runOf(id);
  expect(first.intent.results[1]).toMatchObject({ state: 'applied' });
  // It was planned for the guest as it was: it says so, and changes nothing.
  expect(other.intent.results).toMatchObject([{ state: 'refused', reason: 'toctou_mismatch' }]);
});

test('a run of very many guests keeps its histories short', async () => {
  const diffs = Array.from({ length: MANY }, (_, n) => update(1000 + n, { memory_mib: 2048 }));
  const run = await lab.apply(many, diffs);
  expect(run.intent.results.filter(({ state }) => state !== 'applied')).toEqual([]);
  expect(run).toMatchObject({ state: 'completed', message: `${MANY} applied.` });
  const lengths: number[] = [];
  for await (const { historyLength } of lab.world.client.workflow.list({
    query: `WorkflowId = '${workflowIds.intentApply(run.id)}'`,
  })) {
    lengths.push(historyLength ?? 0);
  }
  expect(lengths.length).toBe(2);
  expect(Math.max(...lengths)).toBeLessThan(2_000);
});
