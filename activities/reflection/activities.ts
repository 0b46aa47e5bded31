/** The activities of reflection, as workflows call them. Each takes ids and gives counts: histories hold references alone. */
import { CancelledFailure, Context } from '@temporalio/activity';
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
import { createTell, type Tell } from './tell';
import { tellApplied, tellPlan } from './tell-totals';
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

  /** A step of one run: what makes an attempt fail is told to whoever watches the run. */
  const step = <A extends { runId: string }, R>(work: (args: A, tell: Tell) => Promise<R>) =>
    guarded(async (args: A): Promise<R> => {
      const tell = createTell(store, args.runId);
      try {
        return await work(args, tell);
      } catch (error) {
        const failure = toFailure(error, deps.explain);
        if (!(failure instanceof CancelledFailure))
          await tell.failed(failure.type ?? 'internal', failure.message, Context.current().info.attempt).catch(() => {});
        throw error;
      }
    });

  return {
    openFullSync: step(async ({ runId }: { runId: string }, tell): Promise<OpenedFullSync | null> => {
      const opened = await openFullSync(deps, await runOf(runId));
      if (opened === undefined) return null;
      const names = opened.endpoints.map(({ endpointName }) => endpointName).join(', ');
      await tell.started('endpoints', names === '' ? 'No endpoint is enabled.' : `Synchronising ${names}.`);
      return opened;
    }),

    closeFullSync: step(async ({ runId }: { runId: string }, tell): Promise<RunEnd> =>
      closeFullSync(deps, await runOf(runId), tell),
    ),

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

    observeEndpoint: step(async ({ runId }: { runId: string }, tell): Promise<ObserveSummary> => {
      const run = await runOf(runId);
      const endpoint = await endpointOf(run);
      await store.setPhase(runId, 'observe');
      await tell.started('observe', `Reading the Proxmox endpoint ${endpoint.name}.`);
      const observed = await withHeartbeat((progress, signal) =>
        observeRun(
          deps,
          run,
          endpoint,
          (done, total) => {
            progress({ done, total });
            tell.progress('observe', 'Guests read', done, total);
          },
          signal,
        ),
      );
      const { guests, unreadable, nodes, complete } = observed;
      const found = `${guests} guests on ${nodes} nodes.`;
      await tell.discovery(found, guests, { nodes, unreadable, complete });
      await tell.completed('observe', found, { count: guests });
      return observed;
    }),

    planEndpoint: step(async ({ runId }: { runId: string }, tell): Promise<PlanSummary> => {
      const run = await runOf(runId);
      const endpoint = await endpointOf(run);
      await store.setPhase(runId, 'plan');
      await tell.started('plan', 'Reading NetBox and comparing.');
      // The last writes of a run that was terminated have ended before NetBox is read.
      const plan = await withHeartbeat(progress =>
        store.withLock(writerLock(endpoint.id), () => planRun(deps, run, endpoint, progress)),
      );
      await tellPlan(store, tell, runId);
      return plan;
    }),

    applyChanges: step(async ({ runId, kinds }: { runId: string; kinds: ReflectionKindName[] }, tell): Promise<ApplySummary> => {
      const run = await runOf(runId);
      const endpoint = await endpointOf(run);
      await tell.started('apply', 'Writing NetBox.');
      const summary = await withHeartbeat((progress, signal) =>
        applyKinds(deps, run, endpoint.id, kinds, tell, (kind, done) => progress({ kind, done }), signal),
      );
      if (summary.refused > 0) for (const object of await store.refusedExamples(runId)) await tell.refused(object);
      return summary;
    }),

    verifyEndpoint: step(async ({ runId }: { runId: string }, tell): Promise<VerifySummary> => {
      const run = await runOf(runId);
      const endpoint = await endpointOf(run);
      await store.setPhase(runId, 'verify');
      await tellApplied(store, tell, runId);
      await tell.started('verify', 'Checking that NetBox shows every guest.');
      const result = await withHeartbeat(() => verifyRun(deps, run, endpoint));
      await tell.completed('verify', result.message ?? 'NetBox shows every guest.', { count: result.counts['guests'] ?? 0 });
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
