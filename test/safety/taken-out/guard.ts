import type { Proof } from '../invariants';

/** A guard that was taken out by hand, and the test that turned red. */
export interface TakenOut {
  /** `file: function`, from the root of the project. */
  readonly guard: string;
  /** What was taken out, in words. */
  readonly what: string;
  /** The text that has the guard, and what it was replaced by. */
  readonly before: string;
  readonly after: string;
  readonly red: Proof;
}

export const guard = (where: string, what: string, before: string, after: string, [red]: Proof[]): TakenOut => {
  if (red === undefined) throw new Error(`Say which test turned red without ${where}.`);
  return { guard: where, what, before, after, red };
};
