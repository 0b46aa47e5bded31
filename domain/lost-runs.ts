import type { RunState } from './run';

/** A run that has not ended by our record. */
export interface OpenRun {
  id: string;
  kind: 'full-sync' | 'endpoint-sync';
  state: Extract<RunState, 'pending' | 'running'>;
  /** Whether the full sync that this run is a part of is open itself, and so looks after it. */
  parentOpen: boolean;
}

/** What Temporal knows of the latest workflow with a run's workflow id. */
export type WorkflowStanding = 'none' | 'open' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out';

/** What has to be done about a run. */
export type Remedy = { do: 'nothing' } | { do: 'start' } | { do: 'end'; state: 'failed' | 'cancelled'; message: string };

const nothing: Remedy = { do: 'nothing' };

/**
 * A workflow writes its run's end before it closes itself. So a run that is open when its workflow is not was left behind: it is ended; or, when
 * Temporal never heard of its workflow or has lost it, started.
 */
export function remedyFor(run: OpenRun, standing: WorkflowStanding): Remedy {
  if (standing === 'open') return nothing;
  if (run.kind === 'full-sync') return standing === 'none' ? { do: 'start' } : endedAs(standing);
  // A full sync that goes on starts its endpoints' runs, and sees how they end.
  if (run.parentOpen) return nothing;
  if (run.state === 'running') return endedAs(standing);
  const message = 'The sync that it was a part of ended before its turn came; nothing was read or written.';
  return { do: 'end', state: 'cancelled', message };
}

const happened: Record<Exclude<WorkflowStanding, 'open'>, string> = {
  none: 'Temporal lost its workflow',
  completed: 'Its workflow ended without a word',
  failed: 'Its workflow failed',
  cancelled: 'Its workflow was cancelled',
  terminated: 'Its workflow was ended from outside (terminated)',
  'timed-out': 'Its workflow ran out of time',
};

function endedAs(standing: Exclude<WorkflowStanding, 'open'>): Remedy {
  const state = standing === 'cancelled' ? 'cancelled' : 'failed';
  const message = `${happened[standing]} before the run was complete. What was written before stays; the next sync does the rest.`;
  return { do: 'end', state, message };
}
