import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { seedRun } from '../api/support/seed';
import { program } from './support/proxbox';
import { type CliServer, startCliServer } from './support/server';

/** On a terminal that util-linux's `script` plays. */
const canPlay = ((): boolean => {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const onTerminal = canPlay ? test : test.skip;

let server: CliServer;

beforeAll(async () => {
  server = await startCliServer();
});
afterEach(() => server.reset());
afterAll(() => server?.stop());

/** What the terminal showed, when the answer is typed as soon as the question is there. */
async function play(
  args: string,
  dialogue: { asked: string; typed: string }[] = [],
  env: Record<string, string> = {},
): Promise<{ code: number | null; shown: string }> {
  const script = spawn('script', ['-qec', `stty cols 100; '${process.execPath}' '${program.main}' ${args}`, '/dev/null'], {
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', SHELL: '/bin/sh', ...server.env, ...env },
  });
  let shown = '';
  script.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (dialogue[0] !== undefined && shown.includes(dialogue[0].asked)) script.stdin.write(dialogue.shift()?.typed ?? '');
  });
  await once(script, 'close');
  return { code: script.exitCode, shown };
}

const addLab = (): Promise<unknown> =>
  server.run(
    ['endpoint', 'add', 'lab', '--address', 'https://192.0.2.1', '--principal', 'proxbox@pve!sync', '--secret-file', '-'],
    { input: 's' },
  );

onTerminal('a secret that is typed is not shown', async () => {
  const dialogue = [{ asked: 'The secret of proxbox@pve!sync:', typed: 'canary-secret\r' }];
  const { code, shown } = await play('endpoint add lab --address https://192.0.2.1 --principal proxbox@pve!sync', dialogue);
  expect(shown).toContain('Added lab.');
  expect(shown).not.toContain('canary');
  expect(code).toBe(0);
});

onTerminal('the name of an endpoint has to be typed to remove it', async () => {
  await addLab();
  const asked = 'Type lab to remove it:';
  expect(await play('endpoint remove lab', [{ asked, typed: 'yes\r' }])).toMatchObject({ code: 2 });
  expect(await play('endpoint remove lab', [{ asked, typed: '\u0003' }])).toMatchObject({ code: 130 });
  expect(await play('endpoint remove lab', [{ asked, typed: '\u0004' }])).toMatchObject({ code: 2 });
  expect(await play('endpoint remove lab --no-input')).toMatchObject({ code: 2 });
  expect(await play('endpoint remove lab', [{ asked, typed: 'lab\r' }])).toMatchObject({ code: 0 });
});

onTerminal('no is an answer: nothing is bound, and the command exits with 5', async () => {
  await addLab();
  const { code } = await play('endpoint rebind lab', [{ asked: '[y/N]', typed: '\r' }]);
  expect(code).toBe(5);
});

onTerminal('progress is one block, drawn over itself, in colours unless NO_COLOR is set', async () => {
  const id = await seedRun(server.database.pool, { state: 'running', phase: 'plan' });
  const redrawn = '\u001b[1A\u001b[0Jrun ';
  const watch = (env?: Record<string, string>): ReturnType<typeof play> =>
    play(`run watch ${id} --poll-interval 0.1`, [{ asked: redrawn, typed: '\u0003' }], env);
  const colourful = await watch();
  expect(colourful).toMatchObject({ code: 130, shown: expect.stringContaining('\u001b[31mproxbox:') });
  const plain = await watch({ NO_COLOR: '1' });
  expect(plain.shown).toContain(redrawn);
  expect(plain.shown).not.toContain('\u001b[31m');
});
