/** How often a program looks whether whoever started it still lives. */
const LOOK_MS = 500;

/**
 * Aborted when this process is asked to end: by Ctrl-C, by a signal, by a terminal that closes, or by the end of the process that started
 * it (a shell of `npm run` ends at a signal without passing it on). Asking twice changes nothing: ending takes its time and is bounded.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());

  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) stop.abort();
  }, LOOK_MS);
  watch.unref();
  return stop.signal;
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
