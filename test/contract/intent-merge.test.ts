import type { IntentMergeView, IntentPlanView } from '../../api/intent/schema';
import { INTENT_PHRASE } from '../../domain/settings/intent-switch';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';
import { vm } from '../workflows/reflection/support/guests';
import { rawApi, type RawApi, type Row } from './netbox/support/api';
import { branches, eventually, inside, valueOf } from './netbox/support/branching';
import { branchingTargets, type RunningNetBox } from './netbox/support/targets';
import { confirmed, removeCluster } from './support/shared-netbox';

/** A branch that is merged by us, for a plan that was read: in the simulator's NetBox, and in the real one that the environment names. */

jest.setTimeout(300_000);

const machines = 'virtualization/virtual-machines';

describe.each(branchingTargets)('a branch that we merge in $name', ({ start }) => {
  const mark = Date.now().toString(36);
  const clusterName = `merge-${mark}`;
  let netbox: RunningNetBox;
  let person: RawApi;
  let proxmox: ProxmoxSimulator;
  let world: SyncWorld;
  let clusterId = 0;
  let as: Record<string, string>;
  const made: number[] = [];

  beforeAll(async () => {
    netbox = await start();
    person = rawApi(netbox.url, netbox.token);
    proxmox = await startProxmoxSimulator({ world: { guests: 0, nodes: 1, clusterName, seed: mark } });
    proxmox.world.createGuest(vm(100, `web-${mark}`, { power: 'stopped' }));
    world = await startSyncWorld(netbox, { PROXBOX_INTENT_WATCH_SECONDS: '1', PROXBOX_PROXMOX_SETTLE_SECONDS: '2' });
    const { id } = await world.addEndpoint(clusterName, proxmox);
    const { tokenId: principal, secret } = proxmox.tokens.full;
    const write = { allowWrites: true, credentials: { write: { kind: 'token', principal, secret } } };
    await world.api('PATCH', `/endpoints/${id}`, write, { 'if-match': '*' });
    await world.startWorker();
    expect(await confirmed(world, await world.sync())).toMatchObject({ state: 'completed' });
    clusterId = (await person.get(`virtualization/clusters/?name=${clusterName}`)).rows()[0]?.id ?? 0;
    const { id: userId } = await world.api<{ id: string }>('POST', '/users', { username: 'engineer' });
    await world.api('POST', '/roles', { name: 'engineers', permissions: ['view', 'intent_update_vm'] });
    await world.api('POST', `/users/${userId}/roles`, { role: 'engineers' });
    const { token } = await world.api<{ token: string }>('POST', `/users/${userId}/tokens`, { name: 'tests' });
    as = { authorization: `Bearer ${token}` };
    const phrase = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: INTENT_PHRASE };
    await world.api('PATCH', '/settings', phrase, { 'if-match': '*' });
    await eventually(async () => {
      const { rowCount } = await world.database.pool.query('select from branch_watch where first_event is not null');
      const [field] = (await person.get('extras/custom-fields/?name=apply_to_proxmox')).rows();
      const types = field?.['object_types'];
      return rowCount === 1 && Array.isArray(types) && types.includes('netbox_branching.branch') ? true : undefined;
    });
  });
  afterAll(async () => {
    await world?.stop();
    await proxmox?.close();
    for (const id of made) await person.delete(`${branches}/${id}/`);
    if (clusterId) await removeCluster(netbox, clusterId);
    await netbox?.close();
  });

  const web = async (): Promise<Row> => {
    const [row] = (await person.get(`${machines}/?name=web-${mark}`)).rows();
    if (!row) throw new Error('NetBox has no such virtual machine');
    return row;
  };
  async function branchWith(memory: number): Promise<Row> {
    const values = { name: `merge ${mark} ${memory}`, custom_fields: { apply_to_proxmox: true } };
    const { id } = (await person.post(`${branches}/`, values)).row();
    made.push(id);
    const branch = await eventually(async () => {
      const found = (await person.get(`${branches}/${id}/`)).row();
      return valueOf(found['status']) === 'ready' ? found : undefined;
    });
    expect((await person.patch(`${machines}/${(await web()).id}/`, { memory }, inside(branch))).status).toBe(200);
    return branch;
  }
  const planOf = ({ id }: Row): Promise<IntentPlanView> =>
    world.api('POST', '/intent/plan', { branch_id: id }, { prefer: 'wait=60', ...as });
  async function merged(branch: Row, plan: IntentPlanView, rest: object = {}): Promise<IntentMergeView> {
    const body = { branch_id: branch.id, digest: plan.digest, ...rest };
    const { id } = await world.api<IntentMergeView>('POST', '/intent/merge', body, as);
    return eventually(async () => {
      const merge = await world.api<IntentMergeView>('GET', `/intent/merges/${id}`);
      return merge.finishedAt === null ? undefined : merge;
    });
  }

  test('is in main, applied once, as the wish of whoever asked', async () => {
    const branch = await branchWith(3072);
    const merge = await merged(branch, await planOf(branch));
    expect(merge).toMatchObject({ state: 'merged', reason: null });
    expect(await world.awaitRun(merge.runId ?? '')).toMatchObject({ state: 'completed', requestedBy: 'engineer' });
    expect(Number(proxmox.world.guest(100).config['memory'])).toBe(3072);
    expect(await web()).toMatchObject({ memory: 3072 });
    await eventually(async () => {
      const { rowCount } = await world.database.pool.query('select from branch_event where branch_id = $1', [branch.id]);
      return rowCount === 1 ? true : undefined;
    });
    const { items } = await world.api<{ items: unknown[] }>('GET', '/runs?kind=intent-apply');
    expect(items).toHaveLength(1);
  });

  test('stays open while main has changed the same, until that is acknowledged', async () => {
    const branch = await branchWith(4096);
    expect((await person.patch(`${machines}/${(await web()).id}/`, { memory: 2560 })).status).toBe(200);
    const refused = await merged(branch, await planOf(branch));
    expect(refused).toMatchObject({ state: 'refused', reason: 'branch_conflicts', message: expect.stringContaining('memory') });
    const merge = await merged(branch, await planOf(branch), { acknowledge_conflicts: true });
    expect(merge).toMatchObject({ state: 'merged' });
    expect(await world.awaitRun(merge.runId ?? '')).toMatchObject({ state: 'completed' });
    expect(Number(proxmox.world.guest(100).config['memory'])).toBe(4096);
  });
});
