import { type CliServer, startCliServer } from './support/server';
import { createEndpoint } from '../api/support/shapes';

let server: CliServer;
beforeAll(async () => {
  server = await startCliServer();
});
beforeEach(() => createEndpoint(server, { name: 'lab' }));
// Emptying everything would take the owner's role along.
afterEach(async () => {
  server.temporal.reset();
  await server.database.pool.query('delete from schedule');
  await server.database.pool.query('delete from endpoint');
});
afterAll(() => server?.stop());

interface Shown {
  id: string;
  version: number;
  paused: boolean;
}
const nightly = ['schedule', 'create', 'nightly', '--cron', '17 3 * * *', '--owner', 'admin'];
const make = (more: string[] = []): Promise<Shown> => server.json<Shown>([...nightly, ...more]);

test('schedule create sends every field, and list and show tell them', async () => {
  const flags = ['--time-zone', 'Europe/Berlin', '--jitter', '60', '--overlap', 'buffer_one', '--catch-up', '900'];
  const more = ['--pause-on-failure', '--dry-run', '--endpoint', 'lab', '--type', 'tag', '--note', 'quiet hours', '--paused'];
  const made = await make([...flags, ...more]);
  expect(made).toMatchObject({
    ...{ name: 'nightly', cron: '17 3 * * *', timeZone: 'Europe/Berlin', jitterSeconds: 60, overlap: 'buffer_one' },
    ...{ catchUpSeconds: 900, pauseOnFailure: true, dryRun: true, kinds: ['tag'], note: 'quiet hours', paused: true },
    owner: { username: 'admin' },
    endpoints: [{ name: 'lab' }],
  });
  expect(await server.json(['schedule', 'list'])).toMatchObject({ items: [{ id: made.id }] });
  expect((await server.run(['schedule', 'list'])).stdout).toMatch(
    /nightly +17 3 \* \* \* Europe\/Berlin, up to 60 s late +– +never +paused +admin/,
  );
  expect((await server.run(['schedule', 'show', 'NIGHTLY'])).stdout).toMatch(/note: +quiet hours[^]*endpoints: +lab/);
  expect((await server.run(['schedule', 'show', 'nigthly'])).stderr).toContain('Did you mean "nightly"?');
});

test('schedule change changes what is named; an interval takes the place of cron', async () => {
  const before = await make(['--endpoint', 'lab', '--pause-on-failure']);
  const after = await server.json([
    'schedule',
    'change',
    'nightly',
    '--every',
    '3600',
    '--endpoint',
    'all',
    '--no-pause-on-failure',
    '--name',
    'hourly',
  ]);
  expect(after).toMatchObject({
    id: before.id,
    version: 2,
    name: 'hourly',
    cron: null,
    everySeconds: 3600,
    endpoints: null,
    pauseOnFailure: false,
  });
  expect((await server.run(['schedule', 'change', 'hourly'])).code).toBe(2);
});

test('schedule pause keeps the note; resume forgets it', async () => {
  const { id } = await make();
  expect(await server.json(['schedule', 'pause', 'nightly', '--note', 'upgrade'])).toMatchObject({
    paused: true,
    note: 'upgrade',
  });
  expect(server.temporal.schedules.known.get(id)).toMatchObject({ paused: true, note: 'upgrade' });
  expect(await server.json(['schedule', 'resume', 'nightly'])).toMatchObject({ paused: false, note: null });
});

test('schedule run and backfill ask Temporal; run --wait says that nobody takes it: 7', async () => {
  const { id } = await make();
  expect((await server.run(['schedule', 'run', 'nightly'])).code).toBe(0);
  const waiting = await server.run(['schedule', 'run', 'nightly', '--wait', '--worker-grace', '0.2', '--poll-interval', '0.1']);
  expect(waiting).toMatchObject({ code: 7, stderr: expect.stringContaining('Nothing came of running nightly yet') });
  expect(server.temporal.schedules.triggered).toEqual([id, id]);
  await server.json(['schedule', 'backfill', 'nightly', '--from', new Date(Date.now() - 3_600_000).toISOString()]);
  expect(server.temporal.schedules.backfilled).toMatchObject([{ overlap: 'buffer_one' }]);
  const long = await server.run(['schedule', 'backfill', 'nightly', '--from', '2020-01-01T00:00:00Z']);
  expect(long).toMatchObject({ code: 1, stderr: expect.stringContaining('seven days at most') });
});

test('schedule delete asks first', async () => {
  await make();
  expect((await server.run(['schedule', 'delete', 'nightly'])).code).toBe(2);
  expect(await server.json(['schedule', 'delete', 'nightly', '--yes'])).toMatchObject({ deleted: { name: 'nightly' } });
  expect(server.temporal.schedules.known.size).toBe(0);
});

test.each([
  { args: ['schedule', 'create', 'x'], says: '--cron or --every is missing' },
  { args: ['schedule', 'create', 'x', '--cron', '@daily', '--every', '60'], says: 'Give one of' },
  { args: ['schedule', 'create', 'x', '--every', '60', '--overlap', 'skipp'], says: 'Did you mean "skip"?' },
  { args: ['schedule', 'create', 'x', '--every', '60', '--dry-run', '--no-dry-run'], says: 'contradict' },
])('a command line that makes no sense: $args', async ({ args, says }) => {
  expect(await server.run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(says) });
});

test('a schedule of the key of the environment needs an owner', async () => {
  const refused = await server.run(['schedule', 'create', 'x', '--every', '60']);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('name the user') });
});
