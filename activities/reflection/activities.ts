/** The activities of reflection, as workflows call them. Each takes ids and gives counts: histories hold references alone. */
import { NetBoxVersionChangedError } from '../../clients/netbox/errors';
import { withHeartbeat } from '../heartbeat';
import { StopRun, toFailure } from '../failures';
import type { ReflectionKindName } from '../../domain/reflection/kind-names';
import type { RunReason } from '../../domain/run';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { RunEnd, RunRecord } from '../../database/repositories/run-records';
import { applyKinds, writerLock, type ApplySummary } from './apply';
import type { ReflectionDeps } from './deps';
import { observeRun, type ObserveSummary } from './observe';
import { planRun, type PlanSummary } from './plan';
import { closeFullSync, openFullSync, type OpenedFullSync } from './runs';
import { verifyRun, type VerifySummary } from './verify';
import { awaitEndpoint } from './await-endpoint';

export interface StartedEndpoint {
  endpointName: string;
  dryRun: boolean;
  requestedBy: string;
}

export function createReflectionActivities(deps: ReflectionDeps) {
  const { store } = deps;

  async function runOf(runId: string): Promise<RunRecord> {
    const run = await store.findRun(runId);
    if (!run) throw new StopRun('internal', `There is no run ${runId}.`);
    return run;
  }

  async function endpointOf(run: RunRecord): Promise<Endpoint> {
    const endpoint = run.endpointId === null ? undefined : await store.findEndpoint(run.endpointId);
    if (!endpoint) throw new StopRun('configuration', 'The endpoint was deleted while the run waited.');
    if (!endpoint.enabled)
      throw new StopRun('endpoint-disabled', `The endpoint ${endpoint.name} is disabled: nothing was sent to it.`);
    return endpoint;
  }

  /** Every error leaves as a failure whose type is a reason code, without anything secret. */
  const guarded =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await work(...args);
      } catch (error) {
        // NetBox was upgraded: the next attempt begins with the version that answers now.
        if (error instanceof NetBoxVersionChangedError) await deps.netbox.open().catch(() => {});
        throw toFailure(error, deps.explain);
      }
    };

  return {
    openFullSync: guarded(
      async ({ runId }: { runId: string }): Promise<OpenedFullSync | null> =>
        (await openFullSync(deps, await runOf(runId))) ?? null,
    ),

    closeFullSync: guarded(async ({ runId }: { runId: string }): Promise<RunEnd> => closeFullSync(deps, await runOf(runId))),

    /** Waits until nobody else synchronises the endpoint, or for so long. */
    awaitEndpoint: guarded(async ({ endpointId, seconds }: { endpointId: string; seconds: number }): Promise<void> =>
      awaitEndpoint(store, endpointId, seconds),
    ),

    startEndpointSync: guarded(async ({ runId }: { runId: string }): Promise<StartedEndpoint | null> => {
      const run = await runOf(runId);
      if (!(await store.startRun(runId))) return null;
      await store.ensurePartitions();
      const endpoint = await endpointOf(run);
      // This workflow holds the endpoint's lock: another open run of it lost its workflow.
      await store.endOrphans(endpoint.id, runId);
      return { endpointName: endpoint.name, dryRun: run.scope.dryRun === true, requestedBy: run.requestedBy };
    }),

    observeEndpoint: guarded(async ({ runId }: { runId: string }): Promise<ObserveSummary> => {
      const run = await runOf(runId);
      const endpoint = await endpointOf(run);
      await store.setPhase(runId, 'observe');
      return withHeartbeat((progress, signal) =>
        observeRun(deps, run, endpoint, (done, total) => progress({ done, total }), signal),
      );
    }),

    planEndpoint: guarded(async ({ runId }: { runId: string }): Promise<PlanSummary> => {
      const run = await runOf(runId);
      const endpoint = await endpointOf(run);
      await store.setPhase(runId, 'plan');
      // The last writes of a run that was terminated have ended before NetBox is read.
      return withHeartbeat(progress => store.withLock(writerLock(endpoint.id), () => planRun(deps, run, endpoint, progress)));
    }),

    applyChanges: guarded(async ({ runId, kinds }: { runId: string; kinds: ReflectionKindName[] }): Promise<ApplySummary> => {
      const run = await runOf(runId);
      const endpoint = await endpointOf(run);
      return withHeartbeat((progress, signal) =>
        applyKinds(deps, run, endpoint.id, kinds, (kind, done) => progress({ kind, done }), signal),
      );
    }),

    verifyEndpoint: guarded(async ({ runId }: { runId: string }): Promise<VerifySummary> => {
      const run = await runOf(runId);
      const endpoint = await endpointOf(run);
      await store.setPhase(runId, 'verify');
      const result = await withHeartbeat(() => verifyRun(deps, run, endpoint));
      await store.endRun(runId, {
        state: result.state,
        ...(result.reason && { reason: result.reason }),
        ...(result.message && { message: result.message }),
      });
      return result;
    }),

    /** Ends a run that stopped before its end. */
    endRun: guarded(
      async ({
        runId,
        state,
        reason,
        message,
        planDigest,
      }: {
        runId: string;
        state: RunEnd['state'];
        reason?: RunReason;
        message?: string;
        planDigest?: string;
      }): Promise<void> => {
        await store.endRun(runId, {
          state,
          ...(reason && { reason }),
          ...(message && { message }),
          ...(planDigest && { planDigest }),
        });
      },
    ),
  };
}

export type ReflectionActivities = ReturnType<typeof createReflectionActivities>;
