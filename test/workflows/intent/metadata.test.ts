import type { Row } from '../../contract/netbox/support/api';
import { branches, eventually, inside, valueOf } from '../../contract/netbox/support/branching';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, type IntentLab, type IntentRun } from './support/intent-lab';

jest.setTimeout(180_000);

const machines = 'virtualization/virtual-machines';
const policy = {
  intent_storage: 'ceph',
  intent_bridge: 'vmbr0',
  embed_description_metadata: true,
  parse_description_metadata: true,
};

let lab: IntentLab;
let cluster: Cluster;
let tenant: Row;
let platform: Row;

beforeAll(async () => {
  lab = await startIntentLab({ netbox: { branching: true }, env: { PROXBOX_INTENT_WATCH_SECONDS: '1' } });
  const { world, person } = lab;
  tenant = (await person.post('tenancy/tenants/', { name: 'Customer', slug: 'customer' })).row();
  platform = (await person.post('dcim/platforms/', { name: 'Debian', slug: 'debian' })).row();
  const block = (ids: Record<string, number>) => `Hand made\n\n\`\`\`netbox-metadata\n${JSON.stringify(ids)}\n\`\`\``;
  cluster = await lab.writable(
    'tau',
    [
      vm(100, 'web', { power: 'stopped', config: { description: 'Front end' } }),
      vm(101, 'described', { config: { description: block({ tenant: tenant.id, platform: 4711, device: 4712 }) } }),
    ],
    { fields: { policy } },
  );
  const merger = await world.api<{ id: string }>('POST', '/users', { username: 'merger' });
  await world.api('POST', '/roles', { name: 'mergers', permissions: ['view', 'intent_create_vm', 'intent_update_vm'] });
  await world.api('POST', `/users/${merger.id}/roles`, { role: 'mergers' });
  await world.api('PUT', `/users/${merger.id}/netbox-link`, { netboxUsername: 'admin' }, { 'if-match': '*' });
  await lab.switchIntent(true);
  await eventually(async () =>
    (await person.get('extras/custom-fields/?name=apply_to_proxmox')).rows().length === 1 ? true : undefined,
  );
});
afterAll(() => lab.stop());

const branchIs = (id: number, status: string): Promise<Row> =>
  eventually(async () => {
    const branch = (await lab.person.get(`${branches}/${id}/`)).row();
    return valueOf(branch['status']) === status ? branch : undefined;
  });
const applies = async (): Promise<IntentRun[]> =>
  (await lab.world.api<{ items: IntentRun[] }>('GET', '/runs?kind=intent-apply&limit=100')).items;

/** Changes NetBox in a branch, merges it, and waits for what that makes of Proxmox. */
async function merged(name: string, work: (headers: Record<string, string>) => Promise<{ status: number }>): Promise<IntentRun> {
  const known = (await applies()).length;
  const { id } = (await lab.person.post(`${branches}/`, { name, custom_fields: { apply_to_proxmox: true } })).row();
  expect((await work(inside(await branchIs(id, 'ready')))).status).toBeLessThan(300);
  expect((await lab.person.post(`${branches}/${id}/merge/`, { commit: true })).status).toBe(200);
  const run = await eventually(async () => {
    const items = await applies();
    return items.length > known ? items[0] : undefined;
  });
  await lab.world.awaitRun(run.id);
  return lab.runOf(run.id);
}
const notesOf = (vmid: number): string => String(cluster.proxmox.world.guest(vmid).config['description']);
const tenantOf = (row: Row): unknown => (row['tenant'] as Row | null)?.id ?? null;

test('ids that a description names are shown where NetBox says nothing, those that there are, and are none of its words', async () => {
  const row = await lab.vmNamed('described');
  expect({ tenant: tenantOf(row), platform: row['platform'] ?? null }).toEqual({ tenant: tenant.id, platform: null });
  expect(row).toMatchObject({ description: 'Hand made', comments: '' });
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed', writes: [] });
});

test('a tenant that is given in a branch stands in the description; a sync then writes nothing, and the next plan does nothing', async () => {
  const { id } = await lab.vmNamed('web');
  const run = await merged('a tenant', headers =>
    lab.person.patch(`${machines}/${id}/`, { tenant: tenant.id, platform: platform.id }, headers),
  );
  expect(run.intent.results).toMatchObject([{ state: 'applied' }]);
  const block = JSON.stringify({ platform: platform.id, tenant: tenant.id }, null, 2);
  expect(notesOf(100)).toBe(`Front end\n\n\`\`\`netbox-metadata\n${block}\n\`\`\``);
  expect(await lab.vmNamed('web')).toMatchObject({ description: 'Front end', comments: '' });
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed', writes: [] });
});

test('what NetBox says is not changed by a description, and what was taken away there is taken out of it', async () => {
  const other = (await lab.person.post('tenancy/tenants/', { name: 'Other', slug: 'other' })).row();
  const web = await lab.vmNamed('web');
  expect((await lab.person.patch(`${machines}/${web.id}/`, { tenant: other.id })).status).toBe(200);
  await lab.sync(cluster);
  expect(tenantOf(await lab.vmNamed('web'))).toBe(other.id);

  const run = await merged('no tenant', headers => lab.person.patch(`${machines}/${web.id}/`, { tenant: null }, headers));
  expect(run.intent.results).toMatchObject([{ state: 'applied' }]);
  expect(notesOf(100)).not.toContain('tenant');
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed', writes: [] });
  expect(tenantOf(await lab.vmNamed('web'))).toBeNull();
});

test('a guest that is made in a branch is born with the ids of its virtual machine', async () => {
  const { cluster: shown } = await lab.vmNamed('web');
  const values = {
    name: 'born',
    cluster: (shown as Row).id,
    memory: 512,
    vcpus: 1,
    tenant: tenant.id,
    custom_fields: { proxmox_node: 'tau-01' },
  };
  const run = await merged('a birth', headers => lab.person.post(`${machines}/`, values, headers));
  expect(run.intent.results).toMatchObject([{ state: 'applied', op: 'create' }]);
  const block = /```netbox-metadata\n([\s\S]*?)\n```/.exec(notesOf(run.intent.results[0]?.vmid ?? 0))?.[1] ?? '{}';
  expect(JSON.parse(block)).toMatchObject({ tenant: tenant.id, cluster: (shown as Row).id });
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed', writes: [] });
});
