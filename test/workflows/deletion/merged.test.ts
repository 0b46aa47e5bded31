import { rawApi, type Row } from '../../contract/netbox/support/api';
import { eventually, valueOf } from '../../contract/netbox/support/branching';
import { startProgram } from '../../support/child-program';
import { ipOf, vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { rolesOfRequester, startDeletionLab, type DeletionLab } from './support/deletion-lab';
import { machines, startMerging, type Merging } from './support/merging';

jest.setTimeout(120_000);

let lab: DeletionLab;
let cluster: Cluster;
let netbox: Merging;

const vmids = [100, 101, 102, 103, 104, 105, 106, 107] as const;
const named = (vmid: number): string => `vm-${vmid}`;

beforeAll(async () => {
  lab = await startDeletionLab({ PROXBOX_INTENT_WATCH_SECONDS: '1' }, { branching: true });
  cluster = await lab.writable(
    'mu',
    vmids.map(vmid => vm(vmid, named(vmid), { config: { tags: 'keep' } })),
  );
  for (const vmid of vmids) cluster.proxmox.world.changeGuest(vmid, { power: 'stopped' });
  await lab.sync(cluster);
  netbox = await startMerging(lab.world, lab.person);
});
beforeEach(() => mergesAs(lab.requester.id));
afterAll(() => lab.stop());

/** Whoever merges is NetBox's `admin`: this person, or none of ours. */
async function mergesAs(id: string | null): Promise<void> {
  await lab.world.database.pool.query('update app_user set netbox_username = null');
  if (id !== null) await lab.world.database.pool.query(`update app_user set netbox_username = 'admin' where id = $1`, [id]);
}

const addressesOf = (vmid: number): Promise<Row[]> => netbox.rows(`ipam/ip-addresses/?address=${ipOf(vmid)}`);
const tagsOf = (vmid: number): string => String(cluster.proxmox.world.guest(vmid).config['tags'] ?? '').trim();
const deletesOf = (vmid: number): string[] => lab.deletes(cluster).filter(call => call.includes(`/${vmid} `));

/** What a person adds to a virtual machine, which must come back with it. */
async function embellish(vmid: number): Promise<void> {
  const made = async (path: string, values: Record<string, unknown>): Promise<number> =>
    (await lab.person.post(`${path}/`, values)).row().id;
  const tenant = await made('tenancy/tenants', { name: `tenant of ${vmid}`, slug: `tenant-${vmid}` });
  const platform = await made('dcim/platforms', { name: `platform of ${vmid}`, slug: `platform-${vmid}` });
  const tag = await made('extras/tags', { name: `Tag of ${vmid}`, slug: `tag-${vmid}` });
  const { id, tags } = await netbox.vmNamed(named(vmid));
  const values = { tenant, platform, serial: 'S1', comments: 'by hand', tags: [...(tags as Row[]).map(each => each.id), tag] };
  await lab.person.patch(`${machines}/${id}/`, values);
  const [nic] = await netbox.rows(`virtualization/interfaces/?virtual_machine_id=${id}`);
  await lab.person.patch(`virtualization/interfaces/${nic?.id}/`, { description: 'uplink' });
  const [address] = await addressesOf(vmid);
  await lab.person.patch(`ipam/ip-addresses/${address?.id}/`, { description: 'of the web', tenant });
}

test('a merged delete becomes a request; the guest stays as it is, its addresses are reserved, and no sync brings the machine back', async () => {
  await embellish(100);
  const before = await netbox.portrait(named(100));
  const { id: formerId } = await netbox.vmNamed(named(100));
  const { run } = await netbox.mergeDelete([named(100)]);
  expect(run.intent.results).toMatchObject([{ op: 'delete', state: 'deletion_requested', status: 'delete-pending-approval' }]);
  const id = await netbox.requestOf(run, named(100));
  const opened = await lab.until(id, 'pending');
  expect(opened).toMatchObject({
    state: 'pending',
    source: 'branch',
    name: named(100),
    reason: expect.stringMatching(/branch delete .*requester merged.*no longer needed/),
    requestedBy: [{ name: 'requester', known: true, how: 'merged' }],
    snapshot: { netbox: { vm: { name: named(100), serial: 'S1' } } },
  });
  expect(tagsOf(100).split(/[;,]/).sort()).toEqual(['keep', 'proxbox-pending-deletion']);
  expect(cluster.proxmox.world.guest(100)).toMatchObject({ power: 'stopped' });
  const [reserved, ...others] = await addressesOf(100);
  expect(others).toEqual([]);
  expect(valueOf(reserved?.['status'])).toBe('reserved');
  expect(reserved).toMatchObject({
    assigned_object: null,
    description: expect.stringContaining(id),
    tenant: { name: 'tenant of 100' },
  });

  cluster.proxmox.world.createGuest(vm(190, 'thief', { nics: [{ mac: '01:90', ips: [ipOf(100)] }] }));
  const sync = await lab.sync(cluster);
  expect(sync.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['deletion-undecided', 'ip-conflict']));
  expect(await netbox.rows(`${machines}/?name=${named(100)}`)).toEqual([]);
  expect(await addressesOf(100)).toEqual([reserved]);
  cluster.proxmox.world.destroyGuest(190);

  expect((await lab.decide(lab.requester, id, 'approve')).status).toBe(403);
  expect((await lab.decide(lab.approver, id, 'reject', { reason: 'still in use' })).status).toBe(200);
  const ended = await lab.closed(id);
  expect(ended).toMatchObject({ state: 'rejected' });
  expect(await netbox.portrait(named(100))).toEqual(before);
  expect(tagsOf(100)).toBe('keep');
  const now = await netbox.vmNamed(named(100));
  expect(now.id).not.toBe(formerId);
  expect(ended.lost).toContainEqual(
    expect.objectContaining({ type: 'virtualization.virtualmachine', was: formerId, is: now.id, state: 'restored' }),
  );
  const journal = await netbox.rows(`extras/journal-entries/?assigned_object_id=${now.id}`);
  expect(journal.filter(({ comments }) => String(comments).includes(`former_id: ${formerId}`))).toHaveLength(1);
  expect((await lab.sync(cluster)).writes).toEqual([]);
  expect(await netbox.portrait(named(100))).toEqual(before);
});

