import { setTimeout as sleep } from 'node:timers/promises';
import type { DeletionView } from '../../api/deletion/schema';
import type { Context } from '../context';
import { CommandError, InterruptedError } from '../errors';
import { exitCodes } from '../exit-codes';
import { findDeletion } from './find-deletion';
import { isSettled } from './states';

const LOOK_EVERY_MS = 1_000;

/**
 * Waits until a request has ended, or waits for people. Whatever ends the waiting leaves the request alone.
 * @throws CommandError when the time is over; InterruptedError on Ctrl-C.
 */
export async function awaitSettled(
  { api, interrupted }: Pick<Context, 'api' | 'interrupted'>,
  id: string,
  timeout: number,
): Promise<DeletionView> {
  const client = api();
  const deadline = Date.now() + timeout;
  try {
    for (;;) {
      const request = await findDeletion(client, id);
      if (isSettled(request.state)) return request;
      if (Date.now() > deadline) {
        throw new CommandError({
          code: 'timeout',
          what: `Request ${id} is still ${request.state} after ${timeout / 1000} seconds.`,
          why: 'It goes on by itself.',
          next: `proxbox deletion show ${id}`,
          exitCode: exitCodes.error,
        });
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: interrupted });
    }
  } catch (error) {
    if (!interrupted.aborted) throw error;
    const exitCode = interrupted.reason === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
    throw new InterruptedError({
      code: 'detached',
      what: `Detached. Request ${id} goes on.`,
      next: `proxbox deletion show ${id}`,
      exitCode,
    });
  }
}
