import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';

/** Seconds between heartbeats; workflows allow five times as much before they give an attempt up. */
const everyMs = 2_000;

/**
 * Tells Temporal every two seconds that the attempt lives, with the last progress; stops when the work ends. Whatever work that was told
 * to stop throws, Temporal hears that it was cancelled.
 */
export async function withHeartbeat<T>(
  work: (progress: (details: unknown) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  // Every request under way listens to the attempt's signal, and dozens are: Node takes more than ten for a leak.
  setMaxListeners(0, context.cancellationSignal);
  let latest: unknown;
  const timer = setInterval(() => context.heartbeat(latest), everyMs);
  try {
    return await work(details => (latest = details), context.cancellationSignal);
  } catch (error) {
    if (context.cancellationSignal.aborted) await context.cancelled;
    throw error;
  } finally {
    clearInterval(timer);
  }
}
