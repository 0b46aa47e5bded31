/** Opens a deletion request for each delete of a run of changes, or joins the one that the guest has. May be repeated. */
import { randomUUID } from 'node:crypto';
import { log } from '@temporalio/activity';
import { NetBoxPermissionError } from '../../clients/netbox/errors';
import type { DeletionStoreFunctions } from '../../database/deletion-store';
import type { Requester } from '../../database/repositories/deletion/requesters';
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { StoredGuestChange } from '../../database/repositories/intent/changes';
import type { IntentPlan } from '../../database/repositories/intent/plans';
import { deadlineOf } from '../../domain/deletion/deadline';
import { isFinal } from '../../domain/deletion/states';
import { intentPermission } from '../../domain/intent/gate';
import { heldAtRequest } from '../../domain/intent/rights-at-request';
import { personForNetBoxUser } from '../../domain/people/netbox-user';
import { rightsOf } from '../../domain/people/rights';
import { textIn } from '../../domain/reflection/kind';
import { StopRun } from '../failures';
import type { DeletionDeps } from './deps';
import { auditEntry, guestLabel, requestOf } from './request';
import { reserveAddresses } from './reserve';

/** A request whose workflow is to be started. */
export interface OpenedDeletion {
  requestId: string;
  endpointId: string;
  vmid: number;
  about: string;
}

type Asker = Omit<Requester, 'askedAt'>;
type PlacedChange = StoredGuestChange & { endpointId: string; vmid: number };

export async function openDeletions(deps: DeletionDeps, runId: string): Promise<OpenedDeletion[]> {
  const { store } = deps;
  const plan = await store.findPlanOfRun(runId);
  // Without a plan the run ends with what its plan says.
  if (plan?.state !== 'ready') return [];
  const deletes = (await store.listGuestChanges(plan.id)).filter(isDelete);
  const deleters = await deletersIn(deps, plan, deletes);
  const opened: Deletion[] = [];
  for (const change of deletes) {
    const requestId = await openOne(deps, plan, change, deleters.get(change.netboxId ?? 0) ?? null);
    if (requestId !== undefined) opened.push(await requestOf(deps, requestId));
  }
  for (const request of opened) {
    // What does not work now is done by the request's own workflow, which is patient.
    await reserveAddresses(deps, request).catch((error: unknown) =>
      log.warn('The addresses of a deleted virtual machine were not reserved at once', { request: request.id, error }),
    );
  }
  return opened.map(({ id, endpointId, vmid, ...rest }) => ({
    requestId: id,
    endpointId,
    vmid,
    about: guestLabel({ id, endpointId, vmid, ...rest }),
  }));
}

/** Of those that were opened already, too: an attempt that was killed is taken up. */
const isDelete = (change: StoredGuestChange): change is PlacedChange =>
  change.op === 'delete' &&
  change.verdict !== 'blocked' &&
  (change.state === 'planned' || change.state === 'deletion_requested') &&
  change.endpointId !== null &&
  change.vmid !== null;

const reason = 'delete_routed_to_deletion_request';

/** @returns the request's id; undefined where nobody is there who could have asked. */
async function openOne(
  deps: DeletionDeps,
  plan: IntentPlan,
  change: PlacedChange,
  deleter: string | null,
): Promise<string | undefined> {
  if (change.state === 'deletion_requested') return change.result.deletionRequest;
  const isPosted = plan.optIn.by === 'request';
  if (isPosted && plan.requesterId === null) {
    const message = `${change.name} needs a deletion request, which a person must ask for.`;
    await deps.store.moveGuestChange(change.id, { from: ['planned'], to: 'deletion_requested', reason, message });
    return undefined;
  }
  const askers = await askersOf(deps, plan, change, deleter);
  const why = await reasonOf(deps, plan);
  const requestId = await deps.store.transaction(async tx => {
    const id = await insertOrJoin(deps, tx, plan, change, askers, why);
    const message = `${change.name} has a deletion request, which somebody else decides about.`;
    const result = { deletionRequest: id };
    const isFirst = await tx.moveGuestChange(change.id, { from: ['planned'], to: 'deletion_requested', reason, message, result });
    if (!isFirst) throw new Error('Another attempt opens the same request.');
    for (const asker of askers) await tx.insertRequester(id, asker);
    if (change.change.op === 'delete') await tx.insertLosses(id, change.change.originals);
    return id;
  });
  const request = await requestOf(deps, requestId);
  const [asker] = askers;
  const actor = {
    kind: asker?.userId == null ? 'unknown' : 'user',
    id: asker?.userId ?? null,
    name: asker?.name ?? plan.requestedBy,
    authenticatedBy: isPosted ? 'none' : 'netbox',
    label: null,
  } as const;
  const detail = {
    source: plan.branch === null ? plan.optIn.by : `branch ${plan.branch.name}`,
    joined: request.changeId !== change.id,
  };
  await deps.audit.note(auditEntry(request, 'deletion.request', detail, { actor, reason: why }));
  return requestId;
}

