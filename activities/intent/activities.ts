/** The activities of intent, as workflows call them. Each takes ids and gives states and counts: histories hold references alone. */
import type { MergeReason } from '../../domain/intent/merge';
import type { RunReason } from '../../domain/run';
import type { ChangeState } from '../../database/repositories/intent/changes';
import type { RunEnd } from '../../database/repositories/run-records';
import { StopRun, toFailure } from '../failures';
import { withHeartbeat } from '../heartbeat';
import { performCall, type CallEnd } from './call';
import type { ApplyToStart } from './branch-event';
import { beginChange, endChange, type BegunChange, type Interruption } from './change';
import type { IntentDeps } from './deps';
import { applyOwnMerge, checkMerge, failMerge, openMerge, type OpenedMerge } from './merge';
import { mergeInNetBox, type MergeStep } from './merge-in-netbox';
import { makePlan, type MadePlan } from './plan';
import { closeApply, leaveChanges, nextChanges, openApply, queueChanges, type NextChange, type OpenedApply } from './runs';
import { openReflections, type OpenedReflections } from './reflections';
import { stampChange, stampRefusals } from './stamp';
import { watchBranches, type FoundWork } from './watch';

interface OfRun {
  runId: string;
}

interface OfMerge {
  mergeId: string;
}

interface OfChange {
  changeId: string;
}

export function createIntentActivities(deps: IntentDeps) {
  /** Every error leaves as a failure whose type is a reason code, without anything secret. */
  const guarded =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await work(...args);
      } catch (error) {
        throw toFailure(error, deps.explain);
      }
    };

  return {
    /** Plans; when that is not possible in the end, the plan says why. */
    makeIntentPlan: guarded(async ({ planId }: { planId: string }): Promise<MadePlan> =>
      withHeartbeat((progress, signal) => makePlan(deps, planId, progress, signal)),
    ),

    failIntentPlan: guarded(
      async ({ planId, reason, message }: { planId: string; reason: RunReason; message: string }): Promise<void> => {
        await deps.store.finishIntentPlan(planId, { state: 'failed', reason, message });
      },
    ),

    /** Runs to start, as soon as there are any; empty after an hour. */
    watchBranches: guarded(async (): Promise<FoundWork[]> => withHeartbeat((beat, signal) => watchBranches(deps, beat, signal))),

    openIntentMerge: guarded(async ({ mergeId, attempt }: OfMerge & { attempt: string }): Promise<OpenedMerge | null> =>
      openMerge(deps, mergeId, attempt),
    ),

    checkIntentMerge: guarded(async ({ mergeId }: OfMerge): Promise<boolean> => checkMerge(deps, mergeId)),

    mergeBranch: guarded(async ({ mergeId }: OfMerge): Promise<MergeStep> =>
      withHeartbeat((beat, signal) => mergeInNetBox(deps, mergeId, beat, signal)),
    ),

    applyIntentMerge: guarded(async ({ mergeId }: OfMerge): Promise<ApplyToStart | null> => applyOwnMerge(deps, mergeId)),

    failIntentMerge: guarded(
      async ({ mergeId, ...why }: OfMerge & { reason: MergeReason | RunReason; message: string }): Promise<void> =>
        failMerge(deps, mergeId, why),
    ),

    openIntentApply: guarded(async ({ runId }: OfRun): Promise<OpenedApply | null> => openApply(deps, runId)),

    queueGuestChanges: guarded(async ({ runId }: OfRun): Promise<{ queued: number; endpointIds: string[] }> =>
      queueChanges(deps, runId),
    ),

    nextGuestChanges: guarded(async ({ runId, limit }: OfRun & { limit: number }): Promise<NextChange[]> =>
      nextChanges(deps, runId, limit),
    ),

    leaveGuestChanges: guarded(async ({ runId, ...why }: OfRun & { reason: string; message: string }): Promise<void> =>
      leaveChanges(deps, runId, why),
    ),

    openReflections: guarded(async ({ runId }: OfRun): Promise<OpenedReflections> => openReflections(deps, runId)),

    notePause: guarded(async ({ runId, paused }: OfRun & { paused: boolean }): Promise<void> =>
      deps.store.setPhase(runId, paused ? 'paused' : 'apply'),
    ),

    closeIntentApply: guarded(async ({ runId, cancelled }: OfRun & { cancelled: boolean }): Promise<RunEnd> =>
      closeApply(deps, runId, cancelled),
    ),

    failIntentApply: guarded(
      async ({ runId, reason, message }: OfRun & { reason: RunReason; message: string }): Promise<void> => {
        await leaveChanges(deps, runId, { reason, message }).catch((error: unknown) => {
          if (!(error instanceof StopRun)) throw error;
        });
        await deps.store.endRun(runId, { state: 'failed', reason, message });
      },
    ),

    beginGuestChange: guarded(async ({ changeId }: OfChange): Promise<BegunChange | 'busy'> => beginChange(deps, changeId)),

    leaveGuestChange: guarded(async ({ changeId, ...why }: OfChange & { reason: string; message: string }): Promise<void> => {
      await deps.store.moveGuestChange(changeId, { from: ['queued'], to: 'refused', ...why });
    }),

    /** One request to Proxmox: gate, recheck and write in one attempt, then the task, then a read. */
    makeGuestCall: guarded(async ({ changeId, seq }: OfChange & { seq: number }): Promise<CallEnd> =>
      withHeartbeat((beat, signal) => performCall(deps, changeId, seq, { beat, signal })),
    ),

    endGuestChange: guarded(
      async ({ changeId, interrupted }: OfChange & { interrupted: Interruption | null }): Promise<ChangeState> =>
        withHeartbeat((_beat, signal) => endChange(deps, changeId, interrupted, signal)),
    ),

    stampRefusals: guarded(async ({ runId }: OfRun): Promise<void> =>
      withHeartbeat((beat, signal) => stampRefusals(deps, runId, beat, signal)),
    ),

    stampGuestChange: guarded(async ({ changeId }: OfChange): Promise<void> => withHeartbeat(() => stampChange(deps, changeId))),
  };
}

export type IntentActivities = ReturnType<typeof createIntentActivities>;
