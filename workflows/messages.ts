import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

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

/**
 * A decision about a deletion request. All of them carry a one-time code alone, which stands for what a person decided before our API: whoever has none
 * can say what they like. The signals are for the Temporal Web UI and the command line.
 */
export const deletionUpdates = {
  approve: defineUpdate<{ state: string }, [code: string]>('approve'),
  reject: defineUpdate<{ state: string }, [code: string]>('reject'),
  cancel: defineUpdate<{ state: string }, [code: string]>('cancel'),
};
export const deletionSignals = {
  approve: defineSignal<[code: string]>('approve'),
  reject: defineSignal<[code: string]>('reject'),
  cancel: defineSignal<[code: string]>('cancel'),
};
export type DeletionVerdict = keyof typeof deletionUpdates;

/** What stands in the way may be gone: look again now. */
export const lookAgain = defineSignal('look');
