import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { rightsOf } from '../domain/people/rights';
import type { RunScope } from '../domain/run';
import { decideFiring } from '../domain/schedules/firing';
import type { FiringResult } from '../domain/schedules/schedule';
import { inTransaction, type Queryable } from './queryable';
import { listEndpoints } from './repositories/endpoints';
import { grantsOf } from './repositories/people/role-bindings';
import { findUser } from './repositories/people/users';
import { insertFullSync } from './repositories/run-requests';
import { findFiring, insertFiring, listOpenFullSyncs } from './repositories/schedule-firings';
import { lockSchedule } from './repositories/schedules';

/** A schedule is due, and its workflow asks whether it may run. */
export interface FiringRequest {
  scheduleId: string;
  /** The execution of the workflow: its further attempts get the first one's answer. */
  execution: string;
  workflowId: string;
  /** When it was due; null when that is not known. */
  dueAt: string | null;
}

export interface OpenedFiring {
  result: FiringResult;
  /** Of `started`: the run, which is a row by now. */
  runId: string | null;
  message: string | null;
  scheduleName: string;
  /** Who the run acts as. */
  actor: string;
  dryRun: boolean;
}

/** Decides about one firing of a schedule and writes it down, with the row of the run that it starts: both or neither. */
export async function openFiring(
  pool: Pick<Pool, 'connect'>,
  request: FiringRequest,
  workflowIdOf: (runId: string) => string,
): Promise<OpenedFiring> {
  return inTransaction(pool, async db => {
    const schedule = await lockSchedule(db, request.scheduleId);
    if (schedule === undefined) return unknown;
    const owner = await findUser(db, schedule.ownerId);
    const known = { scheduleName: schedule.name, actor: owner?.username ?? 'unknown', dryRun: schedule.dryRun };

    const decided = await findFiring(db, request.execution);
    if (decided !== undefined) return { ...known, ...decided };
    const decision = decideFiring({
      schedule,
      owner,
      rights: rightsOf(await grantsOf(db, schedule.ownerId)),
      endpoints: await listEndpoints(db),
      open: await listOpenFullSyncs(db),
    });
    const runId = decision.result === 'started' ? await writeRun(db, decision.scope, known.actor, workflowIdOf) : null;
    const { result, message } = decision;
    await insertFiring(db, { ...request, result, runId, message });
    return { ...known, result, runId, message };
  });
}

async function writeRun(
  db: Queryable,
  scope: RunScope,
  requestedBy: string,
  workflowIdOf: (runId: string) => string,
): Promise<string> {
  const id = randomUUID();
  await insertFullSync(db, { id, scope, requestedBy, workflowId: workflowIdOf(id) });
  return id;
}

/** Temporal has a schedule whose row is gone. */
const unknown: OpenedFiring = {
  result: 'refused',
  runId: null,
  message: 'This schedule is not in the database any more: delete it in Temporal.',
  scheduleName: 'unknown',
  actor: 'unknown',
  dryRun: false,
};
