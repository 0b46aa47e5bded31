import { randomUUID } from 'node:crypto';
import { seedChanges, seedFindings, seedRun } from '../api/support/seed';
import { startProxbox } from './support/proxbox';
import { type CliServer, startCliServer } from './support/server';

let server: CliServer;

beforeAll(async () => {
  server = await startCliServer();
});
afterEach(() => server.reset());
afterAll(() => server?.stop());

const ended = { created_at: new Date('2026-01-01T10:00:00Z'), finished_at: new Date('2026-01-01T10:01:05Z') };
const seed = (columns: Record<string, unknown> = {}): Promise<string> => seedRun(server.database.pool, columns);

async function addEndpoint(name: string): Promise<string> {
  const credentials = { read: { kind: 'token', principal: 'proxbox@pve!sync', secret: 's' } };
  const { body } = await server.ask('POST', '/endpoints', { body: { name, url: 'https://192.0.2.1', credentials } });
  return (body as { id: string }).id;
}

/** A full sync of one endpoint, whose plan holds something of each sort. */
async function seedSync(state: string): Promise<{ parent: string; child: string }> {
  const endpointId = await addEndpoint('lab');
  const parent = await seed({ kind: 'full-sync', state, ...ended, scope: {}, requested_by: 'api-key:cron' });
  const child = await seed({
    parent_id: parent,
    endpoint_id: endpointId,
    state,
    ...ended,
    counts: { guests: 2, written: 3, refused: 1 },
  });
  await seedChanges(server.database.pool, child, [
    { kind: 'tag', action: 'create', label: 'prod', after: { name: 'prod' }, state: 'done' },
    {
      guest: 'qemu/100',
      action: 'update',
      label: 'web-1',
      before: { memory: 1024, status: 'offline', name: 'web-1' },
      after: { memory: 2048, status: 'active', name: 'web-1', device: { ref: 'device', key: 'pve1' } },
      state: 'done',
    },
    {
      guest: 'lxc/200',
      action: 'create',
      label: 'db\u001b[31m',
      after: { name: 'db' },
      state: 'refused',
      error: { code: 'x', text: 'No.' },
    },
    { kind: 'interface', guest: 'qemu/100', action: 'delete', label: 'web-1 net1', before: { name: 'net1' }, state: 'done' },
    { kind: 'interface', guest: 'qemu/100', action: 'link', label: 'web-1 net0', state: 'done' },
  ]);
  await seedFindings(server.database.pool, child, [{ label: '192.0.2.7', message: 'Two guests have it.', severity: 'error' }]);
  return { parent, child };
}

