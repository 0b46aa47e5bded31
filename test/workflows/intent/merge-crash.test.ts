import type { IntentMergeView, IntentPlanView } from '../../../api/intent/schema';
import { INTENT_PHRASE } from '../../../domain/settings/intent-switch';
import { startNetBoxSimulator, type RunningNetBox } from '../../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { rawApi, type RawApi, type Row } from '../../contract/netbox/support/api';
import { branches, eventually, inside, valueOf } from '../../contract/netbox/support/branching';
import { startProgram, type ChildProgram } from '../../support/child-program';
import { startSyncWorld, type SyncWorld } from '../../support/sync-world';
import { onFault } from '../faults/support/on-fault';
import { vm } from '../reflection/support/guests';

jest.setTimeout(180_000);

let netbox: RunningNetBox;
let proxmox: ProxmoxSimulator;
let world: SyncWorld;
let person: RawApi;
let worker: ChildProgram;
let token: string;

beforeAll(async () => {
  netbox = await startNetBoxSimulator({ branching: true });
  proxmox = await startProxmoxSimulator({ world: { guests: 0, nodes: 1, clusterName: 'xi', seed: 'xi' } });
  for (const vmid of [100, 101, 102, 103, 104]) proxmox.world.createGuest(vm(vmid, `web-${vmid}`, { power: 'stopped' }));
  // So seldom that the workflow of the merge itself has to find out what became of it.
  world = await startSyncWorld(netbox, { PROXBOX_INTENT_WATCH_SECONDS: '3600', PROXBOX_PROXMOX_SETTLE_SECONDS: '2' });
  person = rawApi(netbox.url, netbox.token);
  const { id } = await world.addEndpoint('xi', proxmox);
  const { tokenId: principal, secret } = proxmox.tokens.full;
  const write = { allowWrites: true, credentials: { write: { kind: 'token', principal, secret } } };
  await world.api('PATCH', `/endpoints/${id}`, write, { 'if-match': '*' });
  worker = await startWorker();
  expect((await world.sync()).state).toBe('completed');
  const phrase = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: INTENT_PHRASE };
  await world.api('PATCH', '/settings', phrase, { 'if-match': '*' });
  const { id: userId } = await world.api<{ id: string }>('POST', '/users', { username: 'engineer' });
  await world.api('POST', '/roles', { name: 'engineers', permissions: ['view', 'intent_update_vm'] });
  await world.api('POST', `/users/${userId}/roles`, { role: 'engineers' });
  ({ token } = await world.api<{ token: string }>('POST', `/users/${userId}/tokens`, { name: 'tests' }));
  await eventually(async () => {
    const fields = (await person.get('extras/custom-fields/?name=apply_to_proxmox')).rows();
    return fields.length === 1 ? true : undefined;
  });
}, 120_000);
afterAll(async () => {
  await worker?.kill();
  await world?.stop();
  await proxmox?.close();
  await netbox?.close();
});

async function startWorker(): Promise<ChildProgram> {
  const program = startProgram('test/workflows/crash/support/worker-program.ts', [], world.environment);
  await program.nextLine();
  return program;
}

async function makeBranch(vmid: number): Promise<Row> {
  const values = { name: `memory of ${vmid}`, custom_fields: { apply_to_proxmox: true } };
  const { id } = (await person.post(`${branches}/`, values)).row();
  const branch = await eventually(async () => {
    const found = (await person.get(`${branches}/${id}/`)).row();
    return valueOf(found['status']) === 'ready' ? found : undefined;
  });
  const [shown] = (await person.get(`virtualization/virtual-machines/?name=web-${vmid}`)).rows();
  await person.patch(`virtualization/virtual-machines/${shown?.id}/`, { memory: 3072 }, inside(branch));
  return branch;
}

