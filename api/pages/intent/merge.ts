import type { GateReason } from '../../../domain/intent/gate';
import type { Identity } from '../../auth/identity';
import type { IntentMergeView, IntentPlanView } from '../../intent/schema';
import { checkbox, postForm } from '../html/form';
import { h, type Html } from '../html/h';
import { link, notice, section } from '../html/parts';
import { counted } from '../html/words';

export const isMerging = (merge: IntentMergeView | undefined): boolean => merge !== undefined && merge.finishedAt === null;

/** How the newest merge for this plan stands; null where nobody asked for one. */
export function mergeNotice(merge: IntentMergeView | undefined, planId: string): Html | null {
  if (merge === undefined) return null;
  const { state, message, runId, checkedPlanId, requestedBy } = merge;
  if (state === 'merged') {
    return notice(
      'good',
      'The branch is merged. ',
      runId === null ? message : link(`/ui/runs/${runId}`, 'See the run that applies it'),
      '.',
    );
  }
  if (isMerging(merge)) {
    const stage =
      state === 'merging' ? 'NetBox merges the branch' : 'The branch is planned once more, and compared with what was read';
    return notice('calm', `${stage}, for ${requestedBy}. Without a worker nothing comes of it.`);
  }
  return notice(
    'bad',
    `The branch was not merged for ${requestedBy}. ${message ?? ''} `,
    checkedPlanId !== null &&
      checkedPlanId !== planId &&
      link(`/ui/intent/plans/${checkedPlanId}`, 'The plan that was made right before'),
  );
}

/** The form that merges a branch which is not merged yet. */
export function mergePart(plan: IntentPlanView, caller: Identity, shut: readonly GateReason[]): Html {
  const blocked = plan.changes.filter(({ verdict }) => verdict === 'blocked').length;
  const permitted = plan.changes.length - blocked;
  const words =
    'Merging the branch in NetBox applies it. Merged here, it is planned once more first: if that plan is another one, nothing is merged. NetBox merges the whole branch, whatever else stands in it.';
  if (shut.length > 0) return notice('calm', 'The branch is not merged. Until it is, this shows what would happen.');
  return section(
    'Merge and apply',
    h('p', null, words),
    postForm(
      caller,
      `/ui/intent/plans/${plan.id}/merge`,
      h('input', { type: 'hidden', name: 'digest', value: plan.digest ?? '' }),
      blocked > 0 &&
        checkbox(
          'allow_blocked',
          `Merge although ${counted(blocked, 'guest')} ${blocked === 1 ? 'is' : 'are'} blocked`,
          false,
          'Nothing is done to what is blocked.',
        ),
      checkbox(
        'acknowledge_conflicts',
        'Merge although NetBox’s main has changed the same',
        false,
        'The values of the branch win.',
      ),
      checkbox('stop_on_failure', 'Stop after the first failure', false, 'Guests whose turn has not come are left as they are.'),
      h('button', { type: 'submit', class: 'primary' }, `Merge, and apply to ${counted(permitted, 'guest')}`),
    ),
  );
}
