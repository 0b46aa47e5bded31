import { setTimeout as sleep } from 'node:timers/promises';
import type { DeletionState } from '../../../../domain/deletion/states';
import { lookAgain } from '../../../../workflows/messages';
import { workflowIds } from '../../../../workflows/names';
import { startProgram, type ChildProgram } from '../../../support/child-program';
import { crashGuests, nameOf, type Doomed } from './crash-guests';
import type { Act, Way } from './crash-ways';
import { startDeletionLab, type DeletionLab } from './deletion-lab';
import { startMerging, type Merging } from './merging';
import type { Step } from './standstill';

/** A request as its row has it. */
interface Row {
  id: string;
  vmid: number;
  state: DeletionState;
  prepared: boolean;
  held: boolean;
  closed: boolean;
}

export interface CrashLab {
  lab: DeletionLab;
  netbox: Merging;
  /** Guests for these ways, reflected. */
  guests(wanted: readonly Way[]): Promise<Doomed[]>;
  /** The steps of each of these, undisturbed to their ends. */
  trace(doomed: readonly Doomed[]): Promise<Map<Doomed, Step[]>>;
  /**
   * Wants these deleted, and has each done up to its stop; once all have come there, the worker is killed.
   * @returns those that ended without coming there: what failed for want of time was done in another call.
   */
  killAt(stops: ReadonlyMap<Doomed, string>): Promise<Doomed[]>;
  /** Has everything done to its end. */
  finish(): Promise<void>;
  stop(): Promise<void>;
}

/** How many do something at the same time. */
const peopleAtOnce = 16;
/** How long nothing may happen. */
const patienceMs = 300_000;

