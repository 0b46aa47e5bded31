import { crashPoints, isRead, type CrashPoint, type Moment } from '../../deletion/support/crash-points';
import { addUpdated, crashGuest, scenarios, startCrashClusters, type CrashGuest, type Scenario } from './crash-guests';
import type { Cluster } from '../../reflection/support/lab';
import { inTurn, startCrashLab, type CrashLab, type Stopped } from './crash-lab';
import { readStandings, type Standing } from './crash-outcomes';
import { loseAnswer } from './lost-answers';

export { moments } from '../../deletion/support/crash-points';
/** The worker lives on, and the answer to what had its effect does not come. */
export const lost = 'answer lost';

export interface Tried {
  scenario: Scenario;
  point: CrashPoint;
  moment: Moment | typeof lost;
  /** How it stood when the worker was dead. */
  atKill?: Standing;
  end?: Standing;
  /** What the run said in the end. */
  runState?: string;
  /** Whether it came there at all. */
  held?: boolean;
}

interface Attempt {
  tried: Tried;
  guest: CrashGuest;
}

const CLUSTERS = 4;

const isWrite = ({ request }: CrashPoint): boolean => !isRead(request);

/** Where a worker is killed: at a request that writes at each moment, at one that reads as it is sent. */
function attemptsAt(scenario: Scenario, point: CrashPoint, everything: boolean): Tried[] {
  if (!isWrite(point)) return [{ scenario, point, moment: 'before it is sent' }];
  const kills = (Object.keys(point.stops) as Moment[]).map(moment => ({ scenario, point, moment }));
  return [...kills.filter(({ moment }) => everything || moment !== 'after its activity'), { scenario, point, moment: lost }];
}

/** Each request that writes, and of reads that come again and again, in other calls and for other guests, the first. */
function withoutRepeatedReads(): (point: CrashPoint) => boolean {
  const seen = new Set<string>();
  return point => {
    const kind = `${point.activity} ${point.request}`.replaceAll(/#\d+/g, '').replace(/\/(qemu|lxc)\//, '/');
    const isFirst = !seen.has(kind);
    seen.add(kind);
    return isFirst || isWrite(point);
  };
}

/**
 * Kills workers at the requests of each scenario, and reads what became of it.
 * @param everything also reads that come once more, in another call or for another guest, and the moment after an activity.
 */
export async function tryCrashes(everything: boolean): Promise<Tried[]> {
  const crash = await startCrashLab();
  const { lab } = crash;
  let clusters: Cluster[] = [];
  try {
    const undisturbed = await crash.withWorker(async () => {
      const [cluster] = (clusters = await startCrashClusters(lab, CLUSTERS));
      if (!cluster) throw new Error('there is no cluster');
      await addUpdated(lab, cluster, [0, 1, 2]);
      // What is prepared once for all guests is there afterwards.
      await crash.ended([await crash.post(await crashGuest(lab, cluster, 'update', 0))]);
      const asked = await Promise.all(scenarios.map(scenario => crashGuest(lab, cluster, scenario, 1)));
      const planned = await Promise.all(scenarios.map(scenario => crashGuest(lab, cluster, scenario, 2, false)));
      return [...asked, ...planned.map(guest => ({ ...guest, vmid: null }))];
    });
    const steps = await crash.trace(undisturbed);
    const isTried = everything ? () => true : withoutRepeatedReads();
    const all = undisturbed.flatMap(guest => {
      const points = crashPoints(steps.get(guest) ?? []).filter(
        ({ activity, request }) => !request.startsWith('PostgreSQL') && /^guest|makeIntentPlan/.test(activity),
      );
      return points
        .filter(isTried)
        .flatMap(point =>
          attemptsAt(guest.scenario, point, everything).map(tried => ({ tried, isPlanned: guest.vmid === null })),
        );
    });
    const attempts = await crash.withWorker(async () => {
      const numbered = all.map((each, n) => ({ ...each, n: 3 + n, cluster: clusters[n % CLUSTERS]! }));
      for (const cluster of clusters) {
        const own = numbered.filter(each => each.cluster === cluster && each.tried.scenario === 'update');
        await addUpdated(
          lab,
          cluster,
          own.map(({ n }) => n),
        );
      }
      return inTurn(numbered, async ({ n, tried, isPlanned, cluster }): Promise<Attempt> => {
        const guest = await crashGuest(lab, cluster, tried.scenario, n, !isPlanned);
        return { tried, guest: isPlanned ? { ...guest, vmid: null } : guest };
      });
    });
    await killAtAll(
      crash,
      attempts.filter(({ tried }) => tried.moment !== lost),
    );
    await loseAnswers(
      crash,
      attempts.filter(({ tried }) => tried.moment === lost),
    );
    return attempts.map(({ tried }) => tried);
  } finally {
    await crash.stop();
  }
}

/** NetBox is told last, and is not waited for as long as a guest. */
const activities = ['makeIntentPlan', 'makeGuestCall', 'endGuestChange', 'stampGuestChange'];
const turn = ({ tried }: Attempt): number => activities.findIndex(name => tried.point.activity.includes(name));

async function killAtAll(crash: CrashLab, attempts: readonly Attempt[]): Promise<void> {
  const ordered = [...attempts].sort((a, b) => turn(a) - turn(b));
  const stopped = await crash.killAt(
    ordered.map(({ guest, tried: { moment, point } }) => ({ guest, stop: moment === lost ? '' : point.stops[moment] })),
  );
  const standings = await readStandings(crash, stopped);
  for (const [n, { tried }] of ordered.entries()) Object.assign(tried, { atKill: standings[n], held: stopped[n]?.held });
  await crash.withWorker(() => crash.ended(stopped.map(({ run }) => run)));
  await readEnds(crash, ordered, stopped);
}

async function loseAnswers(crash: CrashLab, attempts: readonly Attempt[]): Promise<void> {
  // A request that does not name its guest is the next one of its kind: these go first, and one by one.
  const isAnybodys = ({ tried }: Attempt): boolean => !/\{vmid\}|NetBox/.test(tried.point.request);
  const ordered = [...attempts.filter(isAnybodys), ...attempts.filter(each => !isAnybodys(each))];
  const runs = await crash.withWorker(async () => {
    const begun: { run: string; isCut: () => boolean }[] = [];
    for (const attempt of ordered) {
      const isCut = loseAnswer(attempt.tried.point, attempt.guest, crash.lab.netbox.simulator.faults);
      const run = await crash.post(attempt.guest);
      begun.push({ run, isCut });
      if (isAnybodys(attempt)) await crash.ended([run]);
    }
    await crash.ended(begun.map(({ run }) => run));
    for (const [n, { isCut }] of begun.entries()) ordered[n]!.tried.held = isCut();
    return begun.map(({ run }) => run);
  });
  await readEnds(
    crash,
    ordered,
    ordered.map(({ guest }, n) => ({ guest, run: runs[n]! })),
  );
}

async function readEnds(
  crash: CrashLab,
  attempts: readonly Attempt[],
  stopped: readonly Pick<Stopped, 'guest' | 'run'>[],
): Promise<void> {
  const ends = await readStandings(crash, stopped);
  for (const [n, { tried }] of attempts.entries()) {
    tried.end = ends[n]!;
    tried.runState = (await crash.lab.runOf(stopped[n]!.run)).state;
  }
}
