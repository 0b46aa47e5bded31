import { defineQuery, defineSignal } from '@temporalio/workflow';

/** What can be said to a workflow that applies changes. Names are recorded in histories: never rename one. */

/** No further guest is begun; the one that is under way goes on to its end. */
export const pauseApply = defineSignal('pause');
export const resumeApply = defineSignal('resume');

export interface ApplyProgress {
  paused: boolean;
  /** Guests that this history has been through. */
  done: number;
  /** What is under way. */
  current: string | null;
}

export const applyProgress = defineQuery<ApplyProgress>('progress');
