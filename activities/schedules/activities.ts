/** The activities of schedules, as the workflow calls them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FiringRequest, OpenedFiring } from '../../database/open-firing';
import type { RunRecord } from '../../database/repositories/run-records';
import type { AuditEntry, AuditResult } from '../../domain/audit/record';
import { finalRunStates, type RunReason, type RunState } from '../../domain/run';
import { workflowIds } from '../../workflows/names';
import { withHeartbeat } from '../heartbeat';

export type { OpenedFiring };

export interface ScheduleDeps {
  /** Decides about a firing and writes it down, with the row of the run that it starts. */
  openFiring(request: FiringRequest, workflowIdOf: (runId: string) => string): Promise<OpenedFiring>;
  audit: {
    /** Whether the audit log has what an execution decided: an attempt that was lost may have written it. */
    hasFiring(request: FiringRequest): Promise<boolean>;
    note(entry: AuditEntry, result: AuditResult): Promise<void>;
  };
  findRun(runId: string): Promise<Pick<RunRecord, 'state' | 'reason'> | undefined>;
  /** Milliseconds from one look at a run to the next. */
  lookEveryMs?: number;
}

export interface EndedRun {
  state: RunState;
  reason: RunReason | null;
}

export function createScheduleActivities({ openFiring, audit, findRun, lookEveryMs = 2_000 }: ScheduleDeps) {
  return {
    openScheduledSync: async (request: FiringRequest): Promise<OpenedFiring> => {
      const opened = await openFiring(request, workflowIds.fullSync);
      if (!(await audit.hasFiring(request)))
        await audit.note(entryOf(request, opened), opened.result === 'started' ? 'succeeded' : 'refused');
      return opened;
    },

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

/** Nobody is there when a schedule fires: it is the actor, and its owner is who it acts as. */
const entryOf = (
  { scheduleId, execution, dueAt }: FiringRequest,
  { scheduleName, actor, dryRun, result, runId, message }: OpenedFiring,
): AuditEntry => ({
  action: 'schedule.fire',
  actor: { kind: 'system', id: null, name: `schedule/${scheduleName}`, authenticatedBy: 'none', label: null },
  object: { type: 'schedule', id: scheduleId },
  endpointId: null,
  runId,
  beforeDigest: null,
  afterDigest: null,
  reason: message,
  requestId: null,
  detail: { name: scheduleName, as: actor, result, dryRun, dueAt, execution },
});

export type ScheduleActivities = ReturnType<typeof createScheduleActivities>;
