import { createHash } from 'node:crypto';
import type { Branch } from '../../clients/netbox/branching/branches';
import type { BranchEvent } from '../../clients/netbox/branching/events';
import type { OptIn } from '../../domain/intent/gate';
import { rightsAtRequest } from '../../domain/intent/rights-at-request';
import { personForNetBoxUser } from '../../domain/people/netbox-user';
import { rightsOf } from '../../domain/people/rights';
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
  return applyMerge(deps, event, branch, branch.mergedTime, record);
}

async function applyMerge(
  deps: IntentDeps,
  event: BranchEvent,
  branch: Branch,
  mergedAt: string,
  record: Omit<Parameters<IntentDeps['store']['noteBranchEvent']>[0], 'outcome' | 'planId'>,
): Promise<ApplyToStart[]> {
  const { store } = deps;
  const who = branch.mergedBy?.username ?? event.user?.username ?? null;
  const person = personForNetBoxUser(who === null ? [] : await store.listUsersOfNetBox(who), who);
  const actor = person?.username ?? `netbox:${who ?? 'unknown'}`;
  const [runId, planId] = ['run', 'plan'].map(what =>
    derivedId(`${what} of ${deps.netboxUrl} branch ${branch.id} merged ${mergedAt}`),
  ) as [string, string];
  const workflowId = deps.workflowIdOf(runId);
  const optIn: OptIn = {
    by: 'branch',
    name: branch.name,
    applyToProxmox: true,
    applyDestroyConfirmed: branch.customFields['apply_destroy_confirmed'] ?? null,
  };
  const isNew = await store.transaction(async tx => {
    if (!(await tx.insertIntentRun({ id: runId, scope: {}, requestedBy: actor, workflowId }))) return false;
    await tx.insertIntentPlan({
      id: planId,
      branch: { id: branch.id, name: branch.name, mergedAt },
      optIn,
      asked: [],
      requestedBy: actor,
      requesterId: person?.id ?? null,
      rights: person ? rightsAtRequest(rightsOf(await tx.grantsOf(person.id))) : {},
      stopOnFailure: false,
    });
    await tx.giveIntentPlan(planId, runId);
    return true;
  });
  await store.noteBranchEvent({ ...record, outcome: `Applied by run ${runId}.`, planId });
  if (!isNew) return [];
  await deps.audit.note({
    action: 'intent.merge',
    actor: {
      kind: person ? 'user' : 'unknown',
      id: person?.id ?? null,
      name: actor,
      authenticatedBy: 'netbox',
      label: null,
    },
    object: { type: 'branch', id: String(branch.id) },
    endpointId: null,
    runId,
    beforeDigest: null,
    afterDigest: null,
    reason: null,
    detail: { branch: branch.name, mergedAt },
    requestId: null,
  });
  return [{ runId, workflowId, actor, summary: `Apply the branch ${branch.name}, merged by ${who ?? 'somebody'}` }];
}

/** The same for the same text: whoever hears of a merge a second time finds its run. */
function derivedId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