test.each([
  { vmid: 100, when: 'before', method: 'POST', path: '/merge/$' },
  { vmid: 101, when: 'after', method: 'POST', path: '/merge/$' },
  { vmid: 102, when: 'after', method: 'GET', path: '/api/core/jobs/\\d+/$' },
  // Who we are is asked when the branch is merged, and its run is not there yet.
  { vmid: 103, when: 'after', method: 'GET', path: '/api/authentication-check/' },
] as const)('a worker that is killed $when $method $path leaves one merge and one run', async ({ vmid, when, method, path }) => {
  const as = { authorization: `Bearer ${token}` };
  const branch = await makeBranch(vmid);
  const plan = await world.api<IntentPlanView>('POST', '/intent/plan', { branch_id: branch.id }, { prefer: 'wait=60', ...as });
  expect(plan).toMatchObject({ permitted: true });
  const since = proxmox.requests.list().at(-1)?.n ?? 0;
  const { faults } = netbox.simulator;
  const killed = new Promise<void>(resolve => {
    faults.add({ match: { method, pathPattern: path, nth: 1 }, when, action: { kind: 'reset' } });
    onFault<never, unknown>(faults, () => resolve(worker.kill()));
  });
  const body = { branch_id: branch.id, digest: plan.digest };
  const { id } = await world.api<IntentMergeView>('POST', '/intent/merge', body, as);
  await killed;
  faults.clear();
  worker = await startWorker();
  const merge = await eventually(async () => {
    const found = await world.api<IntentMergeView>('GET', `/intent/merges/${id}`);
    return found.finishedAt === null ? undefined : found;
  });
  expect(merge).toMatchObject({ state: 'merged', reason: null });
  expect(await world.awaitRun(merge.runId ?? '')).toMatchObject({ state: 'completed', requestedBy: 'engineer' });
  expect(Number(proxmox.world.guest(vmid).config['memory'])).toBe(3072);
  const writes = proxmox.requests.list(since).filter(request => request.method === 'PUT');
  expect(writes).toHaveLength(1);
  const merges = (await person.get(`core/jobs/?object_id=${branch.id}&name=Merge branch`)).rows();
  expect(merges.filter(job => valueOf(job['status']) === 'completed')).toHaveLength(1);
});

test('what was announced to the audit log before NetBox was asked, by a worker that died then, is closed as not sent', async () => {
  const as = { authorization: `Bearer ${token}` };
  const { pool } = world.database;
  const branch = await makeBranch(104);
  const plan = await world.api<IntentPlanView>('POST', '/intent/plan', { branch_id: branch.id }, { prefer: 'wait=60', ...as });
  const body = { branch_id: branch.id, digest: plan.digest };
  const { id } = await world.api<IntentMergeView>('POST', '/intent/merge', body, as);
  const holder = await pool.connect();
  try {
    const announced = `select from audit where phase = 'intent' and detail @> jsonb_build_object('merge', $1::text)`;
    while ((await pool.query(`select from intent_merge where id = $1 and state = 'checking'`, [id])).rowCount === 0);
    // Between the two rows nothing goes on any more.
    await holder.query('begin');
    await holder.query('select from intent_merge where id = $1 for update', [id]);
    await eventually(async () => ((await pool.query(announced, [id])).rowCount === 1 ? true : undefined));
    await worker.kill();
    await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%update intent_merge%'`,
    );
  } finally {
    await holder.query('rollback');
    holder.release();
  }
  worker = await startWorker();
  const merge = await eventually(async () => {
    const found = await world.api<IntentMergeView>('GET', `/intent/merges/${id}`);
    return found.finishedAt === null ? undefined : found;
  });
  expect(merge).toMatchObject({ state: 'merged' });
  const { rows } = await pool.query(
    `select o.result, o.reason from audit a left join audit o on o.intent_seq = a.seq
      where a.phase = 'intent' and a.detail @> jsonb_build_object('merge', $1::text) order by a.seq`,
    [id],
  );
  expect(rows).toEqual([
    { result: 'failed', reason: expect.stringContaining('not sent') },
    { result: 'succeeded', reason: null },
  ]);
});
