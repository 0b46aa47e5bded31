import { settingListView, type SettingListView, type SettingView } from '../../api/settings/schema';
import { settingNames } from '../../domain/settings/register';
import { addPerson } from './auth/support/people';
import { type Answer, type ApiServer, startApiServer } from './support/api-server';
import { createEndpoint, pointersOf, problemOf } from './support/shapes';

let server: ApiServer;
beforeEach(async () => {
  server = await startApiServer({ environment: { netbox_timeout: 60, overwrite_ip_tags: true } });
});
afterEach(() => server.stop());

/** Parsing shows, too, that an answer has every documented key and no other. */
const listOf = (answer: Answer): SettingListView => {
  expect(answer.status).toBe(200);
  return settingListView.parse(answer.body);
};
const settingOf = (answer: Answer, name: string): SettingView => {
  const found = listOf(answer).items.find(item => item.name === name);
  if (found === undefined) throw new Error(`${name} is not in the answer`);
  return found;
};
const change = (body: unknown, ifMatch = '"0"'): Promise<Answer> =>
  server.ask('PATCH', '/settings', { body, headers: { 'if-match': ifMatch } });
const stored = async (): Promise<Record<string, unknown>[]> =>
  (
    await server.database.pool.query<Record<string, unknown>>(
      'select name, value, version, updated_by from setting order by name',
    )
  ).rows;

