import { setTimeout as sleep } from 'node:timers/promises';
import { startProgram, type ChildProgram } from '../../../support/child-program';
import type { Step } from '../../deletion/support/standstill';
import type { CrashGuest } from './crash-guests';
import { startIntentLab, type IntentLab } from './intent-lab';

/** A guest and the step in which its worker is killed; of a guest whose VMID is not asked for, a step of its planning. */
export interface Stop {
  guest: CrashGuest;
  stop: string;
}

export interface Stopped extends Stop {
  run: string;
  /** False: its run ended before it came to the step. */
  held: boolean;
}

export interface CrashLab {
  lab: IntentLab;
  /** Has a worker at work meanwhile. */
  withWorker<T>(work: () => Promise<T>): Promise<T>;
  /** Asks for the change of a guest. @returns the run */
  post(guest: CrashGuest): Promise<string>;
  /** The steps of each guest, undisturbed to their ends; of one without a VMID those of its planning. */
  trace(guests: readonly CrashGuest[]): Promise<Map<CrashGuest, Step[]>>;
  /** Has each changed up to its stop; once all have come there, the worker is killed. */
  killAt(stops: readonly Stop[]): Promise<Stopped[]>;
  /** Waits for the ends of runs. */
  ended(runs: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Guests on their way at once: more would only wait for each other. */
const atOnce = 8;

export async function startCrashLab(): Promise<CrashLab> {
  const lab = await startIntentLab();
  const { world } = lab;
  await lab.switchIntent(true);
  await world.stopWorker();
  let worker: ChildProgram | undefined;

  async function start(file: string, env: Record<string, string> = {}): Promise<ChildProgram> {
    worker = startProgram(file, [], { ...world.environment, ...env });
    await worker.nextLine();
    return worker;
  }
  const startStopping = (env: Record<string, string>): Promise<ChildProgram> =>
    start('test/workflows/deletion/support/stopping-worker.ts', env);
  async function kill(): Promise<void> {
    await worker?.kill();
    worker = undefined;
  }
  async function post({ cluster, diff }: CrashGuest): Promise<string> {
    return (await world.api<{ id: string }>('POST', '/intent/apply', { endpoint_id: cluster.id, diffs: [diff] })).id;
  }
  /** How a worker names what it does for a guest; those that it must be told of by their run are asked for before it begins. */
  const subjectsOf = (guests: readonly CrashGuest[]): Promise<{ run: string | undefined; subject: string }[]> =>
    inTurn(guests, async guest => {
      if (guest.vmid !== null) return { run: undefined, subject: String(guest.vmid) };
      const run = await post(guest);
      return { run, subject: run };
    });
  async function hasEnded(run: string): Promise<boolean> {
    const { rowCount } = await world.database.pool.query('select from run where id = $1 and finished_at is not null', [run]);
    return rowCount === 1;
  }
  async function ended(runs: readonly string[]): Promise<void> {
    for (const run of runs) while (!(await hasEnded(run))) await sleep(200);
  }

  return {
    lab,
    post,
    ended,
    async withWorker(work) {
      await start('test/workflows/crash/support/worker-program.ts');
      try {
        return await work();
      } finally {
        await kill();
      }
    },
    async trace(guests) {
      const subjects = await subjectsOf(guests);
      const steps = new Map<string, Step[]>(subjects.map(({ subject }) => [subject, []]));
      const running = await startStopping({ PROXBOX_TEST_TRACED: [...steps.keys()].join() });
      void listen(running, line => {
        const [, subject = '', step] = /^step (\S+) (.*)$/.exec(line) ?? [];
        if (step !== undefined) steps.get(subject)?.push(JSON.parse(step) as Step);
      });
      // One after the other: what several ask for at the same time would be asked for once.
      for (const [n, guest] of guests.entries()) await ended([subjects[n]?.run ?? (await post(guest))]);
      await kill();
      return new Map(guests.map((guest, n) => [guest, steps.get(subjects[n]!.subject)!]));
    },
    async killAt(stops) {
      const subjects = await subjectsOf(stops.map(({ guest }) => guest));
      const told = Object.fromEntries(stops.map(({ stop }, n) => [subjects[n]!.subject, stop]));
      const running = await startStopping({ PROXBOX_TEST_STOPS: JSON.stringify(told) });
      const there = new Set<string>();
      void listen(running, line => {
        const [, subject] = /^held (\S+)$/.exec(line) ?? [];
        if (subject !== undefined) there.add(subject);
      });
      const stopped = await inTurn([...stops.entries()], async ([n, each]) => {
        const run = subjects[n]?.run ?? (await post(each.guest));
        for (;;) {
          if (there.has(subjects[n]!.subject)) return { ...each, run, held: true };
          if (await hasEnded(run)) return { ...each, run, held: false };
          await sleep(100);
        }
      });
      await kill();
      return stopped;
    },
    async stop() {
      await kill();
      await lab.stop();
    },
  };
}

/** Does something with each, so many at a time; the results are in their order. */
export async function inTurn<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const queue = [...items.entries()];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

async function listen(program: ChildProgram, hear: (line: string) => void): Promise<void> {
  try {
    for (;;) hear(await program.nextLine());
  } catch {
    // It was killed.
  }
}
