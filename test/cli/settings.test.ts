import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { EndpointView } from '../../api/endpoints/schema';
import { createEndpoint } from '../api/support/shapes';
import { type CliServer, startCliServer } from './support/server';

let server: CliServer;
const folder = mkdtempSync(join(tmpdir(), 'proxbox-state-'));
beforeAll(async () => {
  server = await startCliServer();
});
afterEach(async () => {
  await server.reset();
  await server.database.pool.query('truncate setting');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server?.stop();
});

interface State {
  version: number;
  settings: Record<string, unknown>;
  endpoints: Record<string, Record<string, unknown>>;
}
const exported = async (): Promise<State> => parse((await server.run(['settings', 'export'])).stdout) as State;
function fileOf(state: unknown): string {
  const path = join(folder, 'state.yaml');
  writeFileSync(path, typeof state === 'string' ? state : stringify(state));
  return path;
}
const apply = (state: unknown, more: string[] = ['--yes']) => server.run(['settings', 'apply', fileOf(state), ...more]);
const endpoints = async (): Promise<EndpointView[]> => (await server.json<{ items: EndpointView[] }>(['endpoint', 'list'])).items;

describe('settings list, get and set', () => {
  test('of the installation, with who decided', async () => {
    await server.json(['settings', 'set', 'plan_change_limit_percent=40', 'interface_exclude_names=lo,tap0']);
    expect(await server.json(['settings', 'get', 'plan_change_limit_percent'])).toMatchObject({ value: 40, origin: 'global' });
    expect((await server.run(['settings', 'get', 'plan_change_limit_percent', '--quiet'])).stdout).toBe('40\n');
    expect((await server.run(['settings', 'get', 'plan_change_limit_percent'])).stdout).toMatch(/decided by: +global/);
    const { stdout } = await server.run(['settings', 'list', '--decided']);
    expect(stdout).toMatch(/interface_exclude_names +lo, tap0 +global/);
    expect(stdout).not.toContain('sync_templates');
    await server.json(['settings', 'set', 'plan_change_limit_percent=inherit']);
    expect(await server.json(['settings', 'get', 'plan_change_limit_percent'])).toMatchObject({ value: 20, origin: 'default' });
  });

  test('of an endpoint', async () => {
    await createEndpoint(server, { name: 'lab' });
    await server.json(['settings', 'set', 'overwrite_vm_tags=false', '--endpoint', 'lab']);
    expect(await server.json(['settings', 'get', 'overwrite_vm_tags', '--endpoint', 'lab'])).toMatchObject({
      value: false,
      origin: 'endpoint',
    });
    expect(await server.json(['settings', 'get', 'overwrite_vm_tags'])).toMatchObject({ value: true, origin: 'default' });
  });

  test('of a name that is not known: 2, with the nearest', async () => {
    const { code, stderr } = await server.run(['settings', 'set', 'sync_template=true']);
    expect(stderr).toContain('Did you mean "sync_templates"?');
    expect(code).toBe(2);
  });

  test('switching intent on takes the typed phrase', async () => {
    expect((await server.run(['settings', 'set', 'netbox_to_proxmox_enabled=true'])).code).toBe(1);
    const phrase = 'netbox_to_proxmox_typed_confirmation=allow-edit-and-add-actions';
    const { items } = await server.json<{ items: object[] }>(['settings', 'set', 'netbox_to_proxmox_enabled=true', phrase]);
    expect(items).toMatchObject([{ value: true }, { value: 'allow-edit-and-add-actions' }]);
  });
});

