import { randomUUID } from 'node:crypto';
import { inTransaction, type Queryable } from '../../database/queryable';
import { findGuestChange, listGuestChanges } from '../../database/repositories/intent/changes';
import { releaseHold } from '../../database/repositories/intent/holds';
import {
  findIntentPlan,
  giveIntentPlan,
  insertIntentPlan,
  openRunOfBranch,
  takeIntentPlan,
  type IntentPlan,
} from '../../database/repositories/intent/plans';
import { insertIntentRun, listPendingIntentRuns, type IntentRunRequest } from '../../database/repositories/intent/runs';
import { keepIntentSecret } from '../../database/repositories/intent/secrets';
import { findRun } from '../../database/repositories/run-reads';
import { failUnstarted } from '../../database/repositories/run-requests';
import { loadGlobalSettings } from '../../database/repositories/settings';
import { intentPermission } from '../../domain/intent/gate';
import { rightsAtRequest } from '../../domain/intent/rights-at-request';
import { finalRunStates } from '../../domain/run';
import { intentEnabled, INTENT_PHRASE } from '../../domain/settings/intent-switch';
import { effectiveValues } from '../../domain/settings/resolve';
import { workflowIds } from '../../workflows/names';
import { permissionDenied } from '../auth/authorize';
import type { ApiDependencies } from '../dependencies';
import { Problem } from '../errors';
import type { Asking } from '../runs/launch';
import { notFound } from '../validate';
import { askedOf } from './asked';
import type { ApplyBody, PlanBody } from './schema';

type Needs = Pick<ApiDependencies, 'database' | 'temporal' | 'secrets' | 'environment'>;

const NEVER_STARTED = 'Temporal could not be reached, so this run never started. Apply again when Temporal answers.';

/** Writes the row of a plan, starts the short workflow that makes it, and gives its id. */
export async function askForPlan(needs: Needs, { caller, audit }: Asking, body: PlanBody): Promise<string> {
  requireSomeIntent(caller);
  const planId = randomUUID();
  const { branch_id: branchId, diffs } = body;
  const ask = async (): Promise<void> => {
    if (branchId === undefined) await insertAsked(needs, caller, planId, { ...body, diffs: diffs ?? [] }, false);
    else {
      await insertIntentPlan(needs.database, {
        ...askedBy(planId, caller),
        branch: { id: branchId, name: `branch ${branchId}`, mergedAt: null },
        changeLog: null,
        // What the branch says about itself is read when it is planned.
        optIn: { by: 'branch', name: `branch ${branchId}`, applyToProxmox: null, applyDestroyConfirmed: null },
        asked: [],
        stopOnFailure: false,
      });
    }
    await needs.temporal.ask({
      type: 'intentPlan',
      workflowId: workflowIds.intentPlan(planId),
      input: { planId },
      actor: caller.name,
      summary: `Plan of ${branchId === undefined ? `${diffs?.length ?? 0} changes` : `branch ${branchId}`}, asked for by ${caller.name}`,
    });
  };
  await audit.effect({ action: 'intent.plan', object: { type: 'intent-plan', id: planId }, detail: withoutSecrets(body) }, ask);
  return planId;
}

/** Starts the run that applies a plan, or changes that are planned in it, and gives its id. */
export async function askForApply(needs: Needs, { caller, audit, traceparent }: Asking, body: ApplyBody): Promise<string> {
  requireSomeIntent(caller);
  const runId = randomUUID();
  const { database, temporal } = needs;
  const apply = async (): Promise<void> => {
    await requireIntent(needs);
    const about = await inTransaction(database, async db => {
      if (body.plan_id !== undefined && body.digest !== undefined)
        return takePlan(db, runId, { ...body, plan_id: body.plan_id, digest: body.digest }, caller);
      const planId = randomUUID();
      const { endpointIds } = await insertAsked(
        { ...needs, database: db },
        caller,
        planId,
        { ...body, diffs: body.diffs ?? [] },
        body.stop_on_failure,
      );
      await insertIntentRun(db, requestOf(runId, endpointIds, caller.name));
      await giveIntentPlan(db, planId, runId);
      return `${body.diffs?.length ?? 0} changes`;
    });
    const start = { runId, actor: caller.name, summary: `Apply ${about}, asked for by ${caller.name}`, traceparent };
    try {
      await temporal.startIntentApply(start);
    } catch (error) {
      if (await failUnstarted(database, runId, NEVER_STARTED)) throw error;
    }
  };
  const effect = { action: 'intent.apply', object: { type: 'run', id: runId }, runId, detail: withoutSecrets(body) } as const;
  await audit.effect(effect, apply);
  return runId;
}