test('an approved one is destroyed once: addresses free, journal of the cluster, and a receipt with what NetBox had', async () => {
  const { run } = await netbox.mergeDelete([named(101)]);
  const id = await netbox.requestOf(run, named(101));
  await lab.until(id, 'pending');
  expect((await addressesOf(101)).map(({ status }) => valueOf(status))).toEqual(['reserved']);
  expect((await lab.decide(lab.approver, id, 'approve')).status).toBe(200);
  const ended = await lab.closed(id);
  expect(ended).toMatchObject({ state: 'destroyed', receipt: { approvedBy: ['approver'], requestedBy: ['requester'] } });
  expect(ended.receipt?.['netbox']).toContainEqual(
    expect.objectContaining({
      objectType: 'virtualization.virtualmachine',
      original: expect.objectContaining({ name: named(101) }),
    }),
  );
  expect(deletesOf(101)).toHaveLength(1);
  expect(await addressesOf(101)).toEqual([]);
  expect(await netbox.rows(`${machines}/?name=${named(101)}`)).toEqual([]);
  const [{ id: clusterId } = { id: 0 }] = await netbox.rows('virtualization/clusters/?name=mu');
  const journal = await netbox.rows(`extras/journal-entries/?assigned_object_id=${clusterId}`);
  expect(journal.filter(({ comments }) => String(comments).includes(id))).toHaveLength(1);
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed' });
});

