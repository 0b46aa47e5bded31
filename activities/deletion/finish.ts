/** What is done after a request has ended: the tag is taken off, NetBox is told, a receipt is kept, people hear of it. May be repeated. */
import { log } from '@temporalio/activity';
import { NetBoxError, NetBoxNotFoundError } from '../../clients/netbox/errors';
import type { Deletion } from '../../database/repositories/deletion/requests';
import { unmarked } from '../../domain/deletion/marks';
import { isFinal, takesMarkAway } from '../../domain/deletion/states';
import type { LiveGuest } from '../../domain/intent/plan/live';
import type { JsonObject } from '../../domain/json';
import { compareEvidence } from '../../domain/reflection/identity';
import { textIn } from '../../domain/reflection/kind';
import type { Attempt, DeletionDeps } from './deps';
import { changeTags } from './marks';
import { observe } from './observe';
import { auditEntry, endpointOf, guestLabel, requestOf } from './request';

/** Takes our tags off the guest, where it is still the one that they were put on. */
export async function unmark(deps: DeletionDeps, requestId: string, { signal }: Attempt): Promise<void> {
  const request = await requestOf(deps, requestId);
  if (!isFinal(request.state) || !takesMarkAway(request.state)) return;
  const endpoint = await deps.store.findEndpoint(request.endpointId);
  const writer = endpoint && (await deps.openWriting(endpoint));
  if (!endpoint || !writer) return;
  const reader = await deps.openReading(endpoint);
  const read = async (): Promise<LiveGuest | null> => {
    const seen = await observe(deps, request, endpoint, reader, signal);
    if (seen === null) return null;
    return request.about === null || compareEvidence(request.about.evidence, seen.about.evidence) !== 'other' ? seen.live : null;
  };
  try {
    const before = await read();
    if (before === null || unmarked(before.config.tags).length === before.config.tags.length) return;
    const seq = await deps.audit.begin(auditEntry(request, 'deletion.mark', { tag: null }));
    try {
      await changeTags(writer, read, unmarked);
      await deps.audit.complete(seq, { result: 'succeeded' });
    } catch (error) {
      await deps.audit.complete(seq, { result: 'failed' });
      throw error;
    }
  } finally {
    await reader.close();
    await writer.close();
  }
}

/** The destroyed guest in NetBox: decommissioned or deleted, as the settings say, and a journal entry where something is left to hold one. */
export async function tellNetBox(deps: DeletionDeps, requestId: string): Promise<void> {
  const request = await requestOf(deps, requestId);
  if (request.state !== 'destroyed' || request.netboxId === null || request.source === 'branch') return;
  const endpoint = await endpointOf(deps, request);
  const { deletion_netbox: policy } = await deps.settings.ofEndpoint(endpoint);
  const changelogMessage = `Deletion request ${request.id}`;
  try {
    if (policy === 'delete') {
      await deps.netbox.remove('virtualization/virtual-machines', request.netboxId, { changelogMessage });
      return;
    }
    await deps.netbox.update(
      'virtualization/virtual-machines',
      request.netboxId,
      { status: 'decommissioning' },
      { changelogMessage },
    );
    await journal(deps, request);
  } catch (error) {
    if (error instanceof NetBoxNotFoundError) return;
    if (!(error instanceof NetBoxError) || deps.explain(error).retryable) throw error;
    log.warn('NetBox was not told that a guest was destroyed', { request: requestId, error });
  }
}

/** Once for each request: a repeated attempt finds its entry. */
async function journal({ netbox, store }: DeletionDeps, request: Deletion): Promise<void> {
  const path = 'extras/journal-entries';
  const mark = `- deletion_request_id: ${request.id}`;
  const entries = await netbox.listAll(path, { filters: { assigned_object_id: request.netboxId ?? 0 }, fields: ['comments'] });
  if (entries.some(entry => textIn(entry['comments']).includes(mark))) return;
  const names = (await store.listApprovals(request.id, request.round)).map(({ name }) => name).join(', ');
  const lines = [
    'Proxbox destroyed the guest of this virtual machine.',
    '',
    '- verb: deletion_request_execute',
    `- actor: ${names}`,
    '- result: succeeded',
    ...(request.upid === null ? [] : [`- proxmox_task_upid: ${request.upid}`]),
    `- endpoint: ${request.endpointName} (id=${request.endpointId})`,
    `- target_vmid: ${request.vmid}`,
    `- target_kind: ${request.kind}`,
    mark,
    `- reason: ${request.reason}`,
  ];
  await netbox.create(path, {
    assigned_object_type: 'virtualization.virtualmachine',
    assigned_object_id: request.netboxId,
    kind: 'success',
    comments: lines.join('\n'),
  });
}

/** The receipt of a destroyed guest: who asked and approved, the task, and everything that is needed to make it anew. */
async function keepReceipt({ store }: DeletionDeps, request: Deletion): Promise<void> {
  if (request.state !== 'destroyed' || request.receipt !== null) return;
  const [requesters, approvals] = await Promise.all([
    store.listRequesters(request.id),
    store.listApprovals(request.id, request.round),
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
    around: request.snapshot,
  };
  await store.saveReceipt(request.id, receipt);
}

export async function close(deps: DeletionDeps, requestId: string): Promise<void> {
  const request = await requestOf(deps, requestId);
  if (!isFinal(request.state) || request.closedAt !== null) return;
  await keepReceipt(deps, request);
  const why = request.reasons[0]?.message ?? '';
  await deps.audit.note(
    auditEntry(request, 'deletion.end', { state: request.state, by: request.endedBy }, { reason: why === '' ? null : why }),
  );
  await deps.store.tellDeletion({
    event: 'deletion-ended',
    about: `${request.id}/ended`,
    endpoint: { id: request.endpointId, name: request.endpointName },
    message: `The deletion request for ${guestLabel(request)} has ended: ${request.state.replaceAll('_', ' ')}. ${why}`.trim(),
  });
  await deps.store.closeDeletion(requestId);
}
