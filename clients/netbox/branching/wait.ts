import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** How long to wait altogether. */
  readonly waitMs?: number;
  readonly pollMs?: number;
  /** Called after each look, for example to send a heartbeat. */
  readonly onPoll?: () => void;
  readonly signal?: AbortSignal;
}

const usualWaitMs = 900_000;
const usualPollMs = 1_000;

/** Looks again and again until it is `done`, or until the wait ends; gives what was seen last. Throws the signal's reason. */
export async function waitFor<T>(
  look: () => Promise<T>,
  done: (seen: T) => boolean,
  { waitMs = usualWaitMs, pollMs = usualPollMs, onPoll, signal }: WaitOptions,
): Promise<T> {
  const end = Date.now() + waitMs;
  for (;;) {
    const seen = await look();
    onPoll?.();
    if (done(seen) || Date.now() >= end) return seen;
    await sleep(Math.min(pollMs, Math.max(0, end - Date.now())), undefined, signal === undefined ? {} : { signal }).catch(() =>
      signal?.throwIfAborted(),
    );
  }
}
