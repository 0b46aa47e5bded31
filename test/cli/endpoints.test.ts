import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedRun } from '../api/support/seed';
import { type CliServer, startCliServer } from './support/server';

let server: CliServer;
const canary = 'canary-secret-7d1e';

beforeAll(async () => {
  server = await startCliServer();
});
afterEach(() => server.reset());
afterAll(() => server?.stop());

const add = ['endpoint', 'add', 'lab', '--address', 'https://192.0.2.1', '--principal', 'proxbox@pve!sync'];
const added = (more: string[] = []): Promise<Record<string, unknown>> =>
  server.json([...add, '--secret-file', '-', ...more], { input: `${canary}\n` });

describe('endpoint add', () => {
  test('takes the secret from standard input, a file or a variable, and shows it nowhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'proxbox-secret-'));
    const file = join(folder, 'secret');
    writeFileSync(file, canary);
    const ways = [
      { args: ['--secret-file', '-'], options: { input: canary } },
      { args: ['--secret-file', file], options: {} },
      { args: [], options: { env: { PROXBOX_ENDPOINT_SECRET: canary } } },
    ];
    for (const { args, options } of ways) {
      const { code, stdout, stderr } = await server.run([...add, ...args], options);
      expect(code).toBe(0);
      expect(stdout).toMatch(/read credential: +token proxbox@pve!sync/);
      expect(stdout + stderr + server.logged()).not.toContain(canary);
      await server.reset();
    }
    rmSync(folder, { recursive: true });
  });

  test('sends every field, and what the API says about one that is wrong', async () => {
    const fields = ['--site', 'berlin', '--netbox-cluster', 'Lab', '--vrf', 'blue', '--disable', '--insecure'];
    const policy = [
      '--policy',
      'overwrite_vm_tags=false',
      '--policy',
      'plan_change_limit_percent=40',
      '--policy',
      'interface_exclude_names=["lo"]',
    ];
    expect(await added([...fields, ...policy])).toMatchObject({
      ...{ name: 'lab', url: 'https://192.0.2.1:8006', tls: { mode: 'insecure' }, enabled: false },
      ...{ siteSlug: 'berlin', netboxClusterName: 'Lab', netboxVrf: 'blue' },
      policy: {
        overwrite_vm_tags: false,
        plan_change_limit_percent: 40,
        interface_exclude_names: ['lo'],
        overwrite_vm_role: null,
      },
    });
    const { code, stderr } = await server.run([...add, '--fingerprint', 'abc', '--secret-file', '-'], { input: 's' });
    expect(stderr).toContain('64 hexadecimal digits');
    expect(code).toBe(1);
  });
});

test('endpoint list and show: for people, and as the API has it', async () => {
  const endpoint = await added();
  expect((await server.run(['endpoint', 'list'])).stdout).toMatch(/lab +https:\/\/192\.0\.2\.1:8006 +enabled +verify +never/);
  expect(await server.json(['endpoint', 'list'])).toEqual({ items: [endpoint] });
  expect(await server.json(['endpoint', 'show', 'LAB'])).toEqual(endpoint);
  expect((await server.run(['endpoint', 'show', 'lba'])).stderr).toContain('Did you mean "lab"?');
});

