import { familyOf, living, makeStateFolder, runScript, startScript, type Script } from './support/script';

const DEMO = 'scripts/demo.ts';
const PATIENCE = 300_000;

let state: ReturnType<typeof makeStateFolder>;
let running: Script | undefined;

beforeEach(() => {
  state = makeStateFolder();
});

afterEach(async () => {
  await running?.program.kill('SIGTERM');
  running = undefined;
  state.remove();
});

const env = (extra: Record<string, string> = {}): Record<string, string> => ({
  PROXBOX_STATE_DIR: state.path,
  PROXBOX_LOG_LEVEL: 'warn',
  PROXBOX_API_PORT: '0',
  ...extra,
});

it(
  'synchronises 120 simulated guests, writes nothing the second time, stays up until it is interrupted, and leaves no process behind',
  async () => {
    running = startScript(DEMO, [], env());
    await running.untilLine(/^ready/);
    const text = running.out.join('\n');
    expect(text).toMatch(/virtual machines +30 +90 +120/);
    expect(text).toMatch(/nothing was written \(NetBox saw 0 requests that write\).* completed$/m);
    const family = familyOf(running.program.process.pid ?? 0);
    expect(family.length).toBeGreaterThan(3);

    const named = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
    const api = named(/API=(\S+)/);
    const runs = await fetch(`${api}/runs`, { headers: { authorization: `Bearer ${named(/KEY=(\S+)/)}` } });
    expect(runs.status).toBe(200);
    expect(await (await fetch(`${api}/health`)).json()).toMatchObject({ status: 'ok' });
    expect(await (await fetch(named(/NetBox pages +(\S+)/))).text()).toContain('120 objects');
    expect((await fetch(named(/Temporal Web UI +(\S+)/))).status).toBe(200);

    const headers = { 'content-type': 'application/json' };
    for (const signIn of [
      { username: named(/user (\S+),/), password: named(/password (\S+)\)/) },
      { username: 'erin', password: named(/as erin with password (\S+)/) },
    ]) {
      expect((await fetch(`${api}/auth/login`, { method: 'POST', headers, body: JSON.stringify(signIn) })).status).toBe(200);
    }

    const second = await runScript(DEMO, ['--once'], env());
    expect(second).toMatchObject({ code: 1, out: [] });
    expect(second.err).toContain(`A demo is running already (process ${family[0]})`);
    expect(living(family)).toContain(family[0]);

    running.program.process.kill('SIGINT');
    const { code, out } = await running.end();
    expect(code).toBe(0);
    const stopped = out.flatMap(line => /stopping: (.*)/.exec(line)?.[1] ?? []);
    const order = ['worker', 'API', 'simulated NetBox', 'Temporal', 'PostgreSQL'];
    expect(stopped.filter(name => order.includes(name))).toEqual(order);
    expect(living(family)).toEqual([]);
  },
  PATIENCE,
);

it(
  'interrupted while it still synchronises, it ends what it has started',
  async () => {
    running = startScript(DEMO, [], env());
    await running.untilLine(/reading Proxmox/);
    const family = familyOf(running.program.process.pid ?? 0);
    running.program.process.kill('SIGINT');
    await running.end();
    expect(living(family)).toEqual([]);
  },
  PATIENCE,
);

it('names a variable that is missing beside PROXMOX_URL', async () => {
  const { code, err } = await runScript(
    DEMO,
    ['--once'],
    env({ PROXMOX_URL: 'https://127.0.0.1:8006', PROXMOX_TOKEN_ID: 'a@pve!b' }),
  );
  expect(code).toBe(1);
  expect(err).toContain('PROXMOX_TOKEN_SECRET');
});

it('shows its options when it does not know one', async () => {
  const { code, err } = await runScript(DEMO, ['--ones'], env());
  expect(code).toBe(1);
  expect(err).toContain('usage: npm run demo');
});