describe('run watch exits as the run ended', () => {
  test.each([
    { state: 'completed', code: 0 },
    { state: 'awaiting_confirmation', reason: 'first-run-review', code: 4, next: 'proxbox run confirm' },
    { state: 'cancelled', code: 5 },
    { state: 'partial', reason: 'writes-refused', code: 6, next: '--state refused' },
    { state: 'failed', reason: 'proxmox-auth', code: 1, next: 'proxbox endpoint set' },
    { state: 'failed', reason: 'netbox-unreachable', code: 7, next: 'NETBOX_URL' },
  ])('$state $reason: $code', async ({ state, reason = null, code, next = '' }) => {
    const id = await seed({ state, reason, message: 'So it ended.', ...ended });
    const result = await server.run(['run', 'watch', id]);
    expect(result.code).toBe(code);
    expect(result.stdout).toContain('So it ended.');
    expect(result.stderr).toContain(next);
  });

  test('a sync of endpoints that were all unreachable: 7, and what to do about the first', async () => {
    const endpointId = await addEndpoint('lab');
    const parent = await seed({
      kind: 'full-sync',
      state: 'failed',
      reason: 'endpoint-failed',
      message: 'Every endpoint failed: lab.',
      ...ended,
    });
    await seed({
      parent_id: parent,
      endpoint_id: endpointId,
      state: 'failed',
      reason: 'proxmox-unreachable',
      message: 'No route.',
      ...ended,
    });
    const { code, stderr } = await server.run(['run', 'watch', 'last', '--json']);
    expect(JSON.parse(stderr)).toMatchObject({
      problem: {
        code: 'proxmox-unreachable',
        why: 'Every endpoint failed: lab. No route.',
        next: expect.stringContaining('endpoint show lab'),
      },
    });
    expect(code).toBe(7);
  });

  test('--quiet leaves only the problem', async () => {
    const id = await seed({ state: 'completed', ...ended });
    expect(await server.run(['run', 'watch', id, '--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('a run that takes longer than --timeout is left alone: 1', async () => {
    const id = await seed({ state: 'running', phase: 'observe' });
    const watching = startProxbox(['run', 'watch', id, '--timeout', '1', '--poll-interval', '0.1'], { env: server.env });
    await watching.said('reading Proxmox');
    const { code, stderr } = await watching.ended;
    expect(stderr).toContain(`next: proxbox run watch ${id}`);
    expect(code).toBe(1);
  });
});

describe('run plan', () => {
  test('begins with the sums, then goes guest by guest, from → to', async () => {
    const { parent } = await seedSync('partial');
    const { code, stdout } = await server.run(['run', 'plan', parent]);
    expect(stdout).toBe(`2 to create, 1 to change, 1 to delete, 1 to recognise (3 done, 1 refused)

lab: shared by guests
  + tag prod [done]
      name: prod

lab: web-1 (qemu/100)
  ~ virtual-machine web-1 [done]
      device: (none) → device pve1
      memory: 1024 → 2048
      status: offline → active
  - interface web-1 net1 [done]
  = interface web-1 net0 [done]

lab: db [31m (lxc/200)
  + virtual-machine db [31m [refused]
      refused: No.
      name: db
`);
    expect(code).toBe(0);
  });

  test('takes the filters of the API, and gives its items as JSON', async () => {
    const { child } = await seedSync('partial');
    const { items } = await server.json<{ items: unknown[] }>(['run', 'plan', child.slice(0, 8), '--state', 'refused']);
    const { body } = await server.ask('GET', `/runs/${child}/plan?state=refused`);
    expect(items).toHaveLength(1);
    expect(items).toEqual((body as { items: unknown[] }).items);
    const { stdout } = await server.run(['run', 'plan', 'last', '--search', 'prod', '--short']);
    expect(stdout.split('\n').slice(2, -1)).toEqual(['lab: shared by guests', '  + tag prod [done]']);
  });
});

test('run show and run list: for people, and as the API has it', async () => {
  const { parent, child } = await seedSync('partial');
  const { stdout } = await server.run(['run', 'show', 'last']);
  expect(stdout).toMatch(/run: +\S+\nwhat: +sync of all endpoints\nstate: +partial\n/);
  expect(stdout).toMatch(/took: +1 min 5 s/);
  expect(stdout).toMatch(/refused by NetBox:\n +virtual-machine +db \[31m +No\./);
  expect(stdout).toMatch(/ +lab +partial +\S+ +2 guests, 3 written, 1 refused/);

  expect(await server.json(['run', 'show', parent])).toEqual((await server.ask('GET', `/runs/${parent}`)).body);
  const listed = await server.json<{ items: { id: string }[] }>(['run', 'list', '--endpoint', 'LAB']);
  expect(listed.items.map(({ id }) => id)).toEqual([child]);
  const { stdout: table } = await server.run(['run', 'list']);
  expect(table).toContain(parent.slice(0, 8));
  expect(table).not.toContain(child.slice(0, 8));
});

test('run findings tells what was noticed', async () => {
  await seedSync('completed');
  const { stdout } = await server.run(['run', 'findings', 'last', '--severity', 'error']);
  expect(stdout).toMatch(/error +ip-conflict +192\.0\.2\.7 +Two guests have it\./);
});

test('the beginning of an id has to name one run', async () => {
  await seed({ id: 'abcd1111-0000-4000-8000-000000000000' });
  await seed({ id: 'abcd2222-0000-4000-8000-000000000000' });
  expect((await server.run(['run', 'show', 'abcd1', '--json'])).code).toBe(0);
  expect(await server.run(['run', 'show', 'abcd'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('beginning of 2 runs'),
  });
  expect(await server.run(['run', 'show', randomUUID()])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no such run'),
  });
});

describe('run confirm', () => {
  test('does nothing where nobody can be asked', async () => {
    const { parent } = await seedSync('awaiting_confirmation');
    const { code, stderr } = await server.run(['run', 'confirm', parent]);
    expect(stderr).toContain('--yes');
    expect({ code, started: server.temporal.started }).toEqual({ code: 2, started: [] });
  });

  test('of a sync starts a run for each plan that waits, and prints its id', async () => {
    const { parent } = await seedSync('awaiting_confirmation');
    const { code, stdout, stderr } = await server.run(['run', 'confirm', parent, '--yes']);
    expect(stderr).toContain('lab: 2 to create, 1 to change, 1 to delete');
    expect(server.temporal.started).toEqual([stdout.trim()]);
    expect(code).toBe(0);
  });

  test('of a run that waits for nobody ends with 1', async () => {
    const id = await seed({ state: 'completed', ...ended });
    const { code, stderr } = await server.run(['run', 'confirm', id, '--yes']);
    expect(stderr).toContain('run list --state awaiting_confirmation');
    expect(code).toBe(1);
  });
});

test('run cancel ends a run that never began', async () => {
  const id = await seed({ state: 'pending' });
  expect(await server.json(['run', 'cancel', id])).toMatchObject({ id, state: 'cancelled' });
  expect(await server.run(['run', 'cancel', id])).toMatchObject({ code: 1 });
});

test('a sync without endpoints starts nothing and is no error, as for a cron job of a new installation', async () => {
  const { code, stdout, stderr } = await server.run(['sync', '--wait', '--quiet']);
  expect(stderr).toContain('proxbox endpoint add');
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});

test('a sync without --wait prints the id of its run', async () => {
  await addEndpoint('lab');
  const { code, stdout, stderr } = await server.run([
    'sync',
    '--endpoint',
    'lab',
    '--type',
    'virtual-machine',
    '--dry-run',
    '--user',
    'cron',
  ]);
  const id = stdout.trim();
  expect(server.temporal.started).toEqual([id]);
  expect(stderr).toContain(`proxbox run watch ${id}`);
  expect((await server.ask('GET', `/runs/${id}`)).body).toMatchObject({ scope: { dryRun: true, kinds: ['virtual-machine'] } });
  expect(code).toBe(0);
});

test('one that reads no further than the first line ends the command without a word', async () => {
  await seedSync('partial');
  const command = startProxbox(['run', 'plan', 'last'], { env: server.env });
  command.process.stdout?.destroy();
  expect((await command.ended).stderr).toBe('');
});