export async function startCrashLab(): Promise<CrashLab> {
  const lab = await startDeletionLab(
    { PROXBOX_INTENT_WATCH_SECONDS: '1', PROXBOX_DELETION_BACKUP_POLICY: '' },
    { branching: true },
  );
  const { world } = lab;
  const { pool } = world.database;
  const netbox = await startMerging(world, lab.person);
  // Whoever merges is NetBox's `admin`.
  await pool.query(`update app_user set netbox_username = 'admin' where id = $1`, [lab.requester.id]);
  await world.stopWorker();
  let worker: ChildProgram | undefined;
  const wanted = new Map<number, Doomed>();

  async function start(env: Record<string, string> = {}): Promise<ChildProgram> {
    worker = startProgram('test/workflows/deletion/support/stopping-worker.ts', [], { ...world.environment, ...env });
    await worker.nextLine();
    return worker;
  }
  async function kill(): Promise<void> {
    await worker?.kill();
    worker = undefined;
  }

  async function want(doomed: Doomed): Promise<void> {
    const { cluster, vmid, way } = doomed;
    wanted.set(vmid, doomed);
    if (way.isMerged) await netbox.merge(`delete ${vmid}`, [nameOf(vmid)]);
    else {
      const asked = { endpoint_id: cluster.id, vmid, reason: 'no longer needed' };
      const { status, body } = await lab.requester.say('POST', '', asked);
      if (status !== 201) throw new Error(`asking was answered ${status}: ${JSON.stringify(body)}`);
    }
  }
  async function wantAll(all: readonly Doomed[]): Promise<void> {
    const queue = [...all];
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) await want(next);
    };
    await Promise.all(Array.from({ length: 8 }, lane));
  }

  const busy = new Set<string>();
  /** When somebody last did something about a request: whoever waits longest is next. */
  const lookedAfter = new Map<string, number>();
  const waitedLonger = (a: Row, b: Row): number => (lookedAfter.get(a.id) ?? 0) - (lookedAfter.get(b.id) ?? 0);
  /** How many have come to their stops. */
  let progress = 0;
  /** People do about what waits for them what they want, and once more where they were not answered. */
  function lookAfter(row: Row): void {
    const doomed = wanted.get(row.vmid);
    if (!doomed || busy.has(row.id) || busy.size >= peopleAtOnce) return;
    const [first, then] = doomed.way.acts;
    const work =
      row.state === 'pending' && row.prepared
        ? () => act(row, first)
        : row.state === 'approved' && row.held
          ? () => (then === undefined ? passTime(row, doomed) : act(row, then))
          : undefined;
    if (!work) return;
    busy.add(row.id);
    lookedAfter.set(row.id, Date.now());
    void work()
      .catch(() => {})
      .finally(() => busy.delete(row.id));
  }
  const act = ({ id }: Row, verdict: Act): Promise<unknown> =>
    lab.decide(
      verdict === 'cancel' ? lab.requester : lab.approver,
      id,
      verdict,
      verdict === 'reject' ? { reason: 'still needed' } : {},
    );
  /** The two days of a hold are over. */
  async function passTime({ id, vmid }: Row, { cluster }: Doomed): Promise<void> {
    await pool.query(
      `update deletion_request set hold = jsonb_set(hold, '{until}', to_jsonb($2::text)) where id = $1 and state = 'approved'`,
      [id, new Date().toISOString()],
    );
    await world.client.workflow.getHandle(workflowIds.deletion(cluster.id, vmid)).signal(lookAgain);
    await sleep(2_000);
  }

  async function readRows(): Promise<Row[]> {
    const { rows } = await pool.query<Row>(
      `select id, vmid, state, digest is not null as prepared, coalesce(hold->>'placed' = 'true', false) as held, closed_at is not null as closed
         from deletion_request`,
    );
    return rows;
  }

  /** Looks after everything until these have ended, each or to the test's liking. */
  async function until(what: string, vmidsToEnd: () => Iterable<number>): Promise<void> {
    let last = '';
    let end = 0;
    const program = worker?.process;
    for (;;) {
      if (program && program.exitCode !== null)
        throw new Error(`the worker ended by itself: ${await worker?.nextLine().catch(String)}`);
      const rows = await readRows();
      const closed = new Set(rows.flatMap(row => (row.closed ? [row.vmid] : [])));
      const open = [...vmidsToEnd()].filter(vmid => !closed.has(vmid));
      if (open.length === 0) return;
      const now = JSON.stringify(rows) + progress;
      if (now !== last) end = Date.now() + patienceMs;
      last = now;
      if (Date.now() > end) {
        const left = open.map(vmid => ({ vmid, way: wanted.get(vmid)?.way.title, ...rows.find(row => row.vmid === vmid) }));
        throw new Error(`${what}: ${JSON.stringify(left)}`);
      }
      rows.sort(waitedLonger).forEach(lookAfter);
      await sleep(250);
    }
  }

  return {
    lab,
    netbox,
    async guests(ways) {
      await start();
      const guests = await crashGuests({ lab, netbox }, ways);
      await kill();
      return guests;
    },
    async trace(doomed) {
      const steps = new Map(doomed.map(each => [each, [] as Step[]]));
      const running = await start({ PROXBOX_TEST_TRACED: doomed.map(({ vmid }) => vmid).join() });
      void listen(running, line => {
        const [, vmid, step] = /^step (\d+) (.*)$/.exec(line) ?? [];
        const guest = wanted.get(Number(vmid));
        if (guest && step !== undefined) steps.get(guest)?.push(JSON.parse(step) as Step);
      });
      await Promise.all(doomed.map(want));
      await until('not all were undisturbed', () => wanted.keys());
      await kill();
      for (const { vmid, state } of await readRows()) {
        const { title, end } = wanted.get(vmid)!.way;
        if (state !== end) throw new Error(`undisturbed, it ended ${state}: ${title}`);
      }
      return steps;
    },
    async killAt(stops) {
      const awaited = new Map([...stops.keys()].map(doomed => [doomed.vmid, doomed]));
      const told = Object.fromEntries([...stops].map(([{ vmid }, stop]) => [vmid, stop]));
      const running = await start({ PROXBOX_TEST_STOPS: JSON.stringify(told) });
      void listen(running, line => {
        const [, vmid] = /^held (\d+)$/.exec(line) ?? [];
        if (awaited.delete(Number(vmid))) progress++;
      });
      await wantAll([...stops.keys()]);
      await until('not all came to their stops', () => awaited.keys()).catch((error: Error) => {
        throw new Error(`${[...awaited.keys()].map(vmid => `${vmid}: ${told[vmid]}`).join(', ')}. ${error.message}`);
      });
      await kill();
      return [...awaited.values()];
    },
    async finish() {
      await start();
      await until('not all have ended', () => wanted.keys());
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
