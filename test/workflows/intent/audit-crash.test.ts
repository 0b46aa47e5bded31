import type { Cluster } from '../reflection/support/lab';
import { addUpdated, crashGuest, startCrashClusters } from './support/crash-guests';
import { startCrashLab, type CrashLab } from './support/crash-lab';
import { readStandings } from './support/crash-outcomes';

jest.setTimeout(300_000);

let crash: CrashLab;
let clusters: Cluster[];

beforeAll(async () => {
  crash = await startCrashLab();
  await crash.withWorker(async () => {
    clusters = await startCrashClusters(crash.lab, 1);
    await addUpdated(crash.lab, clusters[0]!, [1, 2]);
  });
}, 300_000);
afterAll(() => crash?.stop());

interface Said {
  action: string;
  result: string | null;
  reason: string | null;
}

/** What the audit log has for each write of a run that was begun, in its order. */
async function writesSaid(run: string): Promise<Said[]> {
  const { rows } = await crash.lab.world.database.pool.query<Said>(
    `select a.action, o.result, o.reason from audit a left join audit o on o.intent_seq = a.seq
      where a.run_id = $1 and a.phase = 'intent' and a.action = 'guest.write' order by a.seq`,
    [run],
  );
  return rows;
}

test('a write that was announced and not sent is closed as not sent, and the one after it as it ended', async () => {
  const guest = await crashGuest(crash.lab, clusters[0]!, 'update', 1);
  const stop = 'guest.makeGuestCall#1 before PostgreSQL update guest_call#1';
  const stopped = await crash.killAt([{ guest, stop }]);
  expect(stopped).toMatchObject([{ held: true }]);
  const { run } = stopped[0]!;
  expect(await writesSaid(run)).toEqual([{ action: 'guest.write', result: null, reason: null }]);
  await crash.withWorker(() => crash.ended([run]));
  const [end] = await readStandings(crash, stopped);
  expect(end).toMatchObject({ state: 'applied', openInAudit: [] });
  const [announced, ...sent] = await writesSaid(run);
  expect(announced).toMatchObject({ result: 'failed', reason: expect.stringContaining('not sent') });
  expect(sent.length).toBeGreaterThan(0);
  expect(sent.every(({ result }) => result === 'succeeded')).toBe(true);
});

test('a write that was announced before intent was switched off is closed as not sent', async () => {
  const guest = await crashGuest(crash.lab, clusters[0]!, 'update', 2);
  const stop = 'guest.makeGuestCall#1 before PostgreSQL update guest_call#1';
  const stopped = await crash.killAt([{ guest, stop }]);
  const { run } = stopped[0]!;
  await crash.lab.switchIntent(false);
  try {
    await crash.withWorker(() => crash.ended([run]));
  } finally {
    await crash.lab.switchIntent(true);
  }
  const [end] = await readStandings(crash, stopped);
  expect(end).toMatchObject({ state: 'refused', reason: 'intent_disabled', writes: 0, openInAudit: [] });
  expect(await writesSaid(run)).toMatchObject([{ result: 'failed', reason: expect.stringContaining('not sent') }]);
});
