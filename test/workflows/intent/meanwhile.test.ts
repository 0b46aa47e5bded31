import { setTimeout as sleep } from 'node:timers/promises';
import { writerLock } from '../../../activities/reflection/apply';
import { withAdvisoryLock } from '../../../database/advisory-lock';
import { vm } from '../reflection/support/guests';
import type { Cluster, EndpointRun } from '../reflection/support/lab';
import { startIntentLab, update, type IntentLab, type IntentRun } from './support/intent-lab';

/** Syncs that are under way while guests are changed. They are held by locks of the database, so that each comes where it is meant to. */

jest.setTimeout(120_000);

let lab: IntentLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  const config = { template: 1, scsi0: 'ceph:base-900-disk-0,size=4G' };
  cluster = await lab.writable(
    'meanwhile',
    [
      vm(100, 'read-before', { power: 'stopped' }),
      vm(101, 'planned-before', { power: 'stopped' }),
      vm(102, 'bystander', { power: 'stopped' }),
      vm(900, 'golden', { power: 'stopped', node: 'meanwhile-01', config }),
    ],
    { fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0' } } },
  );
});
afterAll(() => lab.stop());

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
}

const query = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await lab.world.database.pool.query<Row>(text, values)).rows;

/** Takes the lock of whoever writes for the endpoint; gives what lets it go. */
async function takeWriterLock(): Promise<() => Promise<void>> {
  let release = (): void => {};
  let ended = Promise.resolve();
  await new Promise<void>((taken, failed) => {
    const held = new Promise<void>(resolve => (release = resolve));
    ended = withAdvisoryLock(lab.world.database.pool, writerLock(cluster.id), () => {
      taken();
      return held;
    });
    ended.catch(failed);
  });
  return async () => {
    release();
    await ended;
  };
}

/** How many wait for such a lock. */
const waiting = async (): Promise<number> =>
  (
    await query(`select from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`)
  ).length;

const childOf = async (id: string): Promise<EndpointRun> => {
  const { children = [] } = await lab.world.awaitRun(id);
  return lab.world.api('GET', `/runs/${children[0]?.id}`);
};

/** Starts an apply, and returns when its guest is changed. */
async function changed(vmid: number, cores: number, netboxId: number): Promise<string> {
  const diffs = [update(vmid, { cores }, { netbox_id: netboxId })];
  const { id } = await lab.world.api<{ id: string }>('POST', '/intent/apply', { endpoint_id: cluster.id, diffs });
  await until(async () => {
    const run = await lab.world.api<IntentRun>('GET', `/runs/${id}`);
    return run.intent.results.some(({ state }) => state === 'applied') ? true : undefined;
  });
  return id;
}

/** Every number of CPUs that the virtual machine ever had in NetBox, in their order. */
async function cpusOf(netboxId: number): Promise<number[]> {
  const rows = await lab.rows(
    `core/object-changes/?changed_object_type=virtualization.virtualmachine&changed_object_id=${netboxId}&ordering=time`,
  );
  const cpus = rows.flatMap(({ postchange_data: data }) =>
    typeof data === 'object' && data !== null && 'vcpus' in data ? [Number(data.vcpus)] : [],
  );
  return cpus.filter((value, index) => value !== cpus[index - 1]);
}

test('a sync that read a guest before it was changed plans nothing for it, and goes on with the others', async () => {
  const { id } = await lab.vmNamed('read-before');
  const before = (await cpusOf(id)).at(-1);
  for (const vmid of [100, 102]) cluster.proxmox.world.changeGuest(vmid, { config: { cores: 3 } });
  const letGo = await takeWriterLock();
  const sync = await lab.world.startSync({ endpoints: [cluster.id] });
  await until(async () => ((await waiting()) === 1 ? true : undefined));
  const apply = await changed(100, 6, id);
  await letGo();

  expect(await childOf(sync)).toMatchObject({ state: 'completed', counts: { updated: 1 } });
  expect(await lab.vmNamed('bystander')).toMatchObject({ vcpus: 3 });
  expect(await lab.world.awaitRun(apply)).toMatchObject({ state: 'completed', message: '1 applied.' });
  expect(await cpusOf(id)).toEqual([before, 6]);
  expect((await lab.sync(cluster)).writes).toEqual([]);
});

test('a sync that had planned a guest before it was changed writes nothing of it', async () => {
  const { id } = await lab.vmNamed('planned-before');
  const before = (await cpusOf(id)).at(-1);
  cluster.proxmox.world.changeGuest(101, { config: { cores: 3 } });
  const letPlan = await takeWriterLock();
  const sync = await lab.world.startSync({ endpoints: [cluster.id] });
  await until(async () => ((await waiting()) === 1 ? true : undefined));
  // Behind the plan, and before what writes it.
  const next = takeWriterLock();
  await until(async () => ((await waiting()) === 2 ? true : undefined));
  await letPlan();
  const letWrite = await next;
  const apply = await changed(101, 6, id);
  await letWrite();

  const run = await childOf(sync);
  expect(run).toMatchObject({ state: 'partial', counts: { updated: 0, skipped: 1 } });
  expect(await lab.world.awaitRun(apply)).toMatchObject({ state: 'completed', message: '1 applied.' });
  expect(await cpusOf(id)).toEqual([before, 6]);
  expect((await lab.sync(cluster)).writes).toEqual([]);
});

test('a sync in the middle of a create shows the guest by the virtual machine that asked for it, and makes no second one', async () => {
  const [clusterRow] = await lab.rows('virtualization/clusters/');
  const wanted = (
    await lab.person.post('virtualization/virtual-machines/', { name: 'app', cluster: clusterRow?.id, vcpus: 4, memory: 4096 })
  ).row();
  const payload = { name: 'app', template_vmid: 900, cores: 4, memory_mib: 4096 };
  const plan = await lab.planOf(cluster, [{ op: 'create', kind: 'qemu', netbox_id: wanted.id, payload }]);
  const [change] = plan.changes;
  // What follows the clone waits until this session lets go of its row.
  const session = await lab.world.database.pool.connect();
  await session.query('begin');
  await session.query('select from guest_call where change_id = $1 and seq = 1 for update', [change?.id]);
  const { id: apply } = await lab.world.api<{ id: string }>('POST', '/intent/apply', { plan_id: plan.id, digest: plan.digest });
  await until(async () => {
    const [call] = await query<{ state: string }>('select state from guest_call where change_id = $1 and seq = 0', [change?.id]);
    return call?.state === 'done' ? true : undefined;
  });
  expect(cluster.proxmox.world.guest(change?.vmid ?? 0).config).not.toMatchObject({ cores: 4 });

  const sync = await lab.sync(cluster);
  expect(sync).toMatchObject({ state: 'completed', counts: { created: 0 } });
  expect(await lab.vmNamed('app')).toMatchObject({ id: wanted.id, vcpus: 4, memory: 4096 });
  await session.query('commit');
  session.release();

  expect(await lab.world.awaitRun(apply)).toMatchObject({ state: 'completed', message: '1 applied.' });
  expect(cluster.proxmox.world.guest(change?.vmid ?? 0).config).toMatchObject({ cores: 4, memory: '4096' });
  expect(await lab.vmNamed('app')).toMatchObject({ id: wanted.id, vcpus: 4, memory: 4096 });
  expect((await lab.sync(cluster)).writes).toEqual([]);
  const names = (await lab.rows('virtualization/virtual-machines/')).map(({ name }) => name);
  expect(names.sort()).toEqual(['app', 'bystander', 'golden', 'planned-before', 'read-before']);
});
