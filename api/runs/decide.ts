import { inTransaction } from '../../database/queryable';
import { findEndpoint } from '../../database/repositories/endpoints';
import { findRun, type RunRead } from '../../database/repositories/run-reads';
import { cancelRun, confirmPlan } from '../../database/repositories/run-requests';
import { finalRunStates, type RunScope } from '../../domain/run';
import type { Effect } from '../audit/auditor';
import type { ApiDependencies } from '../dependencies';
import { Problem } from '../errors';
import { notFound } from '../validate';
import { type Asking, requestFullSync, startRun } from './launch';

type Needs = Pick<ApiDependencies, 'database' | 'temporal'>;

/**
 * A person has read the plan of one endpoint's run and lets it be written: a new full sync of that endpoint does it. Gives the new run's id.
 * @param planDigest of the plan that the person has read.
 */
export async function confirmRun(
  needs: Needs,
  { caller, audit, traceparent }: Asking,
  runId: string,
  planDigest: string,
): Promise<string> {
  const run = (await findRun(needs.database, runId)) ?? gone();
  const scope = confirmedScope(run);
  const confirm = async (): Promise<string> => {
    if (planDigest !== run.planDigest) throw anotherPlan();
    const request = await inTransaction(needs.database, async db => {
      if ((await findEndpoint(db, scope.endpoints[0])) === undefined) throw notWaiting('Its endpoint was deleted.');
      if (!(await confirmPlan(db, runId, caller.name))) throw notWaiting('Its plan was confirmed already, or it has moved on.');
      return requestFullSync(db, scope, caller);
    });
    await startRun(needs, request, traceparent);
    return request.id;
  };
  const detail = { planDigest };
  const effect = { ...effectOn(run, 'run.confirm'), endpointId: scope.endpoints[0], detail };
  return audit.effect(effect, confirm, started => ({ detail: { run: started } }));
}

/** What the plan was made for, so that the new run plans the same. */
function confirmedScope(run: RunRead): RunScope & { endpoints: [string] } {
  if (run.state !== 'awaiting_confirmation') throw notWaiting(`It is ${run.state}.`);
  if (run.endpoint === null) throw notWaiting('Confirm the runs of its endpoints, which are its children, one by one.');
  const { kinds, relink } = run.scope;
  return { endpoints: [run.endpoint.id], confirms: run.id, ...(kinds && { kinds }), ...(relink && { relink }) };
}

/** Asks a run to stop. A running one ends by its workflow; one that no workflow runs ends at once. */
export async function requestCancel({ database, temporal }: Needs, { caller, audit }: Asking, runId: string): Promise<void> {
  const run = (await findRun(database, runId)) ?? gone();
  if (finalRunStates.includes(run.state)) throw new Problem('run-ended', `Run ${runId} is ${run.state} already.`);
  await audit.effect(effectOn(run, 'run.cancel'), async () => {
    const stopping = !waitsForItsTurn(run) && (await temporal.cancel(run.workflowId));
    await cancelRun(database, runId, stopping ? ['pending'] : ['pending', 'running'], `Cancelled by ${caller.name}.`);
  });
}

const effectOn = ({ id, endpoint }: RunRead, action: Effect['action']): Effect => ({
  action,
  object: { type: 'run', id },
  runId: id,
  ...(endpoint !== null && { endpointId: endpoint.id }),
});

/** All syncs of an endpoint share one workflow id: while this one waits, the workflow of that id is another run's. */
const waitsForItsTurn = ({ kind, state }: RunRead): boolean => kind === 'endpoint-sync' && state === 'pending';

const notWaiting = (why: string): Problem =>
  new Problem('not-awaiting-confirmation', `This run does not wait for a person. ${why}`);

const anotherPlan = (): Problem =>
  new Problem('other-plan', 'What you confirm is not the plan of this run. Read its plan again, and confirm that one.');

function gone(): never {
  throw notFound('run');
}