async function insertOrJoin(
  deps: DeletionDeps,
  tx: DeletionStoreFunctions,
  plan: IntentPlan,
  change: PlacedChange,
  askers: readonly Asker[],
  why: string,
): Promise<string> {
  const endpoint = await tx.findEndpoint(change.endpointId);
  if (!endpoint) throw new StopRun('configuration', `The endpoint of ${change.name} was deleted meanwhile.`);
  const { intent_deletion_request_ttl_days: days } = await deps.settings.ofInstallation();
  const id = randomUUID();
  const isKnown = askers[0]?.userId != null;
  const isNew = await tx.insertDeletion({
    id,
    endpointId: endpoint.id,
    endpointName: endpoint.name,
    kind: change.kind,
    vmid: change.vmid,
    name: change.name,
    netboxId: change.netboxId,
    source: plan.branch === null ? 'request' : 'branch',
    changeId: change.id,
    optIn: plan.optIn,
    reason: why,
    state: isKnown ? 'pending' : 'needs_requester',
    deadline: new Date(deadlineOf(Date.now(), days)),
  });
  if (isNew) return id;
  const open = await tx.findDeletionOfGuest(endpoint.id, change.vmid);
  const locked = open && (await tx.lockDeletion(open.id));
  if (!locked || isFinal(locked.state) || locked.state === 'executing' || locked.kind !== change.kind)
    throw new Error('The request of this guest before is just ending.');
  if (isKnown) await tx.moveDeletion(locked.id, { from: 'needs_requester', to: 'pending' });
  return locked.id;
}

/** Whoever merged, or posted, comes first. */
async function askersOf(deps: DeletionDeps, plan: IntentPlan, change: PlacedChange, deleter: string | null): Promise<Asker[]> {
  const { store } = deps;
  const { endpointId, kind } = change;
  const first: Asker = {
    userId: plan.requesterId,
    name: plan.requestedBy,
    how: plan.branch === null ? 'asked' : 'merged',
    heldAtRequest: heldAtRequest(plan.rights, 'delete', kind, endpointId),
  };
  if (deleter === null) return [first];
  const person = personForNetBoxUser(await store.listUsersOfNetBox(deleter), deleter);
  const name = person?.username ?? `netbox:${deleter}`;
  if (name === first.name) return [first];
  const rights = person && rightsOf(await store.grantsOf(person.id));
  const holds = rights?.holds(intentPermission('delete', kind), endpointId) ?? false;
  return [first, { userId: person?.id ?? null, name, how: 'deleted', heldAtRequest: holds }];
}

/** Who deleted the virtual machines in the branch, by their ids: a merge does each change again under its own person's name. */
async function deletersIn(
  { netbox }: DeletionDeps,
  plan: IntentPlan,
  deletes: readonly PlacedChange[],
): Promise<Map<number, string>> {
  const ids = deletes.flatMap(({ netboxId, state }) => (netboxId === null || state !== 'planned' ? [] : [netboxId]));
  if (plan.branch === null || ids.length === 0) return new Map();
  const type = 'virtualization.virtualmachine';
  const found = new Map<number, string>();
  for (let start = 0; start < ids.length; start += 50) {
    const rows = await netbox
      .listAll('core/object-changes', {
        filters: { changed_object_type: type, action: 'delete', changed_object_id: ids.slice(start, start + 50) },
        fields: ['user_name', 'changed_object_id', 'changed_object_type'],
      })
      .catch((error: unknown) => {
        // Whoever merged is known in any case.
        if (error instanceof NetBoxPermissionError) return [];
        throw error;
      });
    for (const row of rows)
      if (row['changed_object_type'] === type) found.set(Number(row['changed_object_id']), textIn(row['user_name']));
  }
  return found;
}

const longestReason = 500;

async function reasonOf({ branching }: DeletionDeps, plan: IntentPlan): Promise<string> {
  if (plan.branch === null) return `Asked for by ${plan.requestedBy} among changes of guests.`;
  const branch = await branching.find(plan.branch.id);
  const said = branch?.description.trim() ?? '';
  const what = `Deleted in the branch ${plan.branch.name}, which ${plan.requestedBy} merged.`;
  return `${what}${said === '' ? '' : ` The branch says: ${said}`}`.slice(0, longestReason);
}
