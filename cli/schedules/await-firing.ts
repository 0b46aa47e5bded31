import { setTimeout as sleep } from 'node:timers/promises';
import type { FiringView, ScheduleView } from '../../api/schedules/schema';
import type { ApiClient } from '../connection/client';
import { CommandError } from '../errors';
import { exitCodes } from '../exit-codes';
import type { Patience } from '../runs/wait-options';

/**
 * Waits until a schedule shows what came of being run now.
 * @throws CommandError when nothing comes of it while a worker may be waited for.
 */
export async function awaitFiring(
  client: ApiClient,
  { id, name, firings }: ScheduleView,
  { pollInterval, workerGrace }: Patience,
  signal: AbortSignal,
): Promise<FiringView> {
  const last = firings[0]?.firedAt;
  const until = Date.now() + workerGrace;
  for (;;) {
    const { body } = await client.get<ScheduleView>(`/schedules/${id}`);
    const [firing] = body.firings;
    if (firing !== undefined && firing.firedAt !== last) return firing;
    if (Date.now() > until) {
      throw new CommandError({
        code: 'no-worker',
        what: `Nothing came of running ${name} yet.`,
        why: 'No worker took it up in time. It stays asked for, and begins when a worker starts.',
        next: `proxbox doctor, then: proxbox schedule show ${name}`,
        exitCode: exitCodes.unreachable,
      });
    }
    await sleep(pollInterval, undefined, { signal });
  }
}
