import type { Request, Response } from 'express';
import { z } from 'zod';
import { listEndpoints } from '../../../database/repositories/endpoints';
import { findGuestChange, listGuestChanges } from '../../../database/repositories/intent/changes';
import { listHeldChanges, listIntentPlans } from '../../../database/repositories/intent/plan-list';
import { latestMergeOfPlan } from '../../../database/repositories/intent/merges';
import { findIntentPlan, type IntentPlan } from '../../../database/repositories/intent/plans';
import { loadGlobalSettings } from '../../../database/repositories/settings';
import { decideGate, type GateReason } from '../../../domain/intent/gate';
import { effectiveValues } from '../../../domain/settings/resolve';
import type { ApiDependencies } from '../../dependencies';
import { askForApply, askForPlan, dropChange } from '../../intent/ask';
import { askForMerge, viewMerge } from '../../intent/merge';
import { planCursorSchema } from '../../intent/plan-list';
import { branchIdSchema } from '../../intent/schema';
import { whatIsShut } from '../../intent/shut';
import { viewPlan } from '../../intent/view';
import { decodeCursor, encodeCursor } from '../../paging';
import { idOf, notFound } from '../../validate';
import { check, refusal, typedOf } from '../form-input';
import { givenQuery } from '../given-query';
import type { GuardedPages } from '../guarded-pages';
import type { FormState } from '../html/form';
import { sendFragment, sendPage } from '../html/layout';
import { planListBody } from './list';
import { isMerging } from './merge';
import { isBeingMade, pending, planBody, planTitle } from './plan';

const LIST_ROWS = 25;
const listQuery = z.strictObject({ cursor: z.string().max(500).optional() });
const branchForm = z.object({ branch_id: branchIdSchema });

export function intentPages({ on }: GuardedPages, dependencies: ApiDependencies): void {
  const { database, environment, netboxUrl } = dependencies;

  const planOf = async (req: Request): Promise<IntentPlan> => {
    const plan = await findIntentPlan(database, idOf(req, 'plan'));
    if (plan === undefined) throw notFound('plan');
    return plan;
  };

  /** Of the gate: what is the same for everybody and every guest. */
  const masterSwitch = async (): Promise<readonly GateReason[]> => {
    const settings = effectiveValues({ environment, global: (await loadGlobalSettings(database)).values });
    const anyEndpoint = { name: '', enabled: true, allowWrites: true };
    const answer = decideGate({ settings, endpoint: anyEndpoint, optIn: { by: 'request' } });
    return answer.allowed ? [] : answer.reasons;
  };

  const showList = async (req: Request, res: Response, form: FormState, status = 200): Promise<void> => {
    const { caller } = res.locals;
    const { cursor } = givenQuery(req, listQuery);
    const page = { after: decodeCursor(cursor, planCursorSchema), limit: LIST_ROWS };
    const { plans, next } = await listIntentPlans(database, caller.endpointsWith('view'), page);
    const body = planListBody({
      ...{ plans, caller, form, shut: await masterSwitch() },
      first: cursor === undefined,
      next: next && encodeCursor(next),
    });
    sendPage(res, { title: 'Changes from NetBox', place: 'intent', body }, status);
  };

  const showPlan = async (res: Response, plan: IntentPlan, problem?: string): Promise<void> => {
    const { caller } = res.locals;
    const [view, changes, held, endpoints, latest] = await Promise.all([
      viewPlan(database, plan),
      listGuestChanges(database, plan.id),
      listHeldChanges(database, plan.id),
      listEndpoints(database),
      latestMergeOfPlan(database, plan.id),
    ]);
    const merge = latest && viewMerge(latest);
    const wanted = changes.filter(({ verdict }) => verdict !== 'blocked');
    const body = planBody({
      ...{ plan: view, caller, held, netboxUrl, merge, problem },
      shut: await whatIsShut(dependencies, plan, wanted, caller),
      endpoints: new Map(endpoints.map(({ id, name }) => [id, name])),
    });
    const page = {
      title: planTitle(view),
      place: 'intent',
      body,
      refresh: isBeingMade(view) || isMerging(merge) ? 3 : undefined,
    } as const;
    sendPage(res, page, problem === undefined ? 200 : 422);
  };

  on('GET /ui/intent', (req, res) => showList(req, res, { typed: {}, errors: {} }));

  on('POST /ui/intent', async (req, res) => {
    const typed = typedOf(req);
    const asked = check(branchForm, { branch_id: typed['branch_id'] }, typed);
    if ('errors' in asked) return showList(req, res, { typed, errors: { branch_id: 'Give the number of a branch.' } }, 422);
    const id = await askForPlan(dependencies, res.locals, asked.data);
    res.redirect(303, `/ui/intent/plans/${id}`);
  });

  on('GET /ui/intent/plans/:id', async (req, res) => showPlan(res, await planOf(req)));

  /** While a plan is made. When there is one, the whole page is loaded again. */
  on('GET /ui/intent/plans/:id/progress', async (req, res) => {
    const plan = await planOf(req);
    if (!isBeingMade(plan)) res.set('HX-Refresh', 'true');
    sendFragment(res, pending(plan.id));
  });

  on('POST /ui/intent/plans/:id/apply', async (req, res) => {
    const plan = await planOf(req);
    const { digest = '', stop_on_failure: stop } = typedOf(req);
    try {
      const body = { plan_id: plan.id, digest, stop_on_failure: stop === 'on' };
      res.redirect(303, `/ui/runs/${await askForApply(dependencies, res.locals, body)}`);
    } catch (error) {
      await showPlan(res, await planOf(req), Object.values(refusal(error)).join(' '));
    }
  });

  on('POST /ui/intent/plans/:id/merge', async (req, res) => {
    const plan = await planOf(req);
    const typed = typedOf(req);
    const isOn = (name: string): boolean => typed[name] === 'on';
    try {
      await askForMerge(dependencies, res.locals, {
        branch_id: plan.branch?.id ?? 0,
        digest: typed['digest'] ?? '',
        allow_blocked: isOn('allow_blocked'),
        acknowledge_conflicts: isOn('acknowledge_conflicts'),
        stop_on_failure: isOn('stop_on_failure'),
      });
      res.redirect(303, `/ui/intent/plans/${plan.id}`);
    } catch (error) {
      await showPlan(res, plan, Object.values(refusal(error)).join(' '));
    }
  });

  on('POST /ui/intent/changes/:id/drop', async (req, res) => {
    const id = idOf(req, 'change');
    await dropChange(dependencies, res.locals, id);
    const change = await findGuestChange(database, id);
    res.redirect(303, change === undefined ? '/ui/intent' : `/ui/intent/plans/${change.planId}#change-${id}`);
  });
}