test('a request of somebody who is none of our users waits until a permitted person adopts it, and thereby asks', async () => {
  await mergesAs(null);
  const { run } = await netbox.mergeDelete([named(102)]);
  const id = await netbox.requestOf(run, named(102));
  expect(await lab.until(id, 'needs_requester')).toMatchObject({
    requestedBy: [{ name: 'netbox:admin', known: false, how: 'merged' }],
  });
  expect((await addressesOf(102)).map(({ status }) => valueOf(status))).toEqual(['reserved']);
  expect((await lab.decide(lab.approver, id, 'approve')).status).toBe(403);
  expect((await lab.approver.say('POST', `/${id}/adopt`)).status).toBe(403);
  expect((await lab.requester.say('POST', `/${id}/adopt`)).status).toBe(200);
  expect((await lab.decide(lab.requester, id, 'approve')).status).toBe(403);
  expect((await lab.decide(lab.approver, id, 'approve')).status).toBe(200);
  expect(await lab.closed(id)).toMatchObject({ state: 'destroyed' });
});

test('a merge joins the request that the guest has; the end brings back what it took', async () => {
  const before = await netbox.portrait(named(103));
  const asker = await lab.actor('asker', 'view', 'intent_delete_vm');
  const { id } = await lab.ask(cluster, 103, asker);
  const { run } = await netbox.mergeDelete([named(103)]);
  expect(await netbox.requestOf(run, named(103))).toBe(id);
  expect((await lab.show(id)).requestedBy.map(({ name, how }) => [name, how])).toEqual([
    ['asker', 'asked'],
    ['requester', 'merged'],
  ]);
  expect((await addressesOf(103)).map(({ status }) => valueOf(status))).toEqual(['reserved']);
  expect((await lab.decide(asker, id, 'cancel')).status).toBe(200);
  expect(await lab.closed(id)).toMatchObject({ state: 'cancelled' });
  expect(await netbox.portrait(named(103))).toEqual(before);
});

test.each([
  ['no answer to the new virtual machine', 104, 'POST', `^/api/${machines}/`],
  ['no answer to the interface', 105, 'POST', '^/api/virtualization/interfaces/'],
  ['no answer to the address', 106, 'PATCH', '^/api/ipam/ip-addresses/'],
])('restoring goes on after %s, without doubles', async (_, vmid, method, pathPattern) => {
  const before = await netbox.portrait(named(vmid));
  const { run } = await netbox.mergeDelete([named(vmid)]);
  const id = await netbox.requestOf(run, named(vmid));
  await lab.until(id, 'pending');
  lab.netbox.simulator.faults.add({ match: { method, pathPattern }, when: 'after', action: { kind: 'reset' } });
  await lab.decide(lab.requester, id, 'cancel');
  expect(await lab.closed(id)).toMatchObject({ state: 'cancelled' });
  expect(lab.netbox.simulator.faults.list().map(({ fired }) => fired)).toEqual([1]);
  lab.netbox.simulator.faults.clear();
  expect(await netbox.portrait(named(vmid))).toEqual(before);
  expect(await addressesOf(vmid)).toHaveLength(1);
  expect((await lab.sync(cluster)).writes).toEqual([]);
});

test('what cannot come back is listed: a tenant that is gone, an address that somebody took', async () => {
  await embellish(103);
  const [tenant] = await netbox.rows('tenancy/tenants/?name=tenant of 103');
  const { run } = await netbox.mergeDelete([named(103)]);
  const id = await netbox.requestOf(run, named(103));
  await lab.until(id, 'pending');
  const [address] = await addressesOf(103);
  const other = await netbox.vmNamed(named(104));
  const [nic] = await netbox.rows(`virtualization/interfaces/?virtual_machine_id=${other.id}`);
  const taken = {
    assigned_object_type: 'virtualization.vminterface',
    assigned_object_id: nic?.id,
    status: 'active',
    tenant: null,
  };
  await lab.person.patch(`ipam/ip-addresses/${address?.id}/`, taken);
  expect((await lab.person.delete(`tenancy/tenants/${tenant?.id}/`)).status).toBe(204);
  await lab.decide(lab.requester, id, 'cancel');
  const { lost } = await lab.closed(id);
  expect(lost).toContainEqual(
    expect.objectContaining({ type: 'virtualization.virtualmachine', message: expect.stringContaining('tenant') }),
  );
  expect(lost).toContainEqual(
    expect.objectContaining({ type: 'ipam.ipaddress', message: expect.stringMatching(/[Dd]uplicate/) }),
  );
  expect(await netbox.vmNamed(named(103))).toMatchObject({ tenant: null, serial: 'S1' });
  await eventually(async () => ((await lab.sync(cluster)).state === 'completed' ? true : undefined));
});

