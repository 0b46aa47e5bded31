/** Our record of runs and Temporal's of workflows, brought together again. */
import { log } from '@temporalio/activity';
import type { ReflectionStore } from '../../database/reflection-store';
import type { OpenRunRecord } from '../../database/repositories/open-runs';
import { remedyFor, type WorkflowStanding } from '../../domain/lost-runs';
import { withHeartbeat } from '../heartbeat';
import { followConfirmations } from '../reflection/follow-confirmations';

export interface ReconcileDeps {
  store: Pick<
    ReflectionStore,
    'endRun' | 'listOpenRuns' | 'listChildren' | 'listConfirmed' | 'listWaitingFullSyncs' | 'settleWaiting'
  >;
  /** What Temporal knows of the latest workflow with this id. */
  standingOf(workflowId: string): Promise<WorkflowStanding>;
}

export interface RunToStart {
  runId: string;
  requestedBy: string;
  dryRun: boolean;
}

export interface Reconciled {
  /** Full syncs that have no workflow: whoever asked starts them. */
  toStart: RunToStart[];
  /** Runs that were left open, and are ended now. */
  ended: number;
  /** Runs that waited for a person, and follow what the confirmation started. */
  settled: number;
}

/** Starts of one round; the next round takes more. */
const startsAtOnce = 20;

export function createReconcileActivities({ store, standingOf }: ReconcileDeps) {
  const remedied = async (run: OpenRunRecord, toStart: RunToStart[]): Promise<number> => {
    const remedy = remedyFor(run, await standingOf(run.workflowId));
    if (remedy.do === 'nothing') return 0;
    if (remedy.do === 'start') {
      const { id: runId, requestedBy, scope } = run;
      if (toStart.length < startsAtOnce) toStart.push({ runId, requestedBy, dryRun: scope.dryRun === true });
      return 0;
    }
    log.warn(`A run was left open and is ended: ${remedy.message}`, { run: run.id });
    await store.endRun(run.id, { state: remedy.state, reason: 'internal', message: remedy.message });
    return 1;
  };

  return {
    /** Ends what was left open, and says what has to be started. May run any number of times, also side by side. */
    reconcileRuns: (): Promise<Reconciled> =>
      withHeartbeat(async () => {
        const result: Reconciled = { toStart: [], ended: 0, settled: 0 };
        // A full sync first: whether it is open decides about the runs of its endpoints.
        for (const kind of ['full-sync', 'endpoint-sync'] as const) {
          for (const run of await store.listOpenRuns(kind)) result.ended += await remedied(run, result.toStart);
        }
        result.settled = await followConfirmations(store);
        return result;
      }),
  };
}

export type ReconcileActivities = ReturnType<typeof createReconcileActivities>;
