import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFinal } from '../../../domain/deletion/states';
import { startCrashLab, type CrashLab } from './support/crash-lab';
import { readOutcomes, readStandings, type Outcome, type Round, type Standing } from './support/crash-outcomes';
import { crashPoints, moments, type CrashPoint } from './support/crash-points';
import { crashReport } from './support/crash-report';
import { ways, type Way } from './support/crash-ways';

/**
 * The worker is killed at four moments of every request that it makes for a deletion, from the first look at the guest to the receipt. Each moment has a
 * guest of its own: what is done for it stands still there, and when all of a round have come to theirs, the process is killed, once for them all.
 * `RECORD_CRASH_POINTS=1` writes what came of it to docs/crash-points.md; with `CRASH_AT_EACH_READ=1` reads that follow each other have guests of their own.
 */
jest.setTimeout(600_000);

/** Guests for which one process stands still. */
const ROUND = 120;

let crash: CrashLab;
const points = new Map<Way, CrashPoint[]>();
const outcomes = new Map<string, Outcome>();

const stopsOf = (way: Way): string[] => [...new Set((points.get(way) ?? []).flatMap(({ stops }) => Object.values(stops)))];
const outcomeAt = (way: Way, stop: string): Outcome | undefined => outcomes.get(`${way.title}: ${stop}`);

beforeAll(async () => {
  crash = await startCrashLab();
  const steps = await crash.trace(await crash.guests(ways));
  for (const [{ way }, own] of steps) {
    const all = crashPoints(own, process.env['CRASH_AT_EACH_READ'] === undefined ? 'as one' : 'each');
    points.set(
      way,
      all.filter(({ activity }) => way.tries(activity)),
    );
  }
  const killed = await killAtAll(ways.flatMap(way => stopsOf(way).map(stop => ({ way, stop }))));
  await crash.finish();
  for (const outcome of await readOutcomes(crash, killed)) outcomes.set(`${outcome.way.title}: ${outcome.stop}`, outcome);
}, 1_500_000);
afterAll(() => crash?.stop());

/** What was killed before goes on meanwhile. */
async function killAtAll(wanted: readonly { way: Way; stop: string }[]): Promise<(Round & { atKill: Standing })[]> {
  const queue = [...wanted];
  const killed: (Round & { atKill: Standing })[] = [];
  for (let rounds = 0; queue.length > 0 && rounds < 8; rounds++) {
    const next = queue.splice(0, ROUND);
    const guests = await crash.guests(next.map(({ way }) => way));
    const round = next.map(({ stop }, n): Round => ({ doomed: guests[n]!, stop }));
    const missed = new Set(await crash.killAt(new Map(round.map(({ doomed, stop }) => [doomed, stop]))));
    const standings = await readStandings(crash, round);
    killed.push(...round.map((each, n) => ({ ...each, atKill: standings[n]! })).filter(({ doomed }) => !missed.has(doomed)));
    queue.push(...round.filter(({ doomed }) => missed.has(doomed)).map(({ doomed: { way }, stop }) => ({ way, stop })));
  }
  return killed;
}

const all = (): Outcome[] => [...outcomes.values()];
/** Those whose guest is destroyed in the end, unless nobody can say. */
const doomedIn = (outcome: Outcome): boolean => outcome.way.end === 'destroyed';

test('every moment of every request was tried', () => {
  const missing = ways.flatMap(way =>
    (points.get(way) ?? []).flatMap(({ stops }) =>
      moments.filter(moment => !outcomeAt(way, stops[moment])).map(moment => `${way.title}: ${stops[moment]}`),
    ),
  );
  expect(missing).toEqual([]);
  expect(ways.filter(way => stopsOf(way).length < 10).map(({ title }) => title)).toEqual([]);
  if (process.env['RECORD_CRASH_POINTS'] !== undefined) {
    writeFileSync(join(__dirname, '../../../docs/crash-points.md'), crashReport(points, all(), outcomeAt));
  }
});

test('no guest is destroyed twice, and none without an approval', () => {
  expect(all().filter(({ deletes }) => deletes > 1)).toEqual([]);
  expect(all().filter(outcome => !doomedIn(outcome) && (outcome.deletes > 0 || !outcome.exists))).toEqual([]);
  expect(all().filter(({ exists, approvedBy }) => !exists && approvedBy.join() !== 'approver')).toEqual([]);
});

test('everything ends, under a name', () => {
  expect(all().filter(({ state, closed }) => state === null || !isFinal(state) || !closed)).toEqual([]);
});

test('it ends as was decided, save where nobody can know whether the permit was used', () => {
  const expected = ({ way, atKill }: Outcome): string =>
    way.end === 'destroyed' && atKill.state === 'executing' && atKill.deletes === 0 ? 'outcome_unknown' : way.end;
  expect(all().filter(outcome => outcome.state !== expected(outcome))).toEqual([]);
});

test('what is left behind is what the end says', () => {
  const destroyed = all().filter(({ state }) => state === 'destroyed');
  expect(destroyed.filter(({ exists, deletes }) => exists || deletes !== 1)).toEqual([]);
  expect(destroyed.filter(({ journals, receipt }) => journals !== 1 || !receipt)).toEqual([]);
  const shown = destroyed.filter(({ way }) => !way.isMerged);
  expect(shown.filter(({ netboxStatus }) => netboxStatus.join() !== 'decommissioning')).toEqual([]);
  const kept = all().filter(outcome => !doomedIn(outcome));
  expect(
    kept.filter(({ tags, isAsBefore, netboxStatus }) => tags.length > 0 || !isAsBefore || netboxStatus.join() !== 'offline'),
  ).toEqual([]);
  expect(kept.filter(({ way, journals }) => journals !== (way.isMerged ? 1 : 0))).toEqual([]);
  const unknown = all().filter(({ state }) => state === 'outcome_unknown');
  expect(unknown.filter(({ exists, isProtected, deletes }) => !exists || !isProtected || deletes > 0)).toEqual([]);
});

test('what a merged delete took is reserved while the request is open, and afterwards free or back, once', () => {
  const merged = all().filter(({ way }) => way.isMerged);
  const waiting = merged
    .map(({ atKill }) => atKill)
    .filter(({ state, prepared }) => state !== null && !isFinal(state) && prepared);
  expect(waiting.filter(({ addresses }) => addresses.join() !== 'reserved')).toEqual([]);
  // In no moment of being brought back, or freed, is it there twice; while the guest is there, it is there.
  const ended = merged.map(({ atKill }) => atKill).filter(({ state }) => state !== null && isFinal(state));
  expect(ended.filter(({ exists, addresses }) => addresses.length > 1 || (exists && addresses.length === 0))).toEqual([]);
  const gone = merged.filter(({ state }) => state === 'destroyed');
  expect(gone.filter(({ netboxStatus, addresses }) => netboxStatus.length > 0 || addresses.length > 0)).toEqual([]);
  const back = merged.filter(outcome => !doomedIn(outcome));
  expect(back.filter(({ addresses, isRestored }) => addresses.join() !== 'active, assigned' || isRestored !== true)).toEqual([]);
});

test('whoever is put off until there is a backup is not destroyed without one', () => {
  const backedUp = all().filter(({ way, state }) => way.isPutOff && state !== null && isFinal(state));
  expect(backedUp.filter(({ backups }) => backups !== 1)).toEqual([]);
});

test('the audit log has the end of each request once, and nothing that was begun stays open', () => {
  expect(all().filter(({ endsInAudit }) => endsInAudit !== 1)).toEqual([]);
  expect(all().filter(({ openInAudit }) => openInAudit.length > 0)).toEqual([]);
});
