/** What NetBox's journal says of deletion requests. */
import type { Deletion } from '../../database/repositories/deletion/requests';
import { textIn } from '../../domain/reflection/kind';
import type { DeletionDeps } from './deps';

const path = 'extras/journal-entries';

/** The object that an entry hangs on. */
export interface JournalOf {
  type: 'virtualization.virtualmachine' | 'virtualization.cluster';
  id: number;
}

const markOf = ({ id }: Deletion): string => `- deletion_request_id: ${id}`;

/** Once for each request: a repeated attempt finds its entry. */
async function enter(
  { netbox }: Pick<DeletionDeps, 'netbox'>,
  request: Deletion,
  { type, id }: JournalOf,
  kind: 'success' | 'info',
  lines: readonly string[],
): Promise<void> {
  const entries = await netbox.listAll(path, { filters: { assigned_object_id: id }, fields: ['comments'] });
  if (entries.some(entry => textIn(entry['comments']).includes(markOf(request)))) return;
  await netbox.create(path, { assigned_object_type: type, assigned_object_id: id, kind, comments: lines.join('\n') });
}

const guestLines = (request: Deletion): string[] => [
  `- endpoint: ${request.endpointName} (id=${request.endpointId})`,
  `- target_vmid: ${request.vmid}`,
  `- target_kind: ${request.kind}`,
  markOf(request),
  `- reason: ${request.reason}`,
];

/** In Proxbox's words. A virtual machine that a merged branch deleted has no journal: then it is the cluster's. */
export async function destroyedJournal(
  deps: Pick<DeletionDeps, 'netbox' | 'store'>,
  request: Deletion,
  on: JournalOf,
): Promise<void> {
  const names = (await deps.store.listApprovals(request.id, request.round)).map(({ name }) => name).join(', ');
  const what =
    on.type === 'virtualization.virtualmachine'
      ? 'this virtual machine'
      : `${request.name ?? 'a virtual machine'}, which NetBox no longer has`;
  await enter(deps, request, on, 'success', [
    `Proxbox destroyed the guest of ${what}.`,
    '',
    '- verb: deletion_request_execute',
    `- actor: ${names}`,
    '- result: succeeded',
    ...(request.upid === null ? [] : [`- proxmox_task_upid: ${request.upid}`]),
    ...guestLines(request),
  ]);
}

export async function restoredJournal(
  deps: Pick<DeletionDeps, 'netbox'>,
  request: Deletion,
  vmId: number,
  formerId: number,
): Promise<void> {
  if (vmId === formerId) return;
  await enter(deps, request, { type: 'virtualization.virtualmachine', id: vmId }, 'info', [
    `Proxbox brought this virtual machine back: a merged branch had deleted it, and its guest was not deleted.`,
    '',
    '- verb: deletion_request_restore',
    `- result: ${request.state}`,
    `- former_id: ${formerId}`,
    ...guestLines(request),
  ]);
}
