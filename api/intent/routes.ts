import type { Router } from 'express';
import { listBranchEvents } from '../../database/repositories/intent/branch-events';
import { findGuestChange } from '../../database/repositories/intent/changes';
import type { IntentMerge } from '../../database/repositories/intent/merges';
import { listIntentPlans } from '../../database/repositories/intent/plan-list';
import { findIntentPlan, latestPlanOfBranch, type IntentPlan } from '../../database/repositories/intent/plans';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { decodeCursor, encodeCursor, setNextLink } from '../paging';
import { readUntil, waitSecondsOf } from '../prefer';
import { acceptRun } from '../runs/accept';
import { bodyOf, idOf, notFound, queryOf } from '../validate';
import { askForApply, askForPlan, dropChange, steerRun } from './ask';
import { hearNetBox } from './hook';
import { askForMerge, mergeOf, viewMerge } from './merge';
import { planCursorSchema, planListQuery, summarisePlan, type PlanListView } from './plan-list';
import { applySchema, branchIdSchema, mergeSchema, planSchema, type BranchSummaryView } from './schema';
import { intentStatus } from './status';
import { viewChange, viewPlan } from './view';

export function intentRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database } = dependencies;

  const planOf = async (id: string): Promise<IntentPlan> => {
    const plan = await findIntentPlan(database, id);
    if (plan === undefined) throw notFound('plan');
    return plan;
  };

  on('POST /intent/plan', async (req, res) => {
    const id = await askForPlan(dependencies, res.locals, bodyOf(req, planSchema));
    const isMade = ({ state }: IntentPlan): boolean => state !== 'pending';
    const plan = await readUntil(req, res, () => planOf(id), isMade);
    res
      .status(waitSecondsOf(req) !== undefined && isMade(plan) ? 200 : 202)
      .location(`/intent/plans/${id}`)
      .json(await viewPlan(database, plan));
  });

  on('GET /intent/status', async (_req, res) => {
    res.json(await intentStatus(dependencies));
  });

  on('GET /intent/plans', async (req, res) => {
    const { cursor, limit } = queryOf(req, planListQuery);
    const page = { after: decodeCursor(cursor, planCursorSchema), limit };
    const { plans, next } = await listIntentPlans(database, res.locals.caller.endpointsWith('view'), page);
    const nextCursor = next === undefined ? null : encodeCursor(next);
    setNextLink(req, res, nextCursor);
    const answer: PlanListView = { items: plans.map(summarisePlan), nextCursor };
    res.json(answer);
  });

  on('GET /intent/plans/:id', async (req, res) => {
    res.json(await viewPlan(database, await planOf(idOf(req, 'plan'))));
  });

  on('GET /intent/plan-summary/:branchId', async (req, res) => {
    const { caller } = res.locals;
    const given = branchIdSchema.safeParse(req.params['branchId']);
    if (!given.success) throw notFound('branch');
    const plan = await latestPlanOfBranch(database, given.data);
    const view = plan && (await viewPlan(database, plan));
    const visible = view?.changes.every(({ endpoint }) => caller.permissions('view', endpoint ?? undefined)) === true;
    const events = await listBranchEvents(database, given.data);
    const answer: BranchSummaryView = {
      branchId: given.data,
      plan: visible ? view : null,
      events: events.map(({ kind, happenedAt, actor, outcome }) => ({ kind, happenedAt, actor, outcome })),
    };
    res.json(answer);
  });

  on('POST /intent/apply', async (req, res) => {
    await acceptRun(dependencies, req, res, await askForApply(dependencies, res.locals, bodyOf(req, applySchema)));
  });

  on('POST /intent/merge', async (req, res) => {
    const id = await askForMerge(dependencies, res.locals, bodyOf(req, mergeSchema));
    const hasEnded = ({ finishedAt }: IntentMerge): boolean => finishedAt !== null;
    const merge = await readUntil(req, res, () => mergeOf(dependencies, id), hasEnded);
    res
      .status(waitSecondsOf(req) !== undefined && hasEnded(merge) ? 200 : 202)
      .location(`/intent/merges/${id}`)
      .json(viewMerge(merge));
  });

  on('GET /intent/merges/:id', async (req, res) => {
    res.json(viewMerge(await mergeOf(dependencies, idOf(req, 'merge'))));
  });

  for (const verb of ['pause', 'resume'] as const) {
    on(`POST /runs/:id/${verb}`, async (req, res) => {
      const runId = idOf(req, 'run');
      await steerRun(dependencies, res.locals, runId, verb);
      await acceptRun(dependencies, req, res, runId);
    });
  }

  on('POST /intent/changes/:id/drop', async (req, res) => {
    const id = idOf(req, 'change');
    await dropChange(dependencies, res.locals, id);
    const change = await findGuestChange(database, id);
    if (change === undefined) throw notFound('change');
    res.json(await viewChange(database, change));
  });

  on('POST /hooks/netbox', hearNetBox(dependencies));

  return router;
}
