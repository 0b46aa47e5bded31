import { randomUUID } from 'node:crypto';
import type { SettingListView } from '../../api/settings/schema';
import { INTENT_PHRASE } from '../../domain/settings/intent-switch';
import { type ApiServer, startApiServer } from '../api/support/api-server';
import { createEndpoint } from '../api/support/shapes';
import { admin, clear, type Seen, type Visitor, visitorWith } from './support/visitor';

let server: ApiServer;
let visitor: Visitor;
beforeAll(async () => {
  server = await startApiServer({ environment: { sync_templates: true } });
  visitor = await admin(server);
});
afterEach(async () => {
  await server.database.pool.query('delete from setting');
  await clear(server);
});
afterAll(() => server.stop());

const settingsOf = async (path = '/settings'): Promise<Map<string, SettingListView['items'][number]>> => {
  const { items } = (await server.ask('GET', path)).body as SettingListView;
  return new Map(items.map(item => [item.name, item]));
};

/** What a browser sends back of the settings form when somebody filled it in. */
function formOf({ html }: Seen, filled: Record<string, string> = {}): Record<string, string> {
  const hidden = [...html.matchAll(/<input type="hidden" name="(version|was|q)" value="([^"]*)"/g)];
  const decoded = Object.fromEntries(hidden.map(([, name, value]) => [name, value?.replaceAll('&quot;', '"') ?? '']));
  return { ...decoded, ...filled };
}

test('all settings are shown in groups, each with what holds, who decided it, and its field', async () => {
  const page = await visitor.get('/ui/settings');
  expect(page.status).toBe(200);
  for (const name of (await settingsOf()).keys())
    expect(page.html).toContain(`id="${name}`.replace('_typed_confirmation', '_enabled'));
  expect(page.text).toMatch(/Sync templates.*Now on from the environment.*PROXBOX_SYNC_TEMPLATES decides/);
  expect(page.text).toMatch(/Overwrite VM tags.*Now on default/);
});

test('what was touched is saved, everything else stays undecided, and null goes back to the default', async () => {
  const page = await visitor.get('/ui/settings');
  const filled = {
    overwrite_vm_tags: 'false',
    plan_change_limit_percent: '70',
    interface_exclude_names: 'lo\r\ndocker0',
    sync_templates: '',
  };
  const saved = await visitor.post('/ui/settings', formOf(page, filled));
  expect(saved).toMatchObject({ status: 303, location: '/ui/settings?saved=3' });
  const settings = await settingsOf();
  expect([...settings.values()].filter(({ global }) => global !== null).map(({ name, global }) => [name, global])).toEqual([
    ['plan_change_limit_percent', 70],
    ['interface_exclude_names', ['lo', 'docker0']],
    ['overwrite_vm_tags', false],
  ]);
  const again = await visitor.get('/ui/settings?saved=3');
  expect(again.text).toMatch(/3 settings saved.*Overwrite VM tags.*Now off decided for the installation/);
  await visitor.post(
    '/ui/settings',
    formOf(again, { overwrite_vm_tags: '', interface_exclude_names: '', 'empty.interface_exclude_names': 'on' }),
  );
  const after = await settingsOf();
  expect(after.get('overwrite_vm_tags')).toMatchObject({ global: null, origin: 'default' });
  expect(after.get('interface_exclude_names')).toMatchObject({ global: [], origin: 'global' });
});

test('a value that no setting allows saves nothing, and comes back with what is wrong', async () => {
  const page = await visitor.get('/ui/settings');
  const refused = await visitor.post(
    '/ui/settings',
    formOf(page, { plan_change_limit_percent: '170', overwrite_vm_tags: 'false' }),
  );
  expect(refused.status).toBe(422);
  expect(refused.html).toContain('value="170"');
  expect(refused.text).toContain('Give a whole number of percent from 0 to 100');
  expect((await settingsOf()).get('overwrite_vm_tags')).toMatchObject({ global: null });
});

