/** Attempts to deliver one message before it is given up. */
export const MOST_ATTEMPTS = 10;

const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 6 * 60 * 60;

/** How long to wait after so many failed attempts; undefined when it is given up. Ten attempts take a little more than four hours. */
export function pauseAfter(attempts: number): number | undefined {
  if (attempts >= MOST_ATTEMPTS) return undefined;
  return Math.min(FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), LONGEST_PAUSE_SECONDS);
}
