import type { IntentPlanView } from '../../../api/intent/schema';
import { INTENT_PHRASE } from '../../../domain/settings/intent-switch';
import { startNetBoxSimulator, type RunningNetBox } from '../../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../simulators/proxmox/simulator';
import { rawApi, type RawApi, type Row } from '../../contract/netbox/support/api';
import { branches, eventually, inside, valueOf } from '../../contract/netbox/support/branching';
import { startSyncWorld, type SyncWorld } from '../../support/sync-world';
import { vm } from '../reflection/support/guests';
import type { IntentRun } from './support/intent-lab';

jest.setTimeout(180_000);

const machines = 'virtualization/virtual-machines';

interface Installation {
  world: SyncWorld;
  proxmox: ProxmoxSimulator;
}

let netbox: RunningNetBox;
let person: RawApi;
let east: Installation;
let west: Installation;

beforeAll(async () => {
  netbox = await startNetBoxSimulator({ branching: true });
  person = rawApi(netbox.url, netbox.token);
  east = await install('east', 100);
  west = await install('west', 200);
}, 180_000);
afterAll(async () => {
  for (const installation of [east, west]) {
    await installation?.world.stop();
    await installation?.proxmox.close();
  }
  await netbox?.close();
});

async function install(name: string, vmid: number): Promise<Installation> {
  const proxmox = await startProxmoxSimulator({ world: { guests: 0, nodes: 1, clusterName: name, seed: name } });
  proxmox.world.createGuest(
    vm(900, `golden-${name}`, { power: 'stopped', config: { template: 1, scsi0: 'ceph:base-900-disk-0,size=4G' } }),
  );
  proxmox.world.createGuest(vm(vmid, `of-${name}`, { power: 'stopped' }));
  const world = await startSyncWorld(netbox, {
    PROXBOX_INTENT_WATCH_SECONDS: '1',
    PROXBOX_PROXMOX_SETTLE_SECONDS: '2',
    PROXBOX_PLAN_CHANGE_LIMIT_PERCENT: '100',
  });
  const { id } = await world.addEndpoint(name, proxmox);
  const { tokenId: principal, secret } = proxmox.tokens.full;
  const write = { allowWrites: true, credentials: { write: { kind: 'token', principal, secret } } };
  await world.api('PATCH', `/endpoints/${id}`, write, { 'if-match': '*' });
  await world.startWorker();
  const first = await world.sync();
  // Where NetBox is not empty, a person looks at the first plan.
  if (first.state === 'awaiting_confirmation') {
    const child = first.children?.[0]?.id ?? '';
    const { planDigest } = await world.api<{ planDigest: string }>('GET', `/runs/${child}`);
    const { id: confirmed } = await world.api<{ id: string }>('POST', `/runs/${child}/confirm`, { planDigest });
    expect((await world.awaitRun(confirmed)).state).toBe('completed');
  }
  const merger = await world.api<{ id: string }>('POST', '/users', { username: 'merger' });
  await world.api('POST', '/roles', { name: 'mergers', permissions: ['view', 'intent_create_vm', 'intent_update_vm'] });
  await world.api('POST', `/users/${merger.id}/roles`, { role: 'mergers' });
  await world.api('PUT', `/users/${merger.id}/netbox-link`, { netboxUsername: 'admin' }, { 'if-match': '*' });
  const phrase = { netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: INTENT_PHRASE };
  await world.api('PATCH', '/settings', phrase, { 'if-match': '*' });
  await eventually(async () => {
    const { rowCount } = await world.database.pool.query('select from branch_watch where first_event is not null');
    const fields = (await person.get('extras/custom-fields/?name=apply_to_proxmox')).rows();
    return rowCount === 1 && fields.length === 1 ? true : undefined;
  });
  return { world, proxmox };
}

const vmNamed = async (name: string): Promise<Row> => {
  const [row] = (await person.get(`${machines}/?name=${name}`)).rows();
  if (!row) throw new Error(`NetBox has no ${name}`);
  return row;
};

async function runOf({ world }: Installation): Promise<{ run: IntentRun; plan: IntentPlanView }> {
  const id = await eventually(async () => {
    const { items } = await world.api<{ items: { id: string }[] }>('GET', '/runs?kind=intent-apply');
    return items[0]?.id;
  });
  await world.awaitRun(id);
  const run = await world.api<IntentRun>('GET', `/runs/${id}`);
  return { run, plan: await world.api('GET', run.intent.planUrl) };
}

test('two installations at one NetBox apply a merged branch each to its own guests, and leave those of the other alone', async () => {
  const { id } = (await person.post(`${branches}/`, { name: 'both', custom_fields: { apply_to_proxmox: true } })).row();
  const branch = await eventually(async () => {
    const found = (await person.get(`${branches}/${id}/`)).row();
    return valueOf(found['status']) === 'ready' ? found : undefined;
  });
  for (const name of ['east', 'west']) {
    const shown = await vmNamed(`of-${name}`);
    expect((await person.patch(`${machines}/${shown.id}/`, { memory: 3072 }, inside(branch))).status).toBe(200);
    const [nic] = (await person.get(`virtualization/interfaces/?virtual_machine_id=${shown.id}`)).rows();
    expect((await person.patch(`virtualization/interfaces/${nic?.id}/`, { mtu: 1400 }, inside(branch))).status).toBe(200);
    const { id: cluster } = shown['cluster'] as { id: number };
    const values = { name: `new-in-${name}`, cluster, memory: 1024, vcpus: 1, custom_fields: { proxmox_template_vmid: 900 } };
    expect((await person.post(`${machines}/`, values, inside(branch))).status).toBe(201);
  }
  expect((await person.post(`${branches}/${id}/merge/`, { commit: true })).status).toBe(200);

  for (const [installation, name, other, vmid] of [
    [east, 'east', 'west', 100],
    [west, 'west', 'east', 200],
  ] as const) {
    const { run, plan } = await runOf(installation);
    expect(run.state).toBe('completed');
    expect(run.intent.results.map(result => [result.name, result.state])).toEqual([
      [`of-${name}`, 'applied'],
      [`new-in-${name}`, 'applied'],
    ]);
    expect(plan.problems.map(({ place }) => place).sort()).toEqual([
      `virtualization.virtualmachine new-in-${other}`,
      `virtualization.virtualmachine of-${other}`,
    ]);
    const guests = installation.proxmox.world.truth().guests.map(guest => guest.name);
    expect(guests.sort()).toEqual([`golden-${name}`, `new-in-${name}`, `of-${name}`]);
    expect(Number(installation.proxmox.world.guest(vmid).config['memory'])).toBe(3072);
  }
  for (const name of ['of-east', 'of-west', 'new-in-east', 'new-in-west']) {
    const shown = await vmNamed(name);
    expect(shown['custom_fields']).toMatchObject({ proxbox_intent_state: { value: 'applied' } });
    const entries = (await person.get(`extras/journal-entries/?assigned_object_id=${shown.id}`)).rows();
    expect(entries.filter(entry => String(entry['comments']).includes('intent_'))).toHaveLength(1);
  }
});
