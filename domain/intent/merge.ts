import type { PlanVerdict } from './checks/register';

/** Why a merge that was asked for here did not take place. Stable, for programs. */
export type MergeReason =
  | 'plan_failed'
  | 'plan_changed'
  | 'plan_empty'
  | 'plan_blocked'
  | 'branch_not_found'
  | 'branch_not_ready'
  | 'branch_empty'
  | 'branch_conflicts'
  | 'merged_elsewhere'
  | 'merge_refused'
  | 'merge_unknown'
  | 'cancelled';

export interface MergeRefusal {
  readonly reason: MergeReason;
  /** What is the matter, and what to do about it. */
  readonly message: string;
}

/** A plan that was made right before the merge. */
export interface FreshPlan {
  readonly state: 'pending' | 'ready' | 'failed';
  readonly digest: string | null;
  readonly message: string | null;
  readonly changes: readonly {
    readonly name: string;
    readonly verdict: PlanVerdict['verdict'];
    readonly checks: readonly PlanVerdict[];
  }[];
}

/**
 * What keeps a branch from being merged for the plan that somebody has read; undefined: nothing does. A branch of which nothing would be applied is
 * not merged here at all: that is NetBox's own business.
 */
export function mergeRefusal(fresh: FreshPlan, asked: { digest: string; allowBlocked: boolean }): MergeRefusal | undefined {
  if (fresh.state !== 'ready') {
    return { reason: 'plan_failed', message: `The branch could not be planned again: ${fresh.message ?? 'there is no plan'}` };
  }
  if (fresh.digest !== asked.digest) {
    return {
      reason: 'plan_changed',
      message:
        'The branch, or a guest that it changes, is not as it was when the plan was read. Read the new plan, and merge that one.',
    };
  }
  const blocked = fresh.changes.filter(({ verdict }) => verdict === 'blocked');
  if (fresh.changes.length === 0) {
    return { reason: 'plan_empty', message: 'The branch changes nothing in Proxmox. Merge it in NetBox.' };
  }
  if (blocked.length === 0 || (asked.allowBlocked && blocked.length < fresh.changes.length)) return undefined;
  const told = blocked.slice(0, 5).map(({ name, checks }) => {
    const check = checks.find(({ verdict }) => verdict === 'blocked');
    return `${name}: ${check?.message ?? 'blocked'}`;
  });
  const which = blocked.length === fresh.changes.length ? 'Everything' : `${blocked.length} of ${fresh.changes.length} guests`;
  return { reason: 'plan_blocked', message: `${which} in it is blocked. ${told.join(' ')}` };
}
