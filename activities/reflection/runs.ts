/** Opening and ending runs. */
import { createHash } from 'node:crypto';
import type { RunEnd, RunRecord } from '../../database/repositories/run-records';
import { endOfFullSync } from '../../domain/full-sync-end';
import { workflowIds } from '../../workflows/names';
import type { ReflectionDeps } from './deps';
import { asEndpointRun, followConfirmations } from './follow-confirmations';
import type { Tell } from './tell';

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

/** The id of a run of one endpoint that another run starts. Derived, so that a repeated attempt opens the same run. A UUID (version 5 layout) of parent and endpoint. */
export function childRunId(parentId: string, endpointId: string): string {
  const hash = createHash('sha256').update(`${parentId}/${endpointId}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** Ends the whole as its endpoints ended. What it confirmed is settled with it. */
export async function closeFullSync(
  deps: Pick<ReflectionDeps, 'store'>,
  run: RunRecord,
  tell: Pick<Tell, 'completed'>,
): Promise<RunEnd> {
  const children = await deps.store.listChildren(run.id);
  const counts = children.reduce<Record<string, number>>((sum, child) => {
    for (const [name, n] of Object.entries(child.counts)) sum[name] = (sum[name] ?? 0) + n;
    return sum;
  }, {});
  await deps.store.addCounts(run.id, { ...counts, endpoints: children.length });
  const end = endOfFullSync(children.map(asEndpointRun));
  await tell.completed('endpoints', end.message ?? 'All endpoints are synchronised.', { count: children.length });
  await deps.store.endRun(run.id, end);
  if (run.scope.confirms !== undefined) await followConfirmations(deps.store);
  return end;
}
