/** Failures after which signing in is locked. */
export const FAILURES_BEFORE_LOCK = 5;
const FIRST_LOCK_SECONDS = 300;
const LONGEST_LOCK_SECONDS = 3_600;

/** Seconds for which signing in is locked after so many failures in a row: 300 after the fifth, doubled by each further one, an hour at most. */
export function lockSeconds(failures: number): number {
  if (failures < FAILURES_BEFORE_LOCK) return 0;
  return Math.min(FIRST_LOCK_SECONDS * 2 ** (failures - FAILURES_BEFORE_LOCK), LONGEST_LOCK_SECONDS);
}
