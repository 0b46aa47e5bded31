import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../database/queryable';
import {
  failUnstarted,
  type FullSyncRequest,
  insertFullSync,
  listPendingFullSyncs,
} from '../../database/repositories/run-requests';
import type { RunScope } from '../../domain/run';
import { workflowIds } from '../../workflows/names';
import type { ApiDependencies } from '../dependencies';
import type { Effect } from '../audit/auditor';
import type { Identity } from '../auth/identity';
import type { FullSyncStart } from '../temporal-starts';
import { relinkScope } from './scope';

const NEVER_STARTED = 'Temporal could not be reached, so this run never started. Start it again when Temporal answers.';

type Needs = Pick<ApiDependencies, 'database' | 'temporal'>;
/** Who asks, and within which trace. */
export type Asking = Pick<Express.Locals, 'caller' | 'audit' | 'traceparent'>;

/** Starts a full sync for whoever asks, audited, and gives its id. */
export async function launchFullSync(
  needs: Needs,
  { caller, audit, traceparent }: Asking,
  scope: RunScope,
  effect: Effect = { action: 'sync.start', object: { type: 'run', id: null } },
): Promise<string> {
  const launch = async (): Promise<string> => {
    const request = await requestFullSync(needs.database, scope, caller);
    await startRun(needs, request, traceparent);
    return request.id;
  };
  return audit.effect({ ...effect, detail: scope }, launch, runId => ({ runId }));
}

/** Starts the sync that forgets which NetBox objects show the endpoint's guests and matches them anew; its plan waits for a person. */
export async function launchRelink(needs: Needs, asking: Asking, endpointId: string): Promise<string> {
  const scope = await relinkScope(needs.database, endpointId);
  return launchFullSync(needs, asking, scope, {
    action: 'endpoint.relink',
    object: { type: 'endpoint', id: endpointId },
    endpointId,
  });
}

/** Writes the row of a full sync; `startRun` comes after. */
export async function requestFullSync(db: Queryable, scope: RunScope, caller: Pick<Identity, 'name'>): Promise<FullSyncRequest> {
  const id = randomUUID();
  const request = { id, scope, requestedBy: caller.name, workflowId: workflowIds.fullSync(id) };
  await insertFullSync(db, request);
  return request;
}

/**
 * Starts the workflow of a run that is already a row. When Temporal does not answer, the run fails here rather than waiting to be started
 * later: the caller is told to ask again, and one wish must not become two runs. Should Temporal have taken the start after all, its
 * workflow finds a row that is not pending any more, and stops.
 * @throws TemporalUnavailableError
 */
export async function startRun({ database, temporal }: Needs, request: FullSyncRequest, traceparent: string): Promise<void> {
  try {
    await temporal.startFullSync({ ...toStart(request), traceparent });
  } catch (error) {
    if (await failUnstarted(database, request.id, NEVER_STARTED)) throw error;
  }
}

/** Starts what a process left behind that ended between the row and the start. Several processes may do so at once. */
export async function startLeftovers({
  database,
  temporal,
  log,
}: Pick<ApiDependencies, 'database' | 'temporal' | 'log'>): Promise<void> {
  for (const request of await listPendingFullSyncs(database)) {
    await temporal.startFullSync(toStart(request)).catch((error: unknown) => {
      log.warn({ runId: request.id, err: error }, 'a pending run could not be started');
    });
  }
}

function toStart({ id, scope, requestedBy }: FullSyncRequest): FullSyncStart {
  const dryRun = scope.dryRun === true;
  const where = scope.endpoints === undefined ? 'all endpoints' : `${scope.endpoints.length} endpoint(s)`;
  return {
    runId: id,
    dryRun,
    actor: requestedBy,
    summary: `Full sync of ${where}${dryRun ? ' (dry run)' : ''}, asked for by ${requestedBy}`,
  };
}
