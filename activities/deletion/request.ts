import { createHash } from 'node:crypto';
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { Endpoint } from '../../database/repositories/endpoints';
import { transition, type DeletionEvent, type DeletionState } from '../../domain/deletion/states';
import type { Blocked } from '../../domain/deletion/blockers/blocker';
import { auditDetail } from '../../domain/audit/detail';
import type { AuditActor, AuditEntry } from '../../domain/audit/record';
import { StopRun } from '../failures';
import type { DeletionDeps } from './deps';

type Store = Pick<DeletionDeps, 'store'>;

export async function requestOf({ store }: Store, requestId: string): Promise<Deletion> {
  const request = await store.findDeletion(requestId);
  if (!request) throw new StopRun('internal', `There is no deletion request ${requestId}.`);
  return request;
}

export async function endpointOf({ store }: Store, request: Deletion): Promise<Endpoint> {
  const endpoint = await store.findEndpoint(request.endpointId);
  if (!endpoint)
    throw new StopRun('configuration', `The endpoint ${request.endpointName} was deleted since the request was made.`);
  return endpoint;
}

/** Where a request stands, after somebody else came first or not. */
export interface Moved {
  moved: boolean;
  state: DeletionState;
}

export async function moveBy(
  deps: Store,
  request: Deletion,
  event: DeletionEvent,
  more: { reasons?: readonly Blocked[]; by?: string; before?: number; at?: number } = {},
): Promise<Moved> {
  const answer = transition(request.state, event);
  const moved = answer.accepted && (await deps.store.moveDeletion(request.id, { from: request.state, to: answer.next, ...more }));
  return { moved, state: moved ? answer.next : (await requestOf(deps, request.id)).state };
}

export const systemActor: AuditActor = { kind: 'system', id: null, name: 'deletion', authenticatedBy: 'none', label: null };

/** A row of the audit log about a request. */
export const auditEntry = (
  request: Deletion,
  action: Extract<AuditEntry['action'], `deletion.${string}`>,
  detail: Record<string, unknown> = {},
  more: Partial<Pick<AuditEntry, 'actor' | 'reason' | 'beforeDigest' | 'afterDigest'>> = {},
): AuditEntry => ({
  action,
  actor: systemActor,
  object: { type: 'deletion-request', id: request.id },
  endpointId: request.endpointId,
  runId: null,
  beforeDigest: request.digest,
  afterDigest: null,
  reason: null,
  requestId: null,
  ...more,
  detail: auditDetail({ guest: `${request.kind}/${request.vmid}`, name: request.name, ...detail }),
});

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const guestLabel = ({ kind, vmid, name, endpointName }: Deletion): string =>
  `${kind === 'qemu' ? 'VM' : 'container'} ${vmid}${name === null ? '' : ` (${name})`} of ${endpointName}`;
