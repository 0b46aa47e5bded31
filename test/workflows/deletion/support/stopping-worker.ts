/**
 * A worker as a process of its own that stands still, guest by guest, where a test wants it, and waits there to be killed. PROXBOX_TEST_STOPS: the
 * step of each VMID, or of the run of an apply, as JSON; the run of a branch that is called `delete <vmid>` is part of what is done for that guest.
 * Prints `held <vmid or run>` when it has come there, and `step <vmid or run> <step as JSON>` for those in PROXBOX_TEST_TRACED.
 */
import { Context } from '@temporalio/activity';
import { Worker, type ActivityExecuteInput, type WorkerOptions } from '@temporalio/worker';
import { Pool } from 'pg';
// It reads its configuration first, and makes its workers after this file was read to its end.
import '../../crash/support/worker-program';
import { Attempt, GuestWork, type Step } from './standstill';
import { doing, watchRequests } from './watched-requests';

const stops = new Map(Object.entries(JSON.parse(process.env['PROXBOX_TEST_STOPS'] ?? '{}') as Record<string, string>));
const traced = new Set((process.env['PROXBOX_TEST_TRACED'] ?? '').split(','));
const guests = new Map<string, GuestWork>();
const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 2 });

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function workOf(subject: string): GuestWork {
  let guest = guests.get(subject);
  if (!guest) {
    const tell = (step: Step): void => {
      if (traced.has(subject)) say(`step ${subject} ${JSON.stringify(step)}`);
    };
    guests.set(subject, (guest = new GuestWork(stops.get(subject), tell, () => say(`held ${subject}`))));
  }
  return guest;
}

const branches = new Map<string, Promise<string | undefined>>();

/** The VMID after which the branch of a run is called. */
function guestOfRun(run: string): Promise<string | undefined> {
  const find = async (): Promise<string | undefined> => {
    const { rows } = await pool.query<{ name: string | null }>('select branch_name as name from intent_plan where run_id = $1', [
      run,
    ]);
    return /^delete (\d+)$/.exec(rows[0]?.name ?? '')?.[1];
  };
  const found = branches.get(run) ?? find();
  branches.set(run, found);
  return found;
}

/** Alive for Temporal, and with no end. */
function standStill(): Promise<never> {
  const context = Context.current();
  setInterval(() => context.heartbeat(), 2_000);
  return new Promise(() => {});
}

async function execute(input: ActivityExecuteInput, next: (input: ActivityExecuteInput) => Promise<unknown>): Promise<unknown> {
  const { workflowExecution, activityType, activityId } = Context.current().info;
  const { workflowId = '', runId = '' } = workflowExecution ?? {};
  const [, about, guestId, run] = /^(?:(deletion|guest)\/[^/]+\/(\d+)|intent\/(.+))$/.exec(workflowId) ?? [];
  const vmid = guestId ?? (run === undefined ? undefined : await guestOfRun(run));
  const subject = vmid ?? run;
  if (subject === undefined) return next(input);
  const guest = workOf(subject);
  const activity = guest.numbered(`${about ?? 'intent'}.${activityType}`, `${runId}/${activityId}`);
  guest.begin();
  if (guest.standsStill) return standStill();
  try {
    const result = await doing.run(new Attempt(guest, vmid === undefined ? null : Number(vmid), activity), () => next(input));
    guest.end(activity);
    return result;
  } finally {
    if (guest.standsStill) await standStill();
  }
}

const create = Worker.create.bind(Worker);
Worker.create = (options: WorkerOptions) =>
  create({
    ...options,
    // As many stand still as wanted, without keeping others from being done.
    maxConcurrentActivityTaskExecutions: 400,
    interceptors: { ...options.interceptors, activity: [() => ({ inbound: { execute } })] },
  });
watchRequests();