const requestOf = (runId: string, endpoints: readonly string[], requestedBy: string): IntentRunRequest => ({
  id: runId,
  scope: { endpoints: [...endpoints] },
  requestedBy,
  workflowId: workflowIds.intentApply(runId),
});

/** With intent switched off nothing is made, not even a run that would be refused. */
export async function requireIntent({ database, environment }: Pick<Needs, 'database' | 'environment'>): Promise<void> {
  const values = effectiveValues({ environment, global: (await loadGlobalSettings(database)).values });
  if (intentEnabled(values)) return;
  const detail = values.netbox_to_proxmox_enabled
    ? `intent_phrase_missing: netbox_to_proxmox_enabled is on without its typed phrase. Switch it on again and type ${INTENT_PHRASE}.`
    : 'intent_disabled: netbox_to_proxmox_enabled is off. Switch it on with PATCH /settings.';
  throw new Problem('intent-disabled', detail);
}

async function takePlan(
  db: Queryable,
  runId: string,
  { plan_id: planId, digest, stop_on_failure: stopOnFailure }: { plan_id: string; digest: string; stop_on_failure: boolean },
  caller: Asking['caller'],
): Promise<string> {
  const plan = await findIntentPlan(db, planId);
  if (plan === undefined || !maySee(plan, caller)) throw notFound('plan');
  if (plan.state !== 'ready')
    throw new Problem('plan-not-ready', plan.message ?? 'The plan is still being made. Ask again in a moment.');
  if (plan.digest !== digest)
    throw new Problem('other-plan', 'The digest is not that of this plan. Read the plan again, and apply that one.');
  if (plan.branch !== null && plan.branch.mergedAt === null) {
    throw new Problem(
      'plan-not-ready',
      `The branch ${plan.branch.name} was not merged when it was planned: merging it applies it.`,
    );
  }
  await requireRights(db, planId, caller);
  const open = plan.branch === null ? undefined : await openRunOfBranch(db, plan.branch.id);
  if (open !== undefined) {
    throw new Problem('apply-open', `Run ${open} applies the branch just now. Wait for its end, and plan what is missing then.`);
  }
  await insertIntentRun(
    db,
    requestOf(
      runId,
      plan.asked.map(({ endpointId }) => endpointId),
      caller.name,
    ),
  );
  if (!(await takeIntentPlan(db, planId, runId, { digest, stopOnFailure }))) {
    throw new Problem(
      'plan-applied',
      `The plan was applied already${plan.runId === null ? '' : ` by run ${plan.runId}`}. Plan again.`,
    );
  }
  return `a plan of ${plan.requestedBy}`;
}

export const mayAskSomething = (caller: Asking['caller']): boolean => Object.keys(rightsAtRequest(caller)).length > 0;

/** Whoever may ask for no change at all starts nothing: not even a plan in which every change is refused. */
export function requireSomeIntent(caller: Asking['caller']): void {
  if (mayAskSomething(caller)) return;
  throw new Problem(
    'permission-denied',
    'This needs a permission of intent, such as intent_update_vm. An administrator can give you a role that has it.',
  );
}

/** To apply what somebody else has planned is to ask for it: whoever does needs the permissions, too. */
export async function requireRights(
  db: Queryable,
  planId: string,
  caller: Asking['caller'],
  { blockedToo = false }: { blockedToo?: boolean } = {},
): Promise<void> {
  for (const { verdict, op, kind, endpointId } of await listGuestChanges(db, planId)) {
    const permission = intentPermission(op, kind);
    if ((blockedToo || verdict !== 'blocked') && !caller.permissions(permission, endpointId ?? undefined))
      throw permissionDenied(permission);
  }
}

