import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { familyOf, living, makeStateFolder, startScript, type Script } from './support/script';

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

const start = (port: string): Script => {
  running = startScript('scripts/start.ts', [], { PROXBOX_STATE_DIR: state.path, PROXBOX_API_PORT: port });
  return running;
};

it(
  'runs API and worker in one process, shows the first token once and outside of the log, and ends with everything it started',
  async () => {
    const script = start('0');
    const ready = await script.untilLine(/ready: API/);
    const url = /API (http:[^"]+)/.exec(ready)?.[1] ?? '';
    const key = script.out.flatMap(line => /API token +(\S+)/.exec(line)?.[1] ?? [])[0];
    expect(script.out.filter(line => line.startsWith('{')).join('\n')).not.toContain(key);

    const authorization = `Bearer ${key}`;
    expect((await fetch(`${url}/runs`, { headers: { authorization } })).status).toBe(200);
    await untilServed(url);

    const family = familyOf(script.program.process.pid ?? 0);
    script.program.process.kill('SIGTERM');
    expect(await script.end()).toMatchObject({ code: 0 });
    expect(living(family)).toEqual([]);
  },
  PATIENCE,
);

it(
  'says which port is taken, and ends what it had started',
  async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, err } = await start(String(port)).end();
    other.close();
    expect(code).toBe(1);
    expect(err).toContain(`Port ${port} is taken`);
  },
  PATIENCE,
);

/** Until a worker asks both queues for work. */
async function untilServed(url: string): Promise<void> {
  for (;;) {
    const { status } = (await (await fetch(`${url}/health`)).json()) as { status: string };
    if (status === 'ok') return;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}
