import type { PlanLine } from '../../../database/repositories/intent/plan-list';
import type { GateReason } from '../../../domain/intent/gate';
import type { Identity } from '../../auth/identity';
import { mayAskSomething } from '../../intent/ask';
import { field, formErrors, postForm, type FormState } from '../html/form';
import { h, type Html } from '../html/h';
import { pager, type Paging } from '../html/pager';
import { empty, heading, link, row, section, table } from '../html/parts';
import { runBadge } from '../html/state';
import { time } from '../html/time';
import { counted } from '../html/words';
import { shutNotice } from './shut';
import { planBadge } from './state';

interface PlanList extends Paging {
  plans: readonly PlanLine[];
  caller: Identity;
  /** Why nothing would be applied now, whatever it is. */
  shut: readonly GateReason[];
  form: FormState;
}

export function planListBody({ plans, caller, shut, form, ...paging }: PlanList): (Html | null | false)[] {
  return [
    heading('Changes from NetBox'),
    h(
      'p',
      { class: 'lead' },
      'What branches of NetBox, or requests, want to change in Proxmox: planned, checked, and applied guest by guest. No guest is stopped, and none is destroyed.',
    ),
    shutNotice(shut),
    section(
      'Newest first',
      plans.length === 0
        ? empty('There is no plan yet. Plan a branch below, or post changes: proxbox plan make FILE.')
        : table('Plans', ['Of', 'Plan', 'What it comes to', 'Applied', 'Asked for', 'By'], plans.map(planRow)),
      pager('/ui/intent', {}, paging),
    ),
    mayAskSomething(caller) &&
      section(
        'Plan a branch',
        formErrors(form),
        postForm(
          caller,
          '/ui/intent',
          field('branch_id', 'Id of the branch in NetBox', form, {
            required: true,
            hint: 'It ends the address of the branch’s page in NetBox. Planning changes nothing; the branch may be open or merged.',
          }),
          h('button', { type: 'submit', class: 'primary' }, 'Plan'),
        ),
      ),
  ];
}

const planRow = ({ id, branch, changeLog, state, message, changes, blocked, run, createdAt, requestedBy }: PlanLine): Html =>
  row(
    link(
      `/ui/intent/plans/${id}`,
      branch !== null ? `Branch ${branch.name}` : changeLog === null ? 'A request' : 'Changes in NetBox',
    ),
    planBadge(state),
    [
      message ?? counted(changes, 'guest'),
      blocked > 0 && h('small', { class: 'under bad' }, `${counted(blocked, 'guest')} blocked`),
    ],
    run === null ? '–' : h('a', { href: `/ui/runs/${run.id}` }, runBadge(run.state)),
    time(createdAt),
    requestedBy,
  );