describe('settings of the installation', () => {
  test('say what holds, who decided it, and what may be decided', async () => {
    const answer = await server.ask('GET', '/settings');
    expect(answer.headers.get('etag')).toBe('"0"');
    expect(listOf(answer).items.map(({ name }) => name)).toEqual(settingNames);
    expect(settingOf(answer, 'netbox_timeout')).toMatchObject({
      value: 60,
      origin: 'environment',
      environment: 60,
      global: null,
      default: 120,
      variable: 'PROXBOX_NETBOX_TIMEOUT',
      layers: ['environment', 'global'],
      unit: 'seconds',
      min: 1,
      max: 3_600,
      takesEffect: 'worker-start',
    });
    expect(settingOf(answer, 'primary_ip_preference')).toMatchObject({
      value: 'ipv4',
      origin: 'default',
      choices: ['ipv4', 'ipv6'],
      takesEffect: 'next-run',
    });
  });

  test('are changed one by one, and go back to what else says when they are null', async () => {
    const first = await change({ overwrite_vm_tags: false, interface_exclude_names: [], netbox_timeout: 30 });
    expect(first.headers.get('etag')).toBe('"1"');
    expect(settingOf(first, 'overwrite_vm_tags')).toMatchObject({ value: false, origin: 'global' });
    expect(settingOf(first, 'interface_exclude_names')).toMatchObject({ value: [], origin: 'global' });
    expect(settingOf(first, 'netbox_timeout')).toMatchObject({ value: 60, origin: 'environment', global: 30 });

    const second = await change({ overwrite_vm_tags: null }, '"1"');
    expect(second.headers.get('etag')).toBe('"2"');
    expect(settingOf(second, 'overwrite_vm_tags')).toMatchObject({ value: true, origin: 'default', global: null });
    expect(settingOf(second, 'interface_exclude_names')).toMatchObject({ origin: 'global' });
    expect(await stored()).toEqual([
      { name: 'interface_exclude_names', value: [], version: 1, updated_by: 'api-key:environment' },
      { name: 'netbox_timeout', value: 30, version: 1, updated_by: 'api-key:environment' },
      { name: 'overwrite_vm_tags', value: null, version: 2, updated_by: 'api-key:environment' },
    ]);
  });

  test('name every value that is wrong, and change nothing then', async () => {
    const answer = await change({
      netbox_timeout: 0,
      sync_templates: 'yes',
      primary_ip_preference: 'ipx',
      interface_exclude_names: ['lo', ''],
      plan_change_limit_percent: 12.5,
      overwrite_everything: true,
      bulk_batch_size: 100,
    });
    expect(problemOf(answer)).toMatchObject({ status: 422, code: 'invalid-body' });
    expect(pointersOf(answer).sort()).toEqual([
      '/interface_exclude_names/1',
      '/netbox_timeout',
      '/overwrite_everything',
      '/plan_change_limit_percent',
      '/primary_ip_preference',
      '/sync_templates',
    ]);
    expect(await stored()).toEqual([]);
  });

  test('are not changed over what somebody else changed', async () => {
    expect(problemOf(await server.ask('PATCH', '/settings', { body: {} })).code).toBe('if-match-required');
    const answers = await Promise.all([change({ sync_templates: false }), change({ sync_templates: false })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await stored()).toMatchObject([{ name: 'sync_templates', version: 1 }]);
  });

  test('let intent be switched on with the typed phrase only, and forget it when it is switched off', async () => {
    const pointer = '/netbox_to_proxmox_typed_confirmation';
    const phrase = 'allow-edit-and-add-actions';
    expect(pointersOf(await change({ netbox_to_proxmox_enabled: true }))).toEqual([pointer]);
    expect(pointersOf(await change({ netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: 'yes' }))).toEqual([
      pointer,
    ]);
    expect(pointersOf(await change({ netbox_to_proxmox_typed_confirmation: phrase }))).toEqual([pointer]);
    expect(await stored()).toEqual([]);

    const on = await change({ netbox_to_proxmox_enabled: true, netbox_to_proxmox_typed_confirmation: phrase });
    expect(settingOf(on, 'netbox_to_proxmox_enabled')).toMatchObject({ value: true, variable: null });
    const off = await change({ netbox_to_proxmox_enabled: false }, '"1"');
    expect(settingOf(off, 'netbox_to_proxmox_enabled').value).toBe(false);
    expect(settingOf(off, 'netbox_to_proxmox_typed_confirmation')).toMatchObject({ value: '', global: null });
    expect(pointersOf(await change({ netbox_to_proxmox_enabled: true }, '"2"'))).toEqual([pointer]);
  });
});

describe('settings of an endpoint', () => {
  test('say what the endpoint decides before the installation, and what the environment decides before both', async () => {
    const { id, version } = await createEndpoint(server, {
      policy: { overwrite_vm_tags: true, overwrite_ip_tags: false, sync_templates: false },
    });
    await change({ overwrite_vm_tags: false, overwrite_vm_role: false });
    const answer = await server.ask('GET', `/endpoints/${id}/settings`);

    expect(answer.headers.get('etag')).toBe(`"${version}"`);
    const of = (name: string) => settingOf(answer, name);
    expect(of('overwrite_vm_tags')).toMatchObject({ value: true, origin: 'endpoint', endpoint: true, global: false });
    expect(of('overwrite_vm_role')).toMatchObject({ value: false, origin: 'global', endpoint: null });
    expect(of('overwrite_ip_tags')).toMatchObject({ value: true, origin: 'environment', endpoint: false });
    expect(of('sync_templates')).toMatchObject({ value: false, origin: 'endpoint', default: true });
    expect(of('overwrite_device_role')).toMatchObject({ value: true, origin: 'default' });
  });

  test('are those of an endpoint that exists and that the caller may see', async () => {
    const [{ id }, other] = [await createEndpoint(server), await createEndpoint(server)];
    const person = await addPerson(server, { roles: [['viewer', id]] });
    expect((await person.ask('GET', `/endpoints/${id}/settings`)).status).toBe(200);
    expect((await person.ask('GET', `/endpoints/${other.id}/settings`)).status).toBe(404);
    expect((await person.ask('GET', '/settings')).status).toBe(200);
    expect((await person.ask('PATCH', '/settings', { body: {}, headers: { 'if-match': '"0"' } })).status).toBe(403);
  });
});
