/** The activities of schedules, as the workflow calls them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FiringRequest, OpenedFiring } from '../../database/open-firing';
import type { RunRecord } from '../../database/repositories/run-records';
import { finalRunStates, type RunReason, type RunState } from '../../domain/run';
import { workflowIds } from '../../workflows/names';
import { withHeartbeat } from '../heartbeat';

export type { OpenedFiring };

export interface ScheduleDeps {
  /** Decides about a firing and writes it down, with the row of the run that it starts. */
  openFiring(request: FiringRequest, workflowIdOf: (runId: string) => string): Promise<OpenedFiring>;
  findRun(runId: string): Promise<Pick<RunRecord, 'state' | 'reason'> | undefined>;
  /** Milliseconds from one look at a run to the next. */
  lookEveryMs?: number;
}

export interface EndedRun {
  state: RunState;
  reason: RunReason | null;
}

export function createScheduleActivities({ openFiring, findRun, lookEveryMs = 2_000 }: ScheduleDeps) {
  return {
    openScheduledSync: (request: FiringRequest): Promise<OpenedFiring> => openFiring(request, workflowIds.fullSync),

    /** Waits for the end of a run whose workflow somebody else started. */
    awaitScheduledRun: ({ runId }: { runId: string }): Promise<EndedRun> =>
      withHeartbeat(async (progress, signal) => {
        for (;;) {
          const run = await findRun(runId);
          if (run === undefined) return { state: 'failed', reason: 'internal' };
          if (finalRunStates.includes(run.state)) return { state: run.state, reason: run.reason };
          progress({ waitsFor: runId });
          await sleep(lookEveryMs, undefined, { signal });
        }
      }),
  };
}

export type ScheduleActivities = ReturnType<typeof createScheduleActivities>;
