import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, update, type IntentLab } from './support/intent-lab';

jest.setTimeout(120_000);

let lab: IntentLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  cluster = await lab.writable('epsilon', [
    vm(100, 'busy', { power: 'running' }),
    vm(101, 'given-up', { power: 'running' }),
    vm(102, 'late', { power: 'stopped' }),
    vm(103, 'quiet', { power: 'stopped' }),
  ]);
});
afterAll(() => lab.stop());

/** What a merge does: NetBox has the wanted value before Proxmox. */
async function wantedInNetBox(name: string, values: Record<string, unknown>): Promise<number> {
  const { id } = await lab.vmNamed(name);
  const { status } = await lab.person.patch(`virtualization/virtual-machines/${id}/`, values);
  expect(status).toBe(200);
  return id;
}

const driftOf = (run: { findings: { code: string; label: string; detail: Record<string, unknown> }[] }, name: string) =>
  run.findings.filter(({ code, label }) => code === 'drift' && label === name).map(({ detail }) => detail);

test('a change that a running guest refuses survives three syncs as wanted and live, and is made when the guest is stopped', async () => {
  const netboxId = await wantedInNetBox('busy', { memory: 8192 });
  const run = await lab.apply(cluster, [update(100, { memory_mib: 8192 }, { netbox_id: netboxId })]);
  expect(run.intent.results).toMatchObject([{ state: 'refused', reason: 'update_requires_vm_stop' }]);
  for (let n = 0; n < 3; n++) {
    const sync = await lab.sync(cluster);
    expect(sync.state).toBe('completed');
    expect(driftOf(sync, 'busy')).toEqual([{ field: 'memory', netbox: 8192, proxmox: 1024 }]);
    expect(await lab.vmNamed('busy')).toMatchObject({ memory: 8192 });
  }
  cluster.proxmox.world.changeGuest(100, { power: 'stopped' });
  const again = await lab.apply(cluster, [update(100, { memory_mib: 8192 }, { netbox_id: netboxId })]);
  expect(again.intent.results).toMatchObject([{ state: 'applied' }]);
  const sync = await lab.sync(cluster);
  expect(driftOf(sync, 'busy')).toEqual([]);
  expect(await openHolds()).toEqual([]);
});

test('also where the endpoint allows no writes any more the wanted value stays, until a person gives the change up', async () => {
  const netboxId = await wantedInNetBox('given-up', { memory: 8192 });
  const run = await lab.apply(cluster, [update(101, { memory_mib: 8192 }, { netbox_id: netboxId })]);
  await lab.allow(cluster, false);
  await lab.sync(cluster);
  expect(await lab.vmNamed('given-up')).toMatchObject({ memory: 8192 });

  const [result] = run.intent.results;
  await lab.world.api('POST', `/intent/changes/${result?.changeId}/drop`);
  await expect(lab.world.api('POST', `/intent/changes/${result?.changeId}/drop`)).rejects.toThrow(/no-hold/);
  await lab.sync(cluster);
  expect(await lab.vmNamed('given-up')).toMatchObject({ memory: 1024 });
  await lab.allow(cluster, true);
});

test('a hold ends after its days, and the run says so', async () => {
  const netboxId = await wantedInNetBox('late', { memory: 8192 });
  // Somebody else changes the guest after it was planned for.
  const plan = await lab.planOf(cluster, [update(102, { memory_mib: 8192 }, { netbox_id: netboxId })]);
  cluster.proxmox.world.changeGuest(102, { config: { onboot: 1 } });
  await lab.applyPlan(plan);
  await lab.world.database.pool.query(`update intent_hold set held_since = now() - interval '15 days' where released_at is null`);
  const sync = await lab.sync(cluster);
  expect(sync.findings).toContainEqual(expect.objectContaining({ code: 'intent-hold-expired', label: 'late' }));
  expect(await openHolds()).toEqual([]);
});

test('a hold ends when both sides are equal, whoever made them so', async () => {
  const netboxId = await wantedInNetBox('quiet', { memory: 8192 });
  const plan = await lab.planOf(cluster, [update(103, { memory_mib: 8192 }, { netbox_id: netboxId })]);
  cluster.proxmox.world.changeGuest(103, { config: { onboot: 1 } });
  await lab.applyPlan(plan);
  await lab.sync(cluster);
  expect(await openHolds()).toEqual([103]);
  cluster.proxmox.world.changeGuest(103, { config: { memory: '8192' } });
  await lab.sync(cluster);
  expect(await openHolds()).toEqual([]);
});

const openHolds = async (): Promise<number[]> => {
  const { rows } = await lab.world.database.pool.query<{ vmid: number }>(
    'select vmid from intent_hold where released_at is null',
  );
  return rows.map(({ vmid }) => vmid);
};