describe('settings as a file', () => {
  test('export holds what was decided and no secret; applied elsewhere it makes the same, and again changes nothing', async () => {
    await createEndpoint(server, { name: 'lab', siteSlug: 'berlin', policy: { overwrite_vm_tags: false } });
    await server.json(['settings', 'set', 'plan_change_limit_percent=40', 'run_retention_days=30']);
    const state = await exported();
    expect(state).toMatchObject({
      version: 1,
      settings: { plan_change_limit_percent: 40, run_retention_days: 30 },
      endpoints: {
        lab: { url: 'https://pve.example.com:8006', siteSlug: 'berlin', enabled: true, settings: { overwrite_vm_tags: false } },
      },
    });
    expect(JSON.stringify(state)).not.toMatch(/canary|secret|credential/);
    expect(await server.run(['settings', 'diff', fileOf(state)])).toMatchObject({ code: 0, stdout: '' });

    await server.reset();
    await server.database.pool.query('truncate setting');
    expect((await server.run(['settings', 'diff', fileOf(state)])).code).toBe(3);
    const applied = await apply(state);
    expect(applied).toMatchObject({ code: 0, stderr: expect.stringContaining('proxbox endpoint set lab --principal') });
    expect(await endpoints()).toMatchObject([
      { name: 'lab', enabled: false, siteSlug: 'berlin', policy: { overwrite_vm_tags: false }, credentials: { read: null } },
    ]);
    const [before] = await endpoints();
    const again = await apply(state);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing differs') });
    expect(again.stderr).toContain('stays disabled until it has credentials');
    expect((await endpoints())[0]?.version).toBe(before?.version);

    const credentials = ['--principal', 'proxbox@pve!sync', '--secret-file', '-', '--enable'];
    await server.json(['endpoint', 'set', 'lab', ...credentials], { input: 'canary' });
    expect(await exported()).toEqual(state);
  });

  test('apply says what it will change, asks, and with --dry-run changes nothing', async () => {
    await createEndpoint(server, { name: 'lab' });
    await createEndpoint(server, { name: 'edge' });
    const wanted = {
      version: 1,
      settings: { sync_templates: false },
      endpoints: { lab: { siteSlug: 'berlin', settings: { overwrite_vm_tags: false } } },
    };
    const dry = await apply(wanted, ['--dry-run']);
    expect(dry.stdout).toMatch(
      /installation\n +sync_templates +\(not decided\) → false\nendpoint lab\n +siteSlug +\(none\) → berlin|\(not decided\) → berlin/,
    );
    expect(dry.stderr).toContain('edge is not in the file, and stays as it is');
    expect((await apply(wanted, [])).code).toBe(2);
    expect((await endpoints()).every(({ version }) => version === 1)).toBe(true);

    expect((await apply(wanted)).code).toBe(0);
    expect(await server.json(['settings', 'get', 'sync_templates'])).toMatchObject({ value: false, origin: 'global' });
    expect(await endpoints()).toMatchObject([
      { name: 'edge', version: 1 },
      { name: 'lab', siteSlug: 'berlin', policy: { overwrite_vm_tags: false } },
    ]);
    // What the section does not name any more goes back; a section that is absent stays.
    expect((await apply({ version: 1, settings: {} })).code).toBe(0);
    expect(await server.json(['settings', 'get', 'sync_templates'])).toMatchObject({ origin: 'default' });
    expect((await endpoints())[1]).toMatchObject({ siteSlug: 'berlin' });
  });

  test('another address needs its secrets again: nothing is changed, and the command is named', async () => {
    await createEndpoint(server, { name: 'lab' });
    const moved = { version: 1, settings: { sync_templates: false }, endpoints: { lab: { url: 'https://other.example.com' } } };
    const refused = await apply(moved);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('proxbox endpoint set lab') });
    expect(await server.json(['settings', 'get', 'sync_templates'])).toMatchObject({ origin: 'default' });
    expect((await apply({ version: 1, endpoints: { lab: { url: 'https://PVE.example.com:8006/' } } })).stderr).toContain(
      'Nothing differs',
    );
  });

  test.each([
    ['an unknown key', { version: 1, setings: {} }, '/setings is wrong'],
    ['an unknown field of an endpoint', { version: 1, endpoints: { lab: { adress: 'x' } } }, '/endpoints/lab/adress is wrong'],
    ['an unknown setting', { version: 1, settings: { sync_template: true } }, '/settings/sync_template is wrong'],
    ['a wrong value', { version: 1, settings: { plan_change_limit_percent: 400 } }, 'from 0 to 100'],
    [
      'a setting that no endpoint decides',
      { version: 1, endpoints: { lab: { settings: { netbox_timeout: 5 } } } },
      'No endpoint decides this',
    ],
    ['the switch of intent', { version: 1, settings: { netbox_to_proxmox_enabled: true } }, 'Only people switch this on'],
    ['another version', { version: 2 }, '/version is wrong'],
    ['a key that is there twice', 'version: 1\nsettings: {}\nsettings: {}\n', 'cannot be used'],
    ['no YAML', 'a: [', 'cannot be used'],
  ])('%s is refused: 2', async (_name, state, says) => {
    expect(await apply(state)).toMatchObject({ code: 2, stderr: expect.stringContaining(says) });
  });
});
