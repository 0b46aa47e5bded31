import { createHash } from 'node:crypto';
import type { Branch } from '../../clients/netbox/branching/branches';
import type { IntentMerge } from '../../database/repositories/intent/merges';
import { rightsAtRequest, type RightsAtRequest } from '../../domain/intent/rights-at-request';
import { personForNetBoxUser } from '../../domain/people/netbox-user';
import { rightsOf } from '../../domain/people/rights';
import type { ApplyToStart } from './branch-event';
import type { IntentDeps } from './deps';

export interface MergeApply {
  start: ApplyToStart;
  planId: string;
  /** Whether this call made the run: a merge has one, whoever hears of it first. */
  isNew: boolean;
}

/** A branch that NetBox has merged. */
export type MergedBranch = Branch & { readonly mergedTime: string };

interface Requester {
  name: string;
  /** Null: none of our users. */
  id: string | null;
  rights: RightsAtRequest;
  stopOnFailure: boolean;
}

/** The run of a merged branch, made once for a branch and the time of its merge. Whoever merged it asked for it; of a merge by us, whoever asked us. */
export async function applyMerge(deps: IntentDeps, branch: MergedBranch, mergedBy: string | null): Promise<MergeApply> {
  const { store } = deps;
  const mergedAt = branch.mergedTime;
  const ours = await ownMerge(deps, branch);
  const requester: Requester = ours
    ? { name: ours.requestedBy, id: ours.requesterId, rights: ours.rights, stopOnFailure: ours.stopOnFailure }
    : await requesterInNetBox(deps, mergedBy);
  const [runId, planId] = ['run', 'plan'].map(what =>
    derivedId(`${what} of ${deps.netboxUrl} branch ${branch.id} merged ${mergedAt}`),
  ) as [string, string];
  const workflowId = deps.workflowIdOf(runId);
  const isNew = await store.transaction(async tx => {
    if (!(await tx.insertIntentRun({ id: runId, scope: {}, requestedBy: requester.name, workflowId }))) return false;
    await tx.insertIntentPlan({
      id: planId,
      branch: { id: branch.id, name: branch.name, mergedAt },
      changeLog: null,
      optIn: {
        by: 'branch',
        name: branch.name,
        applyToProxmox: branch.customFields['apply_to_proxmox'] ?? null,
        applyDestroyConfirmed: branch.customFields['apply_destroy_confirmed'] ?? null,
      },
      asked: [],
      requestedBy: requester.name,
      requesterId: requester.id,
      rights: requester.rights,
      stopOnFailure: requester.stopOnFailure,
      confirmedPlanId: ours?.checkedPlanId ?? null,
    });
    await tx.giveIntentPlan(planId, runId);
    return true;
  });
  // Of a merge by us the request and what was sent are in the audit log.
  if (isNew && !ours) await note(deps, branch, requester, runId);
  const summary = `Apply the branch ${branch.name}, merged by ${ours?.requestedBy ?? mergedBy ?? 'somebody'}`;
  return { start: { runId, workflowId, actor: requester.name, summary }, planId, isNew };
}

/** The merge that was asked for here, if that is the one by which NetBox has merged the branch. */
export async function ownMerge({ store, netbox }: IntentDeps, branch: Branch): Promise<IntentMerge | undefined> {
  const merge = await store.mergeSentToBranch(branch.id);
  const isThatOne = merge && (merge.mergedAt === null ? merge.state !== 'refused' : merge.mergedAt === branch.mergedTime);
  if (!isThatOne || branch.mergedBy === undefined) return undefined;
  return branch.mergedBy.username === (await netbox.username()) ? merge : undefined;
}

async function requesterInNetBox({ store }: IntentDeps, who: string | null): Promise<Requester> {
  const person = personForNetBoxUser(who === null ? [] : await store.listUsersOfNetBox(who), who);
  return {
    name: person?.username ?? `netbox:${who ?? 'unknown'}`,
    id: person?.id ?? null,
    rights: person ? rightsAtRequest(rightsOf(await store.grantsOf(person.id))) : {},
    stopOnFailure: false,
  };
}

async function note({ audit }: IntentDeps, branch: MergedBranch, requester: Requester, runId: string): Promise<void> {
  await audit.note({
    action: 'intent.merge',
    actor: {
      kind: requester.id === null ? 'unknown' : 'user',
      id: requester.id,
      name: requester.name,
      authenticatedBy: 'netbox',
      label: null,
    },
    object: { type: 'branch', id: String(branch.id) },
    endpointId: null,
    runId,
    beforeDigest: null,
    afterDigest: null,
    reason: null,
    detail: { branch: branch.name, mergedAt: branch.mergedTime },
    requestId: null,
  });
}

/** The same for the same text: whoever hears of something a second time finds its run. */
export function derivedId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
