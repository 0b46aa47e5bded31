import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFinal } from '../../../domain/deletion/states';
import { startCrashLab, type CrashLab, type Doomed, type Way } from './support/crash-lab';
import { crashPoints, moments, type CrashPoint } from './support/crash-points';
import { readOutcomes, type Outcome, type Standing } from './support/crash-outcomes';
import { crashReport } from './support/crash-report';

/**
 * The worker is killed at four moments of every request that it makes for a deletion, from the first look at the guest to the receipt. Each moment has a
 * guest of its own: what is done for it stands still there, and when all of a round have come to theirs, the process is killed, once for them all.
 * `RECORD_CRASH_POINTS=1` writes what came of it to docs/crash-points.md; with `CRASH_AT_EACH_READ=1` reads that follow each other have guests of their own.
 */
jest.setTimeout(600_000);

/** Guests for which one process stands still. */
const ROUND = 100;
const ways = ['approve', 'reject', 'cancel'] as const;

let crash: CrashLab;
const points = new Map<Way, CrashPoint[]>();
const outcomes = new Map<string, Outcome>();

const stopsOf = (way: Way): string[] => [...new Set((points.get(way) ?? []).flatMap(({ stops }) => Object.values(stops)))];

beforeAll(async () => {
  crash = await startCrashLab();
  const undisturbed = (await crash.guests(ways.length)).map((guest, n): Doomed => ({ ...guest, way: ways[n] ?? 'approve' }));
  const steps = await crash.trace(undisturbed);
  for (const { vmid, way } of undisturbed) {
    const all = crashPoints(steps.get(vmid) ?? [], process.env['CRASH_AT_EACH_READ'] === undefined ? 'as one' : 'each');
    // Until somebody decides, every way is the same.
    points.set(way, way === 'approve' ? all : all.filter(({ activity }) => !activity.startsWith('deletion.prepareDeletion')));
  }
  const queue = ways.flatMap(way => stopsOf(way).map(stop => ({ way, stop })));
  const killed: { doomed: Doomed; stop: string; atKill: Standing }[] = [];
  for (let rounds = 0; queue.length > 0 && rounds < 6; rounds++) {
    const wanted = queue.splice(0, ROUND);
    // What was killed before goes on meanwhile.
    const guests = await crash.guests(wanted.length);
    const round = wanted.map(({ way, stop }, n) => ({ doomed: { ...guests[n]!, way }, stop }));
    const missed = new Set(await crash.killAt(new Map(round.map(({ doomed, stop }) => [doomed, stop]))));
    const standings = await readOutcomes(crash, round);
    round.forEach(({ doomed, stop }, n) => {
      if (missed.has(doomed)) queue.push({ way: doomed.way, stop });
      else killed.push({ doomed, stop, atKill: standings[n]! });
    });
  }
  await crash.finish();
  const ends = await readOutcomes(crash, killed);
  ends.forEach((end, n) => outcomes.set(`${end.way} ${end.stop}`, { ...end, atKill: killed[n]!.atKill }));
}, 1_500_000);
afterAll(() => crash?.stop());

const all = (): Outcome[] => [...outcomes.values()];

test('every moment of every request was tried', () => {
  const missing = ways.flatMap(way =>
    (points.get(way) ?? []).flatMap(({ stops }) => moments.filter(moment => !outcomes.has(`${way} ${stops[moment]}`))),
  );
  expect(missing).toEqual([]);
  expect((points.get('approve') ?? []).length).toBeGreaterThan(70);
  if (process.env['RECORD_CRASH_POINTS'] !== undefined) {
    writeFileSync(join(__dirname, '../../../docs/crash-points.md'), crashReport(points, outcomes));
  }
});

test('no guest is destroyed twice, and none without an approval', () => {
  expect(all().filter(({ deletes }) => deletes > 1)).toEqual([]);
  expect(all().filter(({ way, deletes, exists }) => way !== 'approve' && (deletes > 0 || !exists))).toEqual([]);
  expect(all().filter(({ exists, approvedBy }) => !exists && approvedBy.join() !== 'approver')).toEqual([]);
});

test('everything ends, under a name', () => {
  expect(all().filter(({ state, closed }) => !isFinal(state) || !closed)).toEqual([]);
});

test('it ends as was decided, save where nobody can know whether the permit was used', () => {
  const expected = ({ way, atKill }: Outcome): string => {
    if (way !== 'approve') return way === 'reject' ? 'rejected' : 'cancelled';
    return atKill?.state === 'executing' && atKill.deletes === 0 ? 'outcome_unknown' : 'destroyed';
  };
  expect(all().filter(outcome => outcome.state !== expected(outcome))).toEqual([]);
});

test('what is left behind is what the end says', () => {
  const destroyed = all().filter(({ state }) => state === 'destroyed');
  expect(destroyed.filter(({ exists, deletes }) => exists || deletes !== 1)).toEqual([]);
  expect(
    destroyed.filter(({ netboxStatus, journals, receipt }) => netboxStatus !== 'decommissioning' || journals !== 1 || !receipt),
  ).toEqual([]);
  const kept = all().filter(({ way }) => way !== 'approve');
  expect(
    kept.filter(({ tags, netboxStatus, journals }) => tags.length > 0 || netboxStatus !== 'offline' || journals !== 0),
  ).toEqual([]);
  const unknown = all().filter(({ state }) => state === 'outcome_unknown');
  expect(unknown.filter(({ exists, isProtected, deletes }) => !exists || !isProtected || deletes > 0)).toEqual([]);
});

test('the audit log has the end of each request once, and nothing that was begun stays open', () => {
  expect(all().filter(({ endsInAudit }) => endsInAudit !== 1)).toEqual([]);
  expect(all().filter(({ openInAudit }) => openInAudit.length > 0)).toEqual([]);
});