export const maySee = (plan: IntentPlan, caller: Asking['caller']): boolean =>
  plan.asked.every(({ endpointId }) => caller.sees(endpointId));

const askedBy = (id: string, caller: Asking['caller']) => ({
  id,
  requestedBy: caller.name,
  requesterId: caller.userId,
  rights: rightsAtRequest(caller),
});

async function insertAsked(
  { database, secrets }: { database: Queryable; secrets: Needs['secrets'] },
  caller: Asking['caller'],
  planId: string,
  posted: Parameters<typeof askedOf>[1],
  stopOnFailure: boolean,
): Promise<{ endpointIds: string[] }> {
  const asked = await askedOf(database, posted, caller);
  await insertIntentPlan(database, {
    ...askedBy(planId, caller),
    branch: null,
    changeLog: null,
    optIn: { by: 'request' },
    asked: asked.changes,
    stopOnFailure,
  });
  for (const { id, plain } of asked.secrets) await keepIntentSecret(database, secrets, { id, planId, plain });
  return { endpointIds: [...new Set(asked.changes.map(({ endpointId }) => endpointId))] };
}

/** For the audit log: which guests, and which of their fields. */
const withoutSecrets = ({ diffs, ...rest }: PlanBody | ApplyBody): object => ({
  ...rest,
  ...(diffs && {
    diffs: diffs.map(({ op, kind, payload }) => ({ op, kind, vmid: payload.vmid ?? null, fields: Object.keys(payload).sort() })),
  }),
});

/** Starts what a process left behind that ended between the row and the start. */
export async function startApplyLeftovers({
  database,
  temporal,
  log,
}: Pick<ApiDependencies, 'database' | 'temporal' | 'log'>): Promise<void> {
  for (const { id, requestedBy } of await listPendingIntentRuns(database)) {
    const start = { runId: id, actor: requestedBy, summary: `Apply changes, asked for by ${requestedBy}` };
    await temporal.startIntentApply(start).catch((error: unknown) => {
      log.warn({ runId: id, err: error }, 'a pending run could not be started');
    });
  }
}

/** Lets a run begin no further guest, or go on. */
export async function steerRun(
  { database, temporal }: Pick<Needs, 'database' | 'temporal'>,
  { audit }: Asking,
  runId: string,
  verb: 'pause' | 'resume',
): Promise<void> {
  const run = await findRun(database, runId);
  if (run === undefined) throw notFound('run');
  if (run.kind !== 'intent-apply') throw new Problem('not-applying', 'Only a run that applies changes can be paused.');
  if (finalRunStates.includes(run.state)) throw new Problem('run-ended', `Run ${runId} is ${run.state} already.`);
  await audit.effect({ action: `run.${verb}`, object: { type: 'run', id: runId }, runId }, async () => {
    if (!(await temporal.signal(run.workflowId, verb)))
      throw new Problem('run-ended', `Run ${runId} has no workflow that could hear it.`);
  });
}

/** Gives up a change that was not made: reflection goes on with the guest's fields as usual. */
export async function dropChange(
  { database }: Pick<Needs, 'database'>,
  { audit, caller }: Asking,
  changeId: string,
): Promise<void> {
  const change = await findGuestChange(database, changeId);
  if (change === undefined) throw notFound('change');
  const permission = intentPermission(change.op, change.kind);
  if (!caller.permissions(permission, change.endpointId ?? undefined)) throw permissionDenied(permission);
  const effect = { action: 'intent.drop', object: { type: 'guest-change', id: changeId } } as const;
  await audit.effect({ ...effect, ...(change.endpointId !== null && { endpointId: change.endpointId }) }, async () => {
    if (change.state === 'queued' || change.state === 'running') throw new Problem('no-hold', 'The change is under way.');
    if (!(await releaseHold(database, changeId, 'dropped', caller.name)))
      throw new Problem('no-hold', 'Nothing waits for this change.');
  });
}
