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
import type { Identity } from '../auth/identity';
import type { FullSyncStart } from '../temporal';

const NEVER_STARTED = 'Temporal could not be reached, so this run never started. Start it again when Temporal answers.';

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
export async function startRun(
  { database, temporal }: Pick<ApiDependencies, 'database' | 'temporal'>,
  request: FullSyncRequest,
): Promise<void> {
  try {
    await temporal.startFullSync(toStart(request));
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
