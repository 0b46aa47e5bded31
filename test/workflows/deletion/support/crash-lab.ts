import { setTimeout as sleep } from 'node:timers/promises';
import type { DeletionState } from '../../../../domain/deletion/states';
import { startProgram, type ChildProgram } from '../../../support/child-program';
import { vm } from '../../reflection/support/guests';
import type { Cluster } from '../../reflection/support/lab';
import { startDeletionLab, type DeletionLab } from './deletion-lab';
import type { Step } from './standstill';

/** What people do about a request once it waits for them. */
export type Way = 'approve' | 'reject' | 'cancel';

/** A guest that somebody wants deleted. */
export interface Doomed {
  cluster: Cluster;
  vmid: number;
  way: Way;
}

/** A request as its row has it. */
export interface Standing {
  id: string;
  vmid: number;
  state: DeletionState;
  prepared: boolean;
  closed: boolean;
}

export interface CrashLab {
  lab: DeletionLab;
  /** Endpoints with so many guests each, reflected: all guests, `way` undecided. */
  guests(count: number): Promise<Omit<Doomed, 'way'>[]>;
  /** The steps of each of these, undisturbed to their ends. */
  trace(doomed: readonly Doomed[]): Promise<Map<number, Step[]>>;
  /**
   * Asks for these, and has each done up to its stop; once all have come there, the worker is killed.
   * @returns those that ended without coming there: what failed for want of time was done in another call.
   */
  killAt(stops: ReadonlyMap<Doomed, string>): Promise<Doomed[]>;
  /** Has everything done to its end. */
  finish(): Promise<void>;
  standings(): Promise<Standing[]>;
  stop(): Promise<void>;
}

/** Before a guest is destroyed every other one of its cluster is read: many guests in one cluster would take long. */
const GROUP = 12;
/** How long nothing may happen. */
const patienceMs = 300_000;

export async function startCrashLab(): Promise<CrashLab> {
  const lab = await startDeletionLab();
  const { world } = lab;
  await world.stopWorker();
  let worker: ChildProgram | undefined;
  let vmids = 100;
  let clusters = 0;
  const asked = new Map<string, Doomed>();

  async function start(env: Record<string, string> = {}): Promise<ChildProgram> {
    worker = startProgram('test/workflows/deletion/support/stopping-worker.ts', [], { ...world.environment, ...env });
    await worker.nextLine();
    return worker;
  }
  async function kill(): Promise<void> {
    await worker?.kill();
    worker = undefined;
  }

  async function cluster(count: number): Promise<Omit<Doomed, 'way'>[]> {
    const own = Array.from({ length: count }, () => vmids++);
    const made = await lab.writable(
      `crash-${++clusters}`,
      own.map(vmid => vm(vmid, `vm-${vmid}`, { power: 'stopped' })),
    );
    return own.map(vmid => ({ cluster: made, vmid }));
  }

  async function ask(doomed: Doomed): Promise<void> {
    const { status, body } = await lab.requester.say('POST', '', {
      endpoint_id: doomed.cluster.id,
      vmid: doomed.vmid,
      reason: 'no longer needed',
    });
    if (status !== 201) throw new Error(`asking was answered ${status}: ${JSON.stringify(body)}`);
    asked.set(body.id, doomed);
  }

  const deciding = new Set<string>();
  /** How many have come to their stops. */
  let progress = 0;
  /** People decide about what waits for them, and once more where they were not answered. */
  function decide({ id, state, prepared }: Standing): void {
    if (state !== 'pending' || !prepared || deciding.has(id)) return;
    const way = asked.get(id)?.way ?? 'approve';
    deciding.add(id);
    void lab
      .decide(way === 'cancel' ? lab.requester : lab.approver, id, way, way === 'reject' ? { reason: 'still needed' } : {})
      .catch(() => {})
      .finally(() => deciding.delete(id));
  }

  async function standings(): Promise<Standing[]> {
    const { rows } = await world.database.pool.query<Standing>(
      'select id, vmid, state, digest is not null as prepared, closed_at is not null as closed from deletion_request',
    );
    return rows;
  }

  /** Looks after everything until it is as wanted. */
  async function until(what: string, ready: (all: Standing[]) => boolean): Promise<void> {
    let last = '';
    let end = 0;
    const program = worker?.process;
    for (;;) {
      if (program && program.exitCode !== null)
        throw new Error(`the worker ended by itself: ${await worker?.nextLine().catch(String)}`);
      const all = await standings();
      if (ready(all)) return;
      const now = JSON.stringify(all) + progress;
      if (now !== last) end = Date.now() + patienceMs;
      last = now;
      if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(all.filter(({ closed }) => !closed))}`);
      all.forEach(decide);
      await sleep(250);
    }
  }

  return {
    lab,
    standings,
    async guests(count) {
      const running = await start();
      const sizes = Array.from({ length: Math.ceil(count / GROUP) }, (_, n) => Math.min(GROUP, count - n * GROUP));
      const all = await Promise.all(sizes.map(cluster));
      await running.kill();
      return all.flat();
    },
    async trace(doomed) {
      const steps = new Map<number, Step[]>(doomed.map(({ vmid }) => [vmid, []]));
      const running = await start({ PROXBOX_TEST_TRACED: doomed.map(({ vmid }) => vmid).join() });
      void listen(running, line => {
        const [, vmid, step] = /^step (\d+) (.*)$/.exec(line) ?? [];
        if (step !== undefined) steps.get(Number(vmid))?.push(JSON.parse(step) as Step);
      });
      await Promise.all(doomed.map(ask));
      await until('not all were undisturbed', all => all.every(({ closed }) => closed));
      await kill();
      const ends = (await standings()).map(({ state }) => state).sort();
      if (ends.join() !== 'cancelled,destroyed,rejected') throw new Error(`undisturbed, they ended ${ends.join()}`);
      return steps;
    },
    async killAt(stops) {
      const awaited = new Map([...stops.keys()].map(doomed => [doomed.vmid, doomed]));
      const told = Object.fromEntries([...stops].map(([{ vmid }, stop]) => [vmid, stop]));
      void listen(await start({ PROXBOX_TEST_STOPS: JSON.stringify(told) }), line => {
        const [, vmid] = /^held (\d+)$/.exec(line) ?? [];
        if (awaited.delete(Number(vmid))) progress++;
      });
      const queue = [...stops.keys()];
      const lane = async (): Promise<void> => {
        for (let next = queue.shift(); next; next = queue.shift()) await ask(next);
      };
      await Promise.all(Array.from({ length: 8 }, lane));
      await until('not all came to their stops', all => {
        const ended = new Set(all.filter(({ closed }) => closed).map(({ vmid }) => vmid));
        return [...awaited.keys()].every(vmid => ended.has(vmid));
      }).catch((error: Error) => {
        throw new Error(`${[...awaited.keys()].map(vmid => `${vmid}: ${told[vmid]}`).join(', ')}. ${error.message}`);
      });
      await kill();
      return [...awaited.values()];
    },
    async finish() {
      await start();
      await until('not all have ended', all => all.every(({ closed }) => closed));
      await kill();
    },
    async stop() {
      await kill();
      await lab.stop();
    },
  };
}

async function listen(program: ChildProgram, hear: (line: string) => void): Promise<void> {
  try {
    for (;;) hear(await program.nextLine());
  } catch {
    // It was killed.
  }
}
