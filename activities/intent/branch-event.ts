import type { BranchEvent } from '../../clients/netbox/branching/events';
import { applyMerge } from './apply-merge';
import type { IntentDeps } from './deps';

/** A run that has its row, and needs its workflow. */
export interface ApplyToStart {
  runId: string;
  workflowId: string;
  actor: string;
  summary: string;
}

/** Notes an event once. A merge of a branch that is meant for Proxmox becomes a run; nothing is ever applied backwards by itself. */
export async function noteEvent(deps: IntentDeps, event: BranchEvent): Promise<ApplyToStart[]> {
  const { store } = deps;
  const kind = event.type === 'merged' ? 'merged' : 'reverted';
  const about = { branchId: event.branchId, happenedAt: event.time, kind } as const;
  if (await store.knowsBranchEvent(about)) return [];
  const record = { ...about, branchName: event.branchName, actor: event.user?.username ?? null };
  const note = async (outcome: string): Promise<ApplyToStart[]> => {
    await store.noteBranchEvent({ ...record, outcome, planId: null });
    return [];
  };
  if (kind === 'reverted')
    return note('Reverted in NetBox. Nothing is undone in Proxmox by itself: make the changes that you want.');
  const branch = await deps.branching.find(event.branchId);
  if (!branch) return note('The branch is gone, and with it what it changed: nothing is applied.');
  if (branch.mergedTime === undefined) return note('The branch was reverted before it was looked at: nothing is applied.');
  if (branch.customFields['apply_to_proxmox'] !== true) {
    return note('The branch is not meant for Proxmox: its custom field apply_to_proxmox is not true.');
  }
  const merged = { ...branch, mergedTime: branch.mergedTime };
  const { start, planId, isNew } = await applyMerge(deps, merged, branch.mergedBy?.username ?? event.user?.username ?? null);
  await store.noteBranchEvent({ ...record, outcome: `Applied by run ${start.runId}.`, planId });
  return isNew ? [start] : [];
}
