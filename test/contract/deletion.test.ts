import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { DeletionView } from '../../api/deletion/schema';
import { isFinal } from '../../domain/deletion/states';
import { INTENT_PHRASE } from '../../domain/settings/intent-switch';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';
import { startMerging, type Merging } from '../workflows/deletion/support/merging';
import { personIn, type Person } from '../workflows/deletion/support/person';
import { vm } from '../workflows/reflection/support/guests';
import { rawApi, type RawApi, type Row } from './netbox/support/api';
import { eventually, valueOf } from './netbox/support/branching';
import { branchingTargets, type RunningNetBox } from './netbox/support/targets';
import { confirmed, removeCluster } from './support/shared-netbox';

/** A guest whose virtual machine a merged branch deletes, to its end and back: the simulator's NetBox, and the real one that the environment names. */

jest.setTimeout(600_000);

const requests = '/intent/deletion-requests';

describe.each(branchingTargets)('a delete that is merged in $name', ({ start }) => {
  const mark = Date.now().toString(36);
  const clusterName = `deletion-${mark}`;
  const named = (word: string): string => `${word}-${mark}`;
  /** Of nobody else, whoever uses this NetBox as well. */
  const network = `10.${100 + (Date.now() % 100)}.${Math.floor(Date.now() / 100) % 250}`;
  const guests = { old: { vmid: 100, address: `${network}.100/24` }, kept: { vmid: 101, address: `${network}.101/24` } };
  let netbox: RunningNetBox;
  let admin: RawApi;
  let proxmox: ProxmoxSimulator;
  let world: SyncWorld;
  let merging: Merging;
  let requester: Person;
  let approver: Person;
  let clusterId: number;
  let endpointId: string;
  const made: { path: string; id: number }[] = [];

  beforeAll(async () => {
    netbox = await start();
    admin = rawApi(netbox.url, netbox.token);
    proxmox = await startProxmoxSimulator({ world: { guests: 0, nodes: 2, clusterName, seed: mark } });
    for (const [word, { vmid, address }] of Object.entries(guests)) {
      proxmox.world.createGuest(
        vm(vmid, named(word), { nics: [{ mac: `0${vmid - 99}:77`, ips: [address] }], config: { tags: 'keep' } }),
      );
    }
    world = await startSyncWorld(netbox, {
      PROXBOX_INTENT_WATCH_SECONDS: '1',
      PROXBOX_PLAN_CHANGE_LIMIT_PERCENT: '100',
      PROXBOX_PROXMOX_SETTLE_SECONDS: '2',
      PROXBOX_DELETION_BACKUP_POLICY: 'none',
      PROXBOX_DELETION_LOOK_SECONDS: '1',
    });
    ({ id: endpointId } = await world.addEndpoint(clusterName, proxmox));
    const { tokenId: principal, secret } = proxmox.tokens.full;
    const write = { allowWrites: true, credentials: { write: { kind: 'token', principal, secret } } };
    await world.api('PATCH', `/endpoints/${endpointId}`, write, { 'if-match': '*' });
    await world.startWorker();
    expect(await confirmed(world, await world.sync())).toMatchObject({ state: 'completed' });
    for (const { vmid } of Object.values(guests)) proxmox.world.changeGuest(vmid, { power: 'stopped' });
    expect(await world.sync()).toMatchObject({ state: 'completed' });

    requester = await personIn(world, 'requester', 'view', 'intent_delete_vm', 'authorize_deletion_request');
    approver = await personIn(world, 'approver', 'view', 'authorize_deletion_request');
    await world.api('PUT', `/users/${requester.id}/netbox-link`, { netboxUsername: 'admin' }, { 'if-match': '*' });
    const phrase = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: INTENT_PHRASE };
    await world.api('PATCH', '/settings', phrase, { 'if-match': '*' });
    merging = await startMerging(world, admin);
    clusterId = (await merging.rows(`virtualization/clusters/?name=${clusterName}`))[0]?.id ?? 0;
  });
  afterAll(async () => {
    await world?.stop();
    await proxmox?.close();
    for (const { address } of Object.values(guests))
      for (const { id } of await merging.rows(`ipam/ip-addresses/?address=${address}`))
        await admin.delete(`ipam/ip-addresses/${id}/`);
    if (clusterId) await removeCluster(netbox, clusterId);
    for (const { path, id } of made.reverse()) await admin.delete(`${path}/${id}/`);
    await netbox?.close();
  });

  const addressesOf = (word: keyof typeof guests): Promise<Row[]> =>
    merging.rows(`ipam/ip-addresses/?address=${guests[word].address}`);
  const show = async (id: string): Promise<DeletionView> => (await approver.api<DeletionView>('GET', `${requests}/${id}`)).body;
  const until = (id: string, ready: (request: DeletionView) => boolean): Promise<DeletionView> =>
    eventually(async () => {
      const request = await show(id);
      return ready(request) ? request : undefined;
    });
  const closed = async (id: string): Promise<DeletionView> => {
    await eventually(async () => {
      const { rowCount } = await world.database.pool.query(
        'select from deletion_request where id = $1 and closed_at is not null',
        [id],
      );
      return rowCount === 1 ? true : undefined;
    });
    return show(id);
  };
  const open = async (word: keyof typeof guests): Promise<DeletionView> => {
    const { branch, run } = await merging.mergeDelete([named(word)]);
    made.push({ path: 'plugins/branching/branches', id: branch.id });
    return until(await merging.requestOf(run, named(word)), ({ state, digest }) => isFinal(state) || digest !== null);
  };
  const tagsOf = (vmid: number): string[] =>
    String(proxmox.world.guest(vmid).config['tags'] ?? '')
      .split(/[;,]/)
      .sort();
  const deletes = (vmid: number): unknown[] =>
    proxmox.requests.list().filter(({ method, path }) => method === 'DELETE' && path.endsWith(`/qemu/${vmid}`));

  /** What the audit chain of a request says was refused. */
  async function refusalsOf(id: string): Promise<string[]> {
    const { items } = await eventually(async () => {
      const rows = await world.api<{
        items: { action: string; result: string | null; reason: string | null; actor: { name: string } }[];
      }>('GET', `/audit?objectType=deletion-request&objectId=${id}&limit=200`);
      return rows.items.filter(({ action }) => action === 'deletion.unknown-code').length === 2 ? rows : undefined;
    });
    return items
      .filter(({ result }) => result === 'refused')
      .map(({ action, reason, actor }) =>
        action === 'deletion.approve'
          ? `${action} by ${actor.name}: ${reason?.split(':')[0] ?? ''}`
          : `${action} by ${actor.name}`,
      )
      .sort();
  }

  test('waits for somebody else, who alone gets past page, API, command and Temporal; then the guest is destroyed once', async () => {
    const request = await open('old');
    expect(request).toMatchObject({ state: 'pending', source: 'branch', requestedBy: [{ name: 'requester', how: 'merged' }] });
    expect(tagsOf(100)).toEqual(['keep', 'proxbox-pending-deletion']);
    expect(await addressesOf('old')).toMatchObject([{ assigned_object: null, description: expect.stringContaining(request.id) }]);
    expect((await addressesOf('old')).map(({ status }) => valueOf(status))).toEqual(['reserved']);

    const { id, digest, name, version } = request;
    const approval = { digest, name };
    const match = { 'if-match': `"${version}"` };
    expect(await requester.api('POST', `${requests}/${id}/approve`, approval, match)).toMatchObject({
      status: 403,
      body: { code: 'own-request' },
    });
    const form = { version: String(version), digest: digest ?? '', name: name ?? '' };
    expect((await requester.visitor.post(`/ui/deletions/${id}/approve`, form)).status).toBe(403);
    expect(await requester.command('approve', id, '--confirm', name ?? '')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Somebody else must decide'),
    });
    expect(await requester.api('POST', `${requests}/${id}/code`, { ...approval, verdict: 'approve' }, match)).toMatchObject({
      status: 403,
    });
    const workflow = world.client.workflow.getHandle(`deletion/${endpointId}/100`);
    for (const code of ['0'.repeat(32), 'approve']) {
      await expect(workflow.executeUpdate('approve', { args: [code] })).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
      await workflow.signal('approve', code);
    }
    expect(await show(id)).toMatchObject({ state: 'pending', decisions: [] });
    expect(deletes(100)).toEqual([]);
    // Page, API, command and code as the requester's; the Update and the Signal with a code that is none as nobody's.
    expect(await refusalsOf(id)).toEqual([
      ...Array<string>(4).fill('deletion.approve by requester: own-request'),
      ...Array<string>(2).fill('deletion.unknown-code by unknown'),
    ]);
    const page = await requester.visitor.get(`/ui/deletions/${id}`);
    expect(page.text).toMatch(
      /Audit rows of this request.*unknown deletion\.unknown-code.*requester deletion\.approve refused: own-request/,
    );

    expect((await approver.command('approve', id, '--confirm', name ?? '', '--wait')).code).toBe(0);
    const ended = await closed(id);
    expect(ended).toMatchObject({
      state: 'destroyed',
      receipt: { requestedBy: ['requester'], approvedBy: ['approver'], config: { name: named('old') } },
    });
    expect(ended.receipt?.['netbox']).toContainEqual(expect.objectContaining({ objectType: 'ipam.ipaddress' }));
    expect(deletes(100)).toHaveLength(1);
    expect(() => proxmox.world.guest(100)).toThrow();
    expect(await addressesOf('old')).toEqual([]);
    expect(await merging.rows(`virtualization/virtual-machines/?name=${named('old')}`)).toEqual([]);
    const journal = await merging.rows(`extras/journal-entries/?assigned_object_id=${clusterId}`);
    expect(journal.filter(({ comments }) => String(comments).includes(id))).toHaveLength(1);
    expect(await world.sync()).toMatchObject({ state: 'completed' });
  });

  test('comes back as it was when it is rejected, and no address was free in between', async () => {
    const make = async (path: string, values: Record<string, unknown>): Promise<number> => {
      const answer = await admin.post(`${path}/`, values);
      if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
      made.push({ path, id: answer.row().id });
      return answer.row().id;
    };
    const tenant = await make('tenancy/tenants', { name: named('tenant'), slug: named('tenant') });
    const tag = await make('extras/tags', { name: named('tag'), slug: named('tag') });
    const before = await merging.vmNamed(named('kept'));
    const tags = Array.isArray(before['tags']) ? before['tags'].map((each: Row) => each.id) : [];
    const said = { tenant, tags: [...tags, tag], comments: 'by hand', serial: 'S1', description: 'of accounting' };
    expect((await admin.patch(`virtualization/virtual-machines/${before.id}/`, said)).status).toBe(200);
    const [address] = await addressesOf('kept');
    await admin.patch(`ipam/ip-addresses/${address?.id}/`, { tenant, description: 'of the web', dns_name: 'web.example.org' });
    const portrait = await merging.portrait(named('kept'));
    expect(portrait).toMatchObject({ vm: { tenant: { name: named('tenant') }, primary_ip4: { address: guests.kept.address } } });

    const { id } = await open('kept');
    let isFree = false;
    let watching = true;
    const watch = (async () => {
      while (watching) isFree = (await addressesOf('kept')).length === 0 || isFree;
    })();
    expect(await world.sync()).toMatchObject({ state: 'completed' });
    expect(await merging.rows(`virtualization/virtual-machines/?name=${named('kept')}`)).toEqual([]);
    const rejected = await approver.command('reject', id, '--reason', 'accounting uses it');
    expect(rejected.code).toBe(0);
    expect(await closed(id)).toMatchObject({
      state: 'rejected',
      lost: expect.not.arrayContaining([expect.objectContaining({ state: 'missing' })]),
    });
    watching = false;
    await watch;
    expect(isFree).toBe(false);
    expect(await merging.portrait(named('kept'))).toEqual(portrait);
    expect(tagsOf(101)).toEqual(['keep']);
    expect(proxmox.world.guest(101)).toMatchObject({ power: 'stopped' });
    expect(deletes(101)).toEqual([]);
    const sync = await world.sync();
    expect(sync).toMatchObject({ state: 'completed' });
    const { items } = await world.api<{ items: { action: string }[] }>('GET', `/runs/${sync.id}/plan`);
    expect(items.filter(({ action }) => action !== 'link')).toEqual([]);
    expect(await merging.portrait(named('kept'))).toEqual(portrait);
  });
});