describe('endpoint set', () => {
  test('changes what is named and nothing else', async () => {
    const before = await added(['--site', 'berlin', '--policy', 'overwrite_vm_tags=false']);
    const changed = ['--name', 'lab2', '--site', '', '--policy', 'overwrite_vm_tags=inherit', '--disable'];
    const after = await server.json<typeof before>(['endpoint', 'set', 'lab', ...changed]);
    const policy = { ...(before['policy'] as object), overwrite_vm_tags: null };
    expect(after).toEqual({
      ...before,
      name: 'lab2',
      siteSlug: null,
      enabled: false,
      policy,
      version: 2,
      updatedAt: after['updatedAt'],
    });
  });

  test('of the address needs the secret again, and no principal', async () => {
    await added();
    const set = ['endpoint', 'set', 'lab', '--address', 'https://192.0.2.2'];
    expect(await server.run(set)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Enter the read credential again: url changed'),
    });
    expect(await server.json([...set, '--secret-file', '-'], { input: canary })).toMatchObject({
      url: 'https://192.0.2.2:8006',
      credentials: { read: { kind: 'token', principal: 'proxbox@pve!sync' } },
    });
  });

  test('with --quiet says nothing', async () => {
    await added();
    expect(await server.run(['endpoint', 'set', 'lab', '--disable', '--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('of nothing is a mistake', async () => {
    await added();
    expect((await server.run(['endpoint', 'set', 'lab'])).code).toBe(2);
  });
});

test('endpoint remove needs the name twice where nobody can be asked', async () => {
  await added();
  expect(await server.run(['endpoint', 'remove', 'lab'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--confirm lab'),
  });
  expect((await server.run(['endpoint', 'remove', 'lab', '--confirm', 'other'])).code).toBe(2);
  expect(await server.json(['endpoint', 'list'])).toMatchObject({ items: [{ name: 'lab' }] });
  expect((await server.run(['endpoint', 'remove', 'lab', '--confirm', 'lab'])).code).toBe(0);
  expect(await server.json(['endpoint', 'list'])).toEqual({ items: [] });
});

test('endpoint rebind asks first; endpoint relink starts a run whose plan will wait', async () => {
  await added();
  expect((await server.run(['endpoint', 'rebind', 'lab'])).code).toBe(2);
  expect(await server.json(['endpoint', 'rebind', 'lab', '--yes'])).toMatchObject({ boundCluster: null });
  const run = await server.json<{ id: string; scope: object }>(['endpoint', 'relink', 'lab']);
  expect(run.scope).toMatchObject({ relink: true });
  expect(server.temporal.started).toEqual([run.id]);
});

describe('doctor', () => {
  test('is content with an installation that works', async () => {
    const endpoint = await added();
    await seedRun(server.database.pool, { endpoint_id: endpoint['id'], state: 'completed', finished_at: new Date() });
    const { ok, checks } = await server.json<{ ok: boolean; checks: { name: string; result: string }[] }>(['doctor']);
    expect(ok).toBe(true);
    expect(checks.map(({ name, result }) => `${name}: ${result}`)).toEqual([
      ...[
        'API: ok',
        'version: ok',
        'clock: ok',
        'database: ok',
        'Temporal: ok',
        'worker proxbox-control: ok',
        'worker proxbox-reflect: ok',
        'worker proxbox-mutate: ok',
      ],
      ...['token: ok', 'endpoint lab: ok', 'changes of guests: ok', 'left on guests: ok'],
    ]);
  });

  test('names an endpoint whose last run failed, with what to do: 1', async () => {
    const endpoint = await added();
    const failed = { state: 'failed', reason: 'proxmox-tls', message: 'Unknown certificate.', finished_at: new Date() };
    await seedRun(server.database.pool, { endpoint_id: endpoint['id'], ...failed });
    const { code, stdout } = await server.run(['doctor']);
    expect(stdout).toMatch(
      /failed +endpoint lab +last run failed, .+ Unknown certificate\.\n +next: proxbox endpoint set lab --fingerprint/,
    );
    expect(code).toBe(1);
  });

  test('says that nobody is polling, or that Temporal is down: 7', async () => {
    server.temporal.workers = 0;
    const idle = await server.run(['doctor']);
    expect(idle.stdout).toMatch(/failed +worker proxbox-control +nobody is polling/);
    server.temporal.down = true;
    const down = await server.run(['doctor']);
    expect(down.stdout).toMatch(/failed +Temporal +the API cannot reach it/);
    expect([idle.code, down.code]).toEqual([7, 7]);
  });

  test('tells a refused token apart from an API that is gone', async () => {
    const refused = await server.run(['doctor'], { env: { PROXBOX_TOKEN: 'wrong' } });
    expect(refused.stdout).toMatch(/ok +API[^]+failed +token/);
    const gone = await server.run(['doctor'], { env: { PROXBOX_URL: 'http://127.0.0.1:2' } });
    expect(gone.stdout).toMatch(/^failed +API/);
    expect([refused.code, gone.code]).toEqual([1, 7]);
  });
});
