import type { ApplyResultView, IntentPlanView } from '../../api/intent/schema';
import { INTENT_PHRASE } from '../../domain/settings/intent-switch';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { startSyncWorld, type RunView, type SyncWorld } from '../support/sync-world';
import { vm } from '../workflows/reflection/support/guests';
import { rawApi, type RawApi, type Row } from './netbox/support/api';
import { eventually, inside, valueOf } from './netbox/support/branching';
import { branchingTargets, type RunningNetBox } from './netbox/support/targets';
import { confirmed, removeCluster } from './support/shared-netbox';
import { watchNetBox, type WatchedNetBox } from './support/watched-netbox';

/** From a branch of NetBox to the guests and back: the simulator's NetBox, and the real one that the environment names. */

jest.setTimeout(600_000);

const branches = 'plugins/branching/branches';
const machines = 'virtualization/virtual-machines';
const ARCHIVE = 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst';

type IntentRun = RunView & { intent: ApplyResultView };

describe.each(branchingTargets)('a branch that is merged in $name', ({ start }) => {
  const mark = Date.now().toString(36);
  const clusterName = `intent-${mark}`;
  const named = (word: string): string => `${word}-${mark}`;
  let netbox: RunningNetBox;
  let watched: WatchedNetBox;
  let person: RawApi;
  let proxmox: ProxmoxSimulator;
  let world: SyncWorld;
  let endpoint: { id: string };
  let clusterId: number;
  const made: { path: string; id: number }[] = [];

  beforeAll(async () => {
    netbox = await start();
    person = rawApi(netbox.url, netbox.token);
    proxmox = await startProxmoxSimulator({ world: { guests: 0, nodes: 2, clusterName, seed: mark } });
    const config = { template: 1, scsi0: 'ceph:base-900-disk-0,size=4G', ide2: 'ceph:vm-900-cloudinit,media=cdrom' };
    proxmox.world.createGuest(vm(900, named('golden'), { power: 'stopped', node: `${clusterName}-01`, config }));
    proxmox.world.createGuest(vm(100, named('web'), { power: 'stopped' }));
    proxmox.world.createGuest(vm(101, named('db'), { power: 'stopped' }));
    watched = await watchNetBox(netbox);
    world = await startSyncWorld(watched, {
      PROXBOX_INTENT_WATCH_SECONDS: '1',
      PROXBOX_INTENT_STORAGE: 'ceph',
      PROXBOX_INTENT_BRIDGE: 'vmbr0',
      PROXBOX_PLAN_CHANGE_LIMIT_PERCENT: '100',
    });
    endpoint = await world.addEndpoint(clusterName, proxmox);
    const { tokenId: principal, secret } = proxmox.tokens.full;
    const write = { allowWrites: true, credentials: { write: { kind: 'token', principal, secret } } };
    await world.api('PATCH', `/endpoints/${endpoint.id}`, write, { 'if-match': '*' });
    await world.startWorker();
    expect(await confirmed(world, await world.sync())).toMatchObject({ state: 'completed' });
    clusterId = (await rows(`virtualization/clusters/?name=${clusterName}`))[0]?.id ?? 0;

    const merger = await world.api<{ id: string }>('POST', '/users', { username: 'merger' });
    const permissions = ['intent_create_vm', 'intent_update_vm', 'intent_create_lxc', 'intent_update_lxc'];
    await world.api('POST', '/roles', { name: 'mergers', permissions });
    await world.api('POST', `/users/${merger.id}/roles`, { role: 'mergers' });
    await world.api('PUT', `/users/${merger.id}/netbox-link`, { netboxUsername: 'admin' }, { 'if-match': '*' });
    const phrase = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: INTENT_PHRASE };
    await world.api('PATCH', '/settings', phrase, { 'if-match': '*' });
    // The watch has begun, and what it needs in NetBox is there.
    await eventually(async () => {
      const { rowCount } = await world.database.pool.query('select from branch_watch where first_event is not null');
      const [field] = await rows('extras/custom-fields/?name=apply_to_proxmox');
      const types = field?.['object_types'];
      return rowCount === 1 && Array.isArray(types) && types.includes('netbox_branching.branch') ? true : undefined;
    });
  });
  afterAll(async () => {
    await world?.stop();
    await proxmox?.close();
    await watched?.close();
    for (const { path, id } of made.reverse()) await person.delete(`${path}/${id}/`);
    if (clusterId) await removeCluster(netbox, clusterId);
    await netbox?.close();
  });

  const rows = async (path: string): Promise<Row[]> => (await person.get(path)).rows();
  const vmNamed = async (name: string): Promise<Row> => {
    const [row] = await rows(`${machines}/?name=${name}`);
    if (!row) throw new Error(`NetBox has no ${name}`);
    return row;
  };
  const branchIn = (id: number, status: string): Promise<Row> =>
    eventually(async () => {
      const branch = (await person.get(`${branches}/${id}/`)).row();
      return valueOf(branch['status']) === status ? branch : undefined;
    });
  const applies = async (): Promise<RunView[]> =>
    (await world.api<{ items: RunView[] }>('GET', '/runs?kind=intent-apply&limit=100')).items;
  const changesIn = async (sync: RunView): Promise<unknown[]> =>
    (await world.api<{ items: unknown[] }>('GET', `/runs/${sync.id}/plan`)).items;
  const writes = (): number => proxmox.requests.list().filter(({ method }) => method !== 'GET').length;

  test('makes two guests, changes two others, and leaves the next sync nothing to write and the next plan nothing to do', async () => {
    const [web, db] = [await vmNamed(named('web')), await vmNamed(named('db'))];
    const branch = (
      await person.post(`${branches}/`, { name: named('branch'), custom_fields: { apply_to_proxmox: true } })
    ).row();
    made.push({ path: branches, id: branch.id });
    const ready = await branchIn(branch.id, 'ready');
    const make = async (path: string, values: Record<string, unknown>): Promise<Row> => {
      const answer = await person.post(`${path}/`, values, inside(ready));
      if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
      return answer.row();
    };
    const change = async (path: string, id: number, values: Record<string, unknown>): Promise<void> => {
      const answer = await person.patch(`${path}/${id}/`, values, inside(ready));
      if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    };
    const network = '{"ip": "192.0.2.30/24", "gw": "192.0.2.1"}';
    const app = await make(machines, {
      name: named('app'),
      cluster: clusterId,
      vcpus: 4,
      memory: 4096,
      custom_fields: { proxmox_template_vmid: 900, cloud_init_user: 'ops', cloud_init_network: network },
    });
    await make('virtualization/virtual-disks', { name: 'scsi0', virtual_machine: app.id, size: 8192 });
    await make('virtualization/interfaces', { name: 'net0', virtual_machine: app.id });
    const ct = await make(machines, {
      name: named('ct'),
      cluster: clusterId,
      vcpus: 1,
      memory: 1024,
      custom_fields: { proxmox_vm_type: 'lxc', proxmox_node: `${clusterName}-02`, proxmox_iso: ARCHIVE },
    });
    await make('virtualization/virtual-disks', { name: 'rootfs', virtual_machine: ct.id, size: 4096 });
    await change(machines, web.id, { vcpus: 4, memory: 2048 });
    const [disk] = await rows(`virtualization/virtual-disks/?virtual_machine_id=${db.id}`);
    await change('virtualization/virtual-disks', disk?.id ?? 0, { size: 16_384 });
    const vlan = await make('ipam/vlans', { vid: 50, name: named('fifty') });
    made.push({ path: 'ipam/vlans', id: vlan.id });
    const tag = await make('extras/tags', { name: named('blue'), slug: named('blue') });
    made.push({ path: 'extras/tags', id: tag.id });
    const [nic] = await rows(`virtualization/interfaces/?virtual_machine_id=${db.id}`);
    await change('virtualization/interfaces', nic?.id ?? 0, { mode: 'access', untagged_vlan: vlan.id });
    const tags = Array.isArray(db['tags']) ? db['tags'].map((each: { id: number }) => ({ id: each.id })) : [];
    await change(machines, db.id, { tags: [...tags, { id: tag.id }] });

    expect((await person.post(`${branches}/${branch.id}/merge/`, { commit: true })).status).toBe(200);
    await branchIn(branch.id, 'merged');
    const { id: runId } = await eventually(async () => (await applies())[0]);
    await world.awaitRun(runId);
    const run = await world.api<IntentRun>('GET', `/runs/${runId}`);
    expect({
      message: run.message,
      reason: run.reason,
      open: run.intent.results.filter(({ state }) => state !== 'applied'),
    }).toMatchObject({ reason: null, open: [] });
    expect(run.intent.results.map(({ name }) => name).sort()).toEqual(['app', 'ct', 'db', 'web'].map(named));
    expect(run.state).toBe('completed');

    const vmidOf = (word: string): number => run.intent.results.find(({ name }) => name === named(word))?.vmid ?? 0;
    const configOf = (vmid: number): Record<string, unknown> => proxmox.world.guest(vmid).config;
    expect(configOf(vmidOf('app'))).toMatchObject({ name: named('app'), cores: 4, memory: '4096', ciuser: 'ops' });
    expect(configOf(vmidOf('app'))['scsi0']).toContain('size=8G');
    expect(configOf(vmidOf('app'))['ipconfig0']).toBe('ip=192.0.2.30/24,gw=192.0.2.1');
    expect(configOf(vmidOf('app'))['net0']).toContain('bridge=vmbr0');
    expect(proxmox.world.guest(vmidOf('ct'))).toMatchObject({ kind: 'lxc', node: `${clusterName}-02` });
    expect(configOf(vmidOf('ct'))).toMatchObject({ hostname: named('ct'), cores: 1, memory: 1024 });
    expect(configOf(vmidOf('ct'))['rootfs']).toContain('size=4G');
    expect(configOf(100)).toMatchObject({ cores: 4, memory: '2048' });
    expect(configOf(101)['scsi0']).toContain('size=16G');
    expect(configOf(101)['net0']).toContain('tag=50');
    expect(configOf(101)['tags']).toBe(named('blue'));

    const stamped = await vmNamed(named('app'));
    expect(stamped['custom_fields']).toMatchObject({ proxmox_vm_id: vmidOf('app'), proxbox_last_apply_run_id: run.id });
    const journal = await rows(`extras/journal-entries/?assigned_object_id=${app.id}&limit=100`);
    expect(journal.filter(({ comments }) => String(comments).includes('intent_create_qemu'))).toHaveLength(1);

    // What was made was reflected with the run: the two new virtual machines are the very ones that asked for their guests.
    watched.writes();
    const sync = await world.sync();
    expect(sync).toMatchObject({ state: 'completed' });
    expect(await changesIn(sync)).toEqual([]);
    expect(watched.writes()).toEqual([]);
    expect((await vmNamed(named('app'))).id).toBe(app.id);
    expect((await vmNamed(named('ct'))).id).toBe(ct.id);
    expect(await rows(`${machines}/?cluster_id=${clusterId}&limit=100`)).toHaveLength(5);

    const plan = await world.api<IntentPlanView>('POST', '/intent/plan', { branch_id: branch.id }, { prefer: 'wait=60' });
    expect(plan.summary).toBe('Nothing to do: every guest is as it is wanted.');
    expect(plan.changes.map(({ op, vmid, fields, calls }) => ({ op, vmid, fields, calls }))).toEqual(
      expect.arrayContaining(
        [vmidOf('app'), vmidOf('ct'), 100, 101].map(vmid => ({ op: 'update', vmid, fields: [], calls: [] })),
      ),
    );
    expect(plan.changes).toHaveLength(4);
  });

  test('is reverted without anything being undone in Proxmox', async () => {
    const [{ id } = { id: 0 }] = made;
    const [before, known] = [writes(), (await applies()).length];
    expect((await person.post(`${branches}/${id}/revert/`, { commit: true })).status).toBe(200);
    await branchIn(id, 'ready');
    const { outcome } = await eventually(async () => {
      const { events } = await world.api<{ events: { kind: string; outcome: string }[] }>('GET', `/intent/plan-summary/${id}`);
      return events.find(({ kind }) => kind === 'reverted');
    });
    expect(outcome).toContain('Nothing is undone in Proxmox by itself');
    expect(await applies()).toHaveLength(known);
    expect(writes()).toBe(before);
  });
});
