import type { GateReason } from '../../../domain/intent/gate';
import type { Identity } from '../../auth/identity';
import { mayAskSomething } from '../../intent/ask';
import type { GuestChangeView, IntentMergeView, IntentPlanView } from '../../intent/schema';
import { button, checkbox, postForm } from '../html/form';
import { h, type Html } from '../html/h';
import { empty, facts, heading, link, notice, section } from '../html/parts';
import { time } from '../html/time';
import { counted } from '../html/words';
import { changeCard } from './change';
import { isMerging, mergeNotice, mergePart } from './merge';
import { shutNotice } from './shut';
import { planBadge } from './state';

interface PlanPage {
  plan: IntentPlanView;
  caller: Identity;
  /** Why nothing of it would be applied now. */
  shut: readonly GateReason[];
  /** Ids of the changes for which reflection leaves guests alone. */
  held: readonly string[];
  /** Names of endpoints by their ids. */
  endpoints: ReadonlyMap<string, string>;
  netboxUrl: string | undefined;
  /** The newest merge that was asked for by means of it. */
  merge?: IntentMergeView | undefined;
  /** What became of pressing a button. */
  problem?: string | undefined;
}

export const planTitle = ({ branch, source }: Pick<IntentPlanView, 'branch' | 'source'>): string =>
  branch !== null ? `Plan of branch ${branch.name}` : source === 'request' ? 'Plan of a request' : 'Plan of changes in NetBox';

export const isBeingMade = ({ state }: Pick<IntentPlanView, 'state'>): boolean => state === 'pending';

export function planBody({ plan, caller, shut, held, endpoints, netboxUrl, merge, problem }: PlanPage): (Html | null)[] {
  const { branch, changes } = plan;
  return [
    heading(
      planTitle(plan),
      planBadge(plan.state),
      branch !== null &&
        mayAskSomething(caller) &&
        button(caller, '/ui/intent', 'Plan again', { fields: { branch_id: String(branch.id) } }),
      link('/ui/intent', 'All plans'),
    ),
    problem === undefined ? null : notice('bad', problem),
    mergeNotice(merge, plan.id),
    isBeingMade(plan) ? pending(plan.id) : null,
    plan.state === 'failed' ? notice('bad', plan.summary ?? 'The plan could not be made.') : null,
    plan.state === 'ready' ? h('p', { class: 'summary' }, plan.summary) : null,
    plan.state === 'ready' && plan.runId === null ? shutNotice(shut) : null,
    plan.state === 'ready' ? applyPart(plan, caller, shut, merge) : null,
    problemsOf(plan),
    ...changes.map(change =>
      changeCard(change, {
        caller,
        netboxUrl,
        endpointName: change.endpoint === null ? undefined : endpoints.get(change.endpoint),
        held: held.includes(change.id),
      }),
    ),
    plan.state === 'ready' && changes.length === 0
      ? empty('There is nothing to change: the guests are as they are wanted.')
      : null,
    section('Plan', factsOf(plan)),
  ];
}

/** Asks for itself again until there is a plan; then the whole page is loaded. */
export const pending = (id: string): Html =>
  h(
    'div',
    { id: 'pending', 'hx-get': `/ui/intent/plans/${id}/progress`, 'hx-trigger': 'every 1500ms', 'hx-swap': 'outerHTML' },
    notice('calm', 'The guests and their clusters are being read. This takes a few seconds; without a worker nothing comes.'),
  );

const toApply = ({ changes }: IntentPlanView): GuestChangeView[] => changes.filter(({ verdict }) => verdict !== 'blocked');

function applyPart(
  plan: IntentPlanView,
  caller: Identity,
  shut: readonly GateReason[],
  merge: IntentMergeView | undefined,
): Html | null {
  if (plan.runId !== null) return notice('calm', 'This plan was applied: ', link(`/ui/runs/${plan.runId}`, 'see the run'), '.');
  const { branch } = plan;
  const permitted = toApply(plan);
  if (permitted.length === 0) return null;
  if (branch !== null && branch.mergedAt === null) {
    return isMerging(merge) || merge?.state === 'merged' ? null : mergePart(plan, caller, shut);
  }
  if (shut.length > 0) return null;
  const blocked = plan.changes.length - permitted.length;
  return section(
    'Apply',
    h(
      'p',
      null,
      `${counted(permitted.length, 'guest')}, one after the other. Each is read again right before it is written; one that is no longer as it was planned for is left alone. `,
      blocked > 0 &&
        h('strong', null, `${counted(blocked, 'guest')} blocked: nothing is done for ${blocked === 1 ? 'it' : 'them'}.`),
    ),
    postForm(
      caller,
      `/ui/intent/plans/${plan.id}/apply`,
      h('input', { type: 'hidden', name: 'digest', value: plan.digest ?? '' }),
      checkbox('stop_on_failure', 'Stop after the first failure', false, 'Guests whose turn has not come are left as they are.'),
      h('button', { type: 'submit', class: 'primary' }, `Apply to ${counted(permitted.length, 'guest')}`),
    ),
  );
}

function problemsOf({ problems }: IntentPlanView): Html | null {
  if (problems.length === 0) return null;
  return section(
    'Could not be understood',
    h('ul', { class: 'findings' }, ...problems.map(({ place, message }) => h('li', null, h('code', null, place), ' ', message))),
  );
}

const factsOf = ({ requestedBy, createdAt, plannedAt, digest, branch, id }: IntentPlanView): Html =>
  facts([
    ['Asked for by', requestedBy],
    ['Asked for', time(createdAt)],
    ['Made', time(plannedAt)],
    ...(branch === null ? [] : [['Branch merged', branch.mergedAt === null ? 'not yet' : time(branch.mergedAt)] as const]),
    ['Digest', digest === null ? '–' : h('code', null, digest)],
    ['Id', h('code', null, id)],
  ]);