test('two people who change settings at once both see what the other did, and neither loses anything', async () => {
  const first = await visitor.get('/ui/settings');
  const theirs = { overwrite_vm_tags: false, plan_change_limit_percent: 40 };
  expect((await server.ask('PATCH', '/settings', { body: theirs, headers: { 'if-match': '"0"' } })).status).toBe(200);
  const late = await visitor.post('/ui/settings', formOf(first, { overwrite_vm_tags: 'true', overwrite_ip_tags: 'false' }));
  expect(late.status).toBe(422);
  expect(late.text).toContain('Somebody else changed 1 setting that you changed, too');
  expect(late.text).toMatch(/Overwrite VM tags.*Somebody else changed this meanwhile: off is stored now/);
  expect(late.html).toMatch(/name="plan_change_limit_percent"[^>]*value="40"|value="40"[^>]*name="plan_change_limit_percent"/);
  expect((await settingsOf()).get('overwrite_ip_tags')).toMatchObject({ global: null });
  const filled = { overwrite_vm_tags: 'true', overwrite_ip_tags: 'false', plan_change_limit_percent: '40' };
  expect((await visitor.post('/ui/settings', formOf(late, filled))).status).toBe(303);
  const now = await settingsOf();
  expect(now.get('overwrite_vm_tags')).toMatchObject({ global: true });
  expect(now.get('overwrite_ip_tags')).toMatchObject({ global: false });
  expect(now.get('plan_change_limit_percent')).toMatchObject({ global: 40 });
});

test('writing to Proxmox is switched on by the phrase alone, which the server checks, and off by a button', async () => {
  const wrong = await visitor.get('/ui/settings');
  const on = { netbox_to_proxmox_enabled: 'true' };
  const phrase = 'netbox_to_proxmox_typed_confirmation';
  const refused = await visitor.post('/ui/settings', { ...formOf(wrong), was: '', ...on, [phrase]: 'yes' });
  expect(refused).toMatchObject({ status: 422, text: expect.stringContaining(`Type ${INTENT_PHRASE} here`) });
  expect((await settingsOf()).get('netbox_to_proxmox_enabled')).toMatchObject({ value: false });
  const page = await visitor.get('/ui/settings');
  expect((await visitor.post('/ui/settings', { ...formOf(page), ...on, [phrase]: INTENT_PHRASE })).status).toBe(303);
  expect((await settingsOf()).get('netbox_to_proxmox_enabled')).toMatchObject({ value: true });
  const shown = await visitor.get('/ui/settings');
  expect(shown.text).toContain('Switch it off');
  await visitor.post('/ui/settings', { ...formOf(shown), netbox_to_proxmox_enabled: 'false' });
  expect((await settingsOf()).get(phrase)).toMatchObject({ global: null });
});

test('an endpoint inherits, or decides for itself: on or off', async () => {
  const { id } = await createEndpoint(server, { name: 'lab' });
  await server.ask('PATCH', '/settings', { body: { overwrite_vm_tags: false }, headers: { 'if-match': '*' } });
  const path = `/ui/endpoints/${id}/settings`;
  const page = await visitor.get(path);
  expect(page.text).toMatch(/Settings of lab.*Overwrite VM tags.*Now off decided for the installation.*inherit: off/);
  expect(page.html).not.toContain('id="netbox_timeout"');
  expect((await visitor.post(path, formOf(page, { overwrite_vm_tags: 'true' }))).location).toBe(`${path}?saved=1`);
  expect((await settingsOf(`/endpoints/${id}/settings`)).get('overwrite_vm_tags')).toMatchObject({
    value: true,
    origin: 'endpoint',
  });
  const again = await visitor.get(path);
  expect(again.text).toContain('decided for this endpoint');
  await visitor.post(path, formOf(again, { overwrite_vm_tags: '' }));
  expect((await settingsOf(`/endpoints/${id}/settings`)).get('overwrite_vm_tags')).toMatchObject({
    value: false,
    endpoint: null,
  });
});

test('a search finds settings by name, group and what they do, and says when there is none', async () => {
  const found = await visitor.get('/ui/settings?q=guest+agent');
  expect(found.html).toContain('id="guest_agent_timeout"');
  expect(found.html).not.toContain('id="overwrite_vm_tags"');
  expect((await visitor.get('/ui/settings?q=nothing-like-it')).text).toContain('No setting is like that');
});

test('a viewer reads settings and is offered no change', async () => {
  const { id } = await createEndpoint(server, { name: 'lab' });
  const viewer = await visitorWith(server, `viewer-${randomUUID().slice(0, 8)}`, [{ role: 'viewer' }]);
  for (const path of ['/ui/settings', `/ui/endpoints/${id}/settings`]) {
    const page = await viewer.get(path);
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('Save the settings');
    expect((await viewer.post(path, formOf(page, { overwrite_vm_tags: 'false' }))).status).toBe(403);
  }
});
