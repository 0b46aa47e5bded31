/** What is done after a request has ended: NetBox is told, a receipt is kept, people hear of it. May be repeated. */
import { log } from '@temporalio/activity';
import { NetBoxError, NetBoxNotFoundError } from '../../clients/netbox/errors';
import type { Loss } from '../../database/repositories/deletion/losses';
import type { Deletion } from '../../database/repositories/deletion/requests';
import { refIn } from '../../domain/deletion/restore';
import { isFinal } from '../../domain/deletion/states';
import type { JsonObject } from '../../domain/json';
import type { DeletionDeps } from './deps';
import { destroyedJournal } from './journal';
import { auditEntry, endpointOf, guestLabel, requestOf } from './request';
import { changelogMessage, freeAddresses } from './reserve';

const machines = 'virtualization/virtual-machines';

/**
 * The destroyed guest in NetBox: decommissioned or deleted, as the settings say, and a journal entry where something is left to hold one. What a merged
 * delete took is gone for good: its addresses are free.
 */
export async function tellNetBox(deps: DeletionDeps, requestId: string): Promise<void> {
  const request = await requestOf(deps, requestId);
  // Once it is closed, the VMID may be that of another guest.
  if (request.closedAt !== null || request.state !== 'destroyed') return;
  try {
    await freeAddresses(deps, request);
    const [lost] = await deps.store.listLosses(requestId);
    const shown = lost === undefined ? request.netboxId : await madeAnew(deps, request);
    if (shown !== null) await tellVm(deps, request, shown);
    else if (lost !== undefined) await tellCluster(deps, request, lost);
  } catch (error) {
    if (error instanceof NetBoxNotFoundError) return;
    if (!(error instanceof NetBoxError) || deps.explain(error).retryable) throw error;
    log.warn('NetBox was not told that a guest was destroyed', { request: requestId, error });
  }
}

/** A sync may have made the virtual machine anew between a merge and its request. */
async function madeAnew({ store, netbox }: DeletionDeps, { endpointId, kind, vmid }: Deletion): Promise<number | null> {
  const linked = (await store.loadLinks(endpointId)).get('virtual-machine')?.get(`${kind}/${vmid}`)?.netboxId;
  const [row] = linked === undefined ? [] : await netbox.listByIds(machines, [linked], { fields: ['name'] });
  return row?.id ?? null;
}

async function tellVm(deps: DeletionDeps, request: Deletion, id: number): Promise<void> {
  const { deletion_netbox: policy } = await deps.settings.ofEndpoint(await endpointOf(deps, request));
  const options = { changelogMessage: changelogMessage(request) };
  if (policy === 'delete') return deps.netbox.remove(machines, id, options);
  await deps.netbox.update(machines, id, { status: 'decommissioning' }, options);
  await destroyedJournal(deps, request, { type: 'virtualization.virtualmachine', id });
}

async function tellCluster(deps: DeletionDeps, request: Deletion, vm: Loss): Promise<void> {
  const id = refIn(vm.original['cluster']);
  if (id !== null) await destroyedJournal(deps, request, { type: 'virtualization.cluster', id });
}

/** The receipt of a destroyed guest: who asked and approved, the task, and everything that is needed to make it anew. */
async function keepReceipt({ store }: DeletionDeps, request: Deletion): Promise<void> {
  if (request.state !== 'destroyed' || request.receipt !== null) return;
  const [requesters, approvals, lost] = await Promise.all([
    store.listRequesters(request.id),
    store.listApprovals(request.id, request.round),
    store.listLosses(request.id),
  ]);
  const receipt: JsonObject = {
    destroyedAt: request.endedAt?.toISOString() ?? null,
    sentAt: request.sentAt?.toISOString() ?? null,
    task: request.upid,
    digest: request.digest,
    requestedBy: requesters.map(({ name }) => name),
    approvedBy: approvals.map(({ name }) => name),
    withoutBackup: approvals.some(({ withoutBackup }) => withoutBackup),
    guest: { kind: request.kind, vmid: request.vmid, name: request.name, node: request.node, endpoint: request.endpointName },
    config: { ...request.about?.config },
    pending: { ...request.about?.pending },
    disks: request.about?.disks.map(disk => ({ ...disk })) ?? [],
    // What is still to be looked at, such as disks that a storage still lists.
    remarks: request.reasons.map(({ message }) => message),
    around: request.snapshot,
    netbox: lost.map(({ objectType, objectId, original }) => ({ objectType, objectId, original })),
  };
  await store.saveReceipt(request.id, receipt);
}

export async function close(deps: DeletionDeps, requestId: string): Promise<void> {
  const request = await requestOf(deps, requestId);
  if (!isFinal(request.state) || request.closedAt !== null) return;
  await keepReceipt(deps, request);
  for (const seq of await deps.store.listUnfinishedOf(requestId)) {
    const reason = 'The worker ended in the middle of it. What became of it was found out by reading.';
    await deps.audit.complete(seq, { result: 'unknown', reason });
  }
  const why = request.reasons[0]?.message ?? '';
  if (!(await deps.store.isEndAudited(requestId))) {
    await deps.audit.note(
      auditEntry(request, 'deletion.end', { state: request.state, by: request.endedBy }, { reason: why === '' ? null : why }),
    );
  }
  await deps.store.tellDeletion({
    event: 'deletion-ended',
    people: deps.mails ? (await deps.store.listRequesters(requestId)).flatMap(({ userId }) => userId ?? []) : [],
    about: `${request.id}/ended`,
    endpoint: { id: request.endpointId, name: request.endpointName },
    message: `The deletion request for ${guestLabel(request)} has ended: ${request.state.replaceAll('_', ' ')}. ${why}`.trim(),
  });
  await deps.store.closeDeletion(requestId);
}
