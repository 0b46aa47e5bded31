import type { NewGuestChange, StoredGuestChange } from '../../database/repositories/intent/changes';
import { digestedPlan } from '../../domain/intent/digest';
import { canonicalJson } from '../../domain/json';
import type { PlannedChange } from './plan-endpoint';

type Shown = Pick<NewGuestChange, 'op' | 'endpointId' | 'kind' | 'vmid' | 'name' | 'netboxId' | 'plan'>;

/**
 * Of a merge through us: between the last plan before it and the merge itself somebody may have edited the branch, or a guest. What the confirmed plan
 * did not show, or not so, waits for a person.
 * @param confirmed the changes of that plan; null where nobody confirmed one.
 */
export function onlyConfirmed(
  confirmed: readonly StoredGuestChange[] | null,
  planned: readonly PlannedChange[],
): readonly PlannedChange[] {
  if (confirmed === null) return planned;
  const permitted = new Set(confirmed.filter(({ verdict }) => verdict !== 'blocked').map(shownIn));
  return planned.map(change =>
    change.row.verdict === 'blocked' || permitted.has(shownIn(change.row)) ? change : { row: waiting(change.row) },
  );
}

/** What a person saw of a change. */
const shownIn = ({ op, endpointId, kind, vmid, name, netboxId, plan }: Shown): string =>
  canonicalJson([op, endpointId, kind, vmid, name, netboxId, digestedPlan(plan === null ? [] : [plan])]);

function waiting(row: NewGuestChange): NewGuestChange {
  const check = {
    netbox_id: row.netboxId,
    op: row.op,
    verdict: 'blocked',
    reason: 'plan_changed',
    message:
      'This is not what the plan said for which the branch was merged: the branch or the guest was changed in between. Plan the branch again, and apply what you have read.',
  } as const;
  return { ...row, verdict: 'blocked', checks: [...row.checks.filter(({ verdict }) => verdict !== 'permitted'), check] };
}