test('a worker that is killed in the middle of restoring leaves the rest to the next one, without doubles', async () => {
  const before = await netbox.portrait(named(107));
  const { run } = await netbox.mergeDelete([named(107)]);
  const id = await netbox.requestOf(run, named(107));
  await lab.until(id, 'pending');
  await lab.world.stopWorker();
  const doomed = startProgram('test/workflows/crash/support/worker-program.ts', [], lab.world.environment);
  await doomed.nextLine();
  const match = { method: 'POST', pathPattern: '^/api/virtualization/interfaces/' };
  lab.netbox.simulator.faults.add({ match, when: 'after', action: { kind: 'hang', ms: 20_000 } });
  await lab.decide(lab.requester, id, 'cancel');
  await eventually(async () => (lab.netbox.simulator.faults.list()[0]?.fired === 1 ? true : undefined));
  await doomed.kill();
  lab.netbox.simulator.faults.clear();
  await lab.world.startWorker();
  expect(await lab.closed(id)).toMatchObject({ state: 'cancelled' });
  expect(await netbox.portrait(named(107))).toEqual(before);
  expect(await addressesOf(107)).toHaveLength(1);
  expect((await lab.sync(cluster)).writes).toEqual([]);
});

test('whoever deleted it in the branch is a requester, too, and approves it no more than whoever merged', async () => {
  const deleter = await lab.actor('deleter', ...rolesOfRequester, 'authorize_deletion_request');
  await lab.world.database.pool.query(`update app_user set netbox_username = 'deleter' where id = $1`, [deleter.id]);
  const own = lab.netbox.simulator.createUser({ username: 'deleter', superuser: true });
  const { run } = await netbox.mergeDelete([named(104)], undefined, rawApi(lab.netbox.url, own));
  const id = await netbox.requestOf(run, named(104));
  expect((await lab.until(id, 'pending')).requestedBy.map(({ name, how }) => [name, how])).toEqual([
    ['deleter', 'deleted'],
    ['requester', 'merged'],
  ]);
  expect(await lab.decide(deleter, id, 'approve')).toMatchObject({ status: 403, body: { code: 'own-request' } });
  await lab.decide(lab.requester, id, 'cancel');
  expect(await lab.closed(id)).toMatchObject({ state: 'cancelled' });
});

test.each([
  [105, 'cancelled'],
  [106, 'destroyed'],
])('an address of guest %i that somebody took into use meanwhile stays theirs when it is %s', async (vmid, state) => {
  const { run } = await netbox.mergeDelete([named(vmid)]);
  const id = await netbox.requestOf(run, named(vmid));
  await lab.until(id, 'pending');
  const [address] = await addressesOf(vmid);
  const other = await netbox.vmNamed(named(107));
  const [nic] = await netbox.rows(`virtualization/interfaces/?virtual_machine_id=${other.id}`);
  const taken = { assigned_object_type: 'virtualization.vminterface', assigned_object_id: nic?.id };
  expect((await lab.person.patch(`ipam/ip-addresses/${address?.id}/`, taken)).status).toBe(200);
  if (state === 'cancelled') await lab.decide(lab.requester, id, 'cancel');
  else await lab.decide(lab.approver, id, 'approve');
  expect(await lab.closed(id)).toMatchObject({ state });
  expect(await addressesOf(vmid)).toContainEqual(expect.objectContaining({ id: address?.id, assigned_object_id: nic?.id }));
});

test('a delete in a branch that does not say that it means to destroy makes no request', async () => {
  const { run } = await netbox.mergeDelete([named(105)], { apply_to_proxmox: true });
  expect(run.intent.results).toMatchObject([{ op: 'delete', deletionRequest: null }]);
  const open = await lab.world.database.pool.query('select from deletion_request where vmid = 105 and closed_at is null');
  expect(open.rowCount).toBe(0);
  expect(tagsOf(105)).toBe('keep');
});
