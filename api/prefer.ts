import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, Response } from 'express';

/** Longer than this, proxies give up. */
export const MAX_WAIT_SECONDS = 60;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** Seconds that `Prefer: wait=N` (RFC 7240) asks for; undefined without it. What cannot be understood is ignored, as the RFC wants. */
export function waitSecondsOf(req: Request): number | undefined {
  const given = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=[,;]|$)/i.exec(req.get('prefer') ?? '')?.[1];
  return given === undefined ? undefined : Math.min(Number(given), MAX_WAIT_SECONDS);
}

/**
 * Looks again and again until what was read has ended, the time of `Prefer: wait=N` is over, or the caller has gone. Gives what was read last, and
 * notes in the answer that it waited.
 */
export async function readUntil<T>(
  req: Request,
  res: Response,
  read: () => Promise<T>,
  ended: (found: T) => boolean,
): Promise<T> {
  const seconds = waitSecondsOf(req);
  if (seconds === undefined) return read();
  res.set('Preference-Applied', `wait=${seconds}`);
  const deadline = performance.now() + seconds * 1_000;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const found = await read();
    const left = deadline - performance.now();
    if (left <= 0 || res.destroyed || res.closed || ended(found)) return found;
    await sleep(Math.min(pause, left));
  }
}
