import { setTimeout as sleep } from 'node:timers/promises';
import type { RunView } from '../../api/runs/schema';
import type { ApiClient } from '../connection/client';
import { readHealth } from '../connection/health';
import type { Context } from '../context';
import { CommandError, InterruptedError } from '../errors';
import { exitCodes } from '../exit-codes';
import { getRun } from './find-run';
import { progressOf } from './progress';
import { isOpen } from './states';
import type { Patience } from './wait-options';

/** Whether there is a worker is asked again only so often. */
const HEALTH_EVERY_MS = 10_000;
/** An API that is restarted meanwhile is waited for. */
const API_GRACE_MS = 60_000;

/**
 * Shows a run until it has ended. Whatever ends the waiting leaves the run alone.
 * @throws CommandError when the time is over, no worker takes the run, or the API is gone; InterruptedError on Ctrl-C.
 */
export async function follow(
  { api, terminal, interrupted }: Pick<Context, 'api' | 'terminal' | 'interrupted'>,
  id: string,
  patience: Patience,
): Promise<RunView> {
  const client = api();
  const began = Date.now();
  const requireWorker = workerCheck(client, began, patience.workerGrace);
  try {
    for (;;) {
      const run = await look(
        client,
        id,
        Math.min(began + patience.timeout, Date.now() + API_GRACE_MS),
        patience.pollInterval,
        interrupted,
      );
      terminal.progress.show(progressOf(run));
      if (!isOpen(run)) return run;
      if (run.state === 'pending') await requireWorker(id);
      if (Date.now() - began >= patience.timeout) throw timedOut(run, patience);
      await sleep(patience.pollInterval, undefined, { signal: interrupted });
    }
  } catch (error) {
    throw interrupted.aborted ? detached(id, interrupted) : error;
  } finally {
    terminal.progress.clear();
  }
}

/** Reads the run, again and again while nothing answers and there is time. */
async function look(client: ApiClient, id: string, deadline: number, pause: number, signal: AbortSignal): Promise<RunView> {
  for (;;) {
    try {
      return await getRun(client, id);
    } catch (error) {
      const passing = error instanceof CommandError && error.problem.exitCode === exitCodes.unreachable;
      if (!passing) throw error;
      if (Date.now() + pause > deadline)
        throw new CommandError({ ...error.problem, next: `proxbox doctor; the run may go on: proxbox run watch ${id}` });
      await sleep(pause, undefined, { signal });
    }
  }
}

/** A run that stays pending is no news while a worker may come; that there is none is. */
function workerCheck(client: ApiClient, began: number, grace: number): (id: string) => Promise<void> {
  let next = began + grace;
  return async id => {
    if (Date.now() < next) return;
    next = Date.now() + HEALTH_EVERY_MS;
    const { body } = await readHealth(client);
    if (body.temporal === 'unreachable') {
      throw new CommandError({
        code: 'temporal-unavailable',
        what: `Temporal does not answer: run ${id} has not begun.`,
        why: 'The API cannot reach it. The run stays, and begins when Temporal is back.',
        next: `proxbox doctor, then: proxbox run watch ${id}`,
        exitCode: exitCodes.unreachable,
      });
    }
    const idle = Object.entries(body.pollers).flatMap(([queue, count]) => (count === 0 ? [queue] : []));
    if (idle.length === 0) return;
    throw new CommandError({
      code: 'no-worker',
      what: `No worker is polling: run ${id} has not begun.`,
      why: `Nobody asks for work on ${idle.join(' and ')}. The run stays, and begins when a worker starts.`,
      next: `Start the worker, then: proxbox run watch ${id}; or give up: proxbox run cancel ${id}`,
      exitCode: exitCodes.unreachable,
    });
  };
}

const timedOut = (run: RunView, { timeout }: Patience): CommandError =>
  new CommandError({
    code: 'timeout',
    what: `Run ${run.id} has not ended within ${timeout / 1000} seconds.`,
    why: `It is ${run.state} and goes on.`,
    next: `proxbox run watch ${run.id}`,
    exitCode: exitCodes.error,
  });

const detached = (id: string, { reason }: AbortSignal): InterruptedError =>
  new InterruptedError({
    code: 'detached',
    what: `Detached. Run ${id} goes on.`,
    next: `proxbox run watch ${id}; to stop it: proxbox run cancel ${id}`,
    exitCode: reason === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted,
  });
