import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../database/queryable';
import { failUnstarted, insertFullSync, listPendingFullSyncs } from '../../database/repositories/run-requests';
import type { RunScope } from '../../domain/run';
import { workflowIds } from '../../workflows/names';
import type { ApiDependencies } from '../dependencies';
import type { Caller } from '../locals';

const NEVER_STARTED = 'Temporal could not be reached, so this run never started. Start it again when Temporal answers.';

/** Writes the row of a full sync; `startRun` comes after. Gives its id. */
export async function requestFullSync(db: Queryable, scope: RunScope, caller: Caller): Promise<string> {
  const id = randomUUID();
  await insertFullSync(db, { id, scope, requestedBy: caller.name, workflowId: workflowIds.fullSync(id) });
  return id;
}

/**
 * Starts the workflow of a run that is already a row. When Temporal does not answer, the run fails here rather than waiting to be started
 * later: the caller is told to ask again, and one wish must not become two runs. Should Temporal have taken the start after all, its
 * workflow finds a row that is not pending any more, and stops.
 * @throws TemporalUnavailableError
 */
export async function startRun(
  { database, temporal }: Pick<ApiDependencies, 'database' | 'temporal'>,
  runId: string,
  scope: RunScope,
  caller: Caller,
): Promise<void> {
  try {
    await temporal.startFullSync(runId, summarise(scope, caller));
  } catch (error) {
    if (await failUnstarted(database, runId, NEVER_STARTED)) throw error;
  }
}

/** Starts what a process left behind that ended between the row and the start. Several processes may do so at once. */
export async function startLeftovers({
  database,
  temporal,
  log,
}: Pick<ApiDependencies, 'database' | 'temporal' | 'log'>): Promise<void> {
  for (const runId of await listPendingFullSyncs(database)) {
    await temporal
      .startFullSync(runId, 'Full sync')
      .catch((error: unknown) => log.warn({ runId, err: error }, 'a pending run could not be started'));
  }
}

function summarise(scope: RunScope, caller: Caller): string {
  const what = scope.dryRun === true ? 'Full sync, dry run' : 'Full sync';
  const where = scope.endpoints === undefined ? 'all endpoints' : `${scope.endpoints.length} endpoint(s)`;
  return `${what} of ${where}, asked for by ${caller.name}`;
}
