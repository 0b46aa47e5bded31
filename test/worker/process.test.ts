import { once } from 'node:events';
import { type RunningNetBox, startNetBoxSimulator } from '../../simulators/netbox/server';
import { type ProxmoxSimulator, startProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { type ChildProgram, startProgram } from '../support/child-program';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';

let netbox: RunningNetBox;
let proxmox: ProxmoxSimulator;
let world: SyncWorld;
const programs: ChildProgram[] = [];

beforeAll(async () => {
  // Each object takes a while, so that a worker can be stopped in the middle.
  [netbox, proxmox] = await Promise.all([startNetBoxSimulator({ costMs: 20 }), startProxmoxSimulator({ world: { guests: 40 } })]);
  world = await startSyncWorld({ url: netbox.url, token: netbox.token });
  await world.addEndpoint('site-a', proxmox);
}, 120_000);

afterAll(async () => {
  await Promise.all(programs.map(program => program.kill()));
  await world?.stop();
  await Promise.all([proxmox?.close(), netbox?.close()]);
});

/** A worker, and where it shows its health. */
async function startWorker(env: Record<string, string> = {}): Promise<{ program: ChildProgram; url: string }> {
  const program = startProgram('worker/main.ts', [], {
    ...world.environment,
    PROXBOX_LOG_LEVEL: 'info',
    PROXBOX_METRICS_PORT: '0',
    ...env,
  });
  programs.push(program);
  for (;;) {
    const url = /"metrics: (http:[^"]+)\/metrics"/.exec(await program.nextLine())?.[1];
    if (url !== undefined) return { program, url };
  }
}

async function virtualMachines(): Promise<number> {
  const headers = { authorization: netbox.token };
  const answer = await fetch(`${netbox.url}/api/virtualization/virtual-machines/?limit=1`, { headers });
  return ((await answer.json()) as { count: number }).count;
}

test('a worker that is asked to end in the middle of a run ends cleanly, and another one goes on where it was', async () => {
  const first = await startWorker();
  const runId = await world.startSync();
  while ((await virtualMachines()) === 0) await new Promise(resolve => setTimeout(resolve, 50));

  const ended = once(first.program.process, 'exit');
  first.program.process.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect((await world.api<{ state: string }>('GET', `/runs/${runId}`)).state).toBe('running');

  await startWorker();
  expect(await world.awaitRun(runId)).toMatchObject({ state: 'completed', counts: { guests: 40, notReflected: 0 } });
  expect(await virtualMachines()).toBe(40);
}, 180_000);

test('a worker that lacks what it needs says so where its health is asked', async () => {
  const { url } = await startWorker();
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  await world.database.pool.query(`insert into schema_migrations (number, name, checksum) values (999999, '999999-future', 'x')`);
  const ready = await fetch(`${url}/health/ready`);
  await world.database.pool.query('delete from schema_migrations where number = 999999');
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    status: 'not-ready',
    problems: [{ part: 'database', problem: expect.stringContaining('newer release (999999-future)') as string }],
  });
}, 60_000);

test('a worker refuses a database of a newer release, with words', async () => {
  await world.database.pool.query(`insert into schema_migrations (number, name, checksum) values (999999, '999999-future', 'x')`);
  await expect(startWorker()).rejects.toThrow(/newer than this release.*999999-future.*Going back is not supported/);
  const child = programs.at(-1)?.process;
  if (child?.exitCode === null) await once(child, 'exit');
  await world.database.pool.query('delete from schema_migrations where number = 999999');
  expect(child?.exitCode).toBe(1);
}, 60_000);
