/** Opening and ending runs. */
import { createHash } from 'node:crypto';
import type { RunEnd, RunRecord } from '../../database/repositories/run-records';
import type { RunReason } from '../../domain/run';
import { workflowIds } from '../../workflows/names';
import type { ReflectionDeps } from './deps';

export interface OpenedEndpoint {
  endpointId: string;
  endpointName: string;
  runId: string;
}

export interface OpenedFullSync {
  dryRun: boolean;
  requestedBy: string;
  endpoints: OpenedEndpoint[];
}

/** @returns undefined when the run has ended already. */
export async function openFullSync(deps: Pick<ReflectionDeps, 'store'>, run: RunRecord): Promise<OpenedFullSync | undefined> {
  if (!(await deps.store.startRun(run.id))) return undefined;
  await deps.store.ensurePartitions();
  const wanted = run.scope.endpoints;
  const endpoints = (await deps.store.listEndpoints()).filter(endpoint =>
    wanted?.length ? wanted.includes(endpoint.id) : endpoint.enabled,
  );
  const opened = endpoints.map(endpoint => ({
    endpointId: endpoint.id,
    endpointName: endpoint.name,
    runId: childRunId(run.id, endpoint.id),
  }));
  for (const { runId, endpointId } of opened) {
    await deps.store.openChildRun({ id: runId, parent: run, endpointId, workflowId: workflowIds.endpointSync(endpointId) });
  }
  return { dryRun: run.scope.dryRun === true, requestedBy: run.requestedBy, endpoints: opened };
}

/** Derived, so that a repeated attempt opens the same run. A UUID (version 5 layout) of parent and endpoint. */
function childRunId(parentId: string, endpointId: string): string {
  const hash = createHash('sha256').update(`${parentId}/${endpointId}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** The result of the whole: as good as its worst endpoint. */
export async function closeFullSync(deps: Pick<ReflectionDeps, 'store'>, run: RunRecord): Promise<RunEnd> {
  const children = await deps.store.listChildren(run.id);
  const of = (state: string): RunRecord[] => children.filter(child => child.state === state);
  const counts = children.reduce<Record<string, number>>((sum, child) => {
    for (const [name, n] of Object.entries(child.counts)) sum[name] = (sum[name] ?? 0) + n;
    return sum;
  }, {});
  await deps.store.addCounts(run.id, { ...counts, endpoints: children.length });
  const end = endOf(children, of);
  await deps.store.endRun(run.id, end);
  return end;
}

function endOf(children: (RunRecord & { endpointName: string | null })[], of: (state: string) => RunRecord[]): RunEnd {
  const names = (state: string): string =>
    children
      .filter(child => child.state === state)
      .map(child => child.endpointName ?? child.endpointId)
      .join(', ');
  const waiting = of('awaiting_confirmation').length;
  const failed = of('failed').length;
  const cancelled = of('cancelled').length;
  if (children.length === 0) return { state: 'completed', message: 'No endpoint is enabled: nothing was synchronised.' };
  if (failed === children.length)
    return { state: 'failed', reason: 'endpoint-failed', message: `Every endpoint failed: ${names('failed')}.` };
  if (failed > 0) return { state: 'partial', reason: 'endpoint-failed', message: `These endpoints failed: ${names('failed')}.` };
  if (cancelled > 0) return { state: 'cancelled', message: `Cancelled for ${names('cancelled')}.` };
  const partial = children.find(child => child.state === 'partial');
  if (partial)
    return {
      state: 'partial',
      ...(partial.reason && { reason: partial.reason as RunReason }),
      message: `Incomplete for ${names('partial')}.`,
    };
  if (waiting > 0) {
    const reason = children.find(child => child.state === 'awaiting_confirmation')?.reason;
    return {
      state: 'awaiting_confirmation',
      ...(reason && { reason }),
      message: `A person must read the plan of ${names('awaiting_confirmation')}.`,
    };
  }
  return { state: 'completed' };
}
