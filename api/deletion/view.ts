import type { Queryable } from '../../database/queryable';
import { listDecisions } from '../../database/repositories/deletion/decisions';
import { listLosses, type Loss } from '../../database/repositories/deletion/losses';
import { listRequesters, type Requester } from '../../database/repositories/deletion/requesters';
import type { Deletion } from '../../database/repositories/deletion/requests';
import { proxboxState } from '../../domain/deletion/states';
import type { SettingValues } from '../../domain/settings/register';
import type { Identity } from '../auth/identity';
import { mayOf } from './rules';
import type { DeletionRowView, DeletionView } from './schema';

export async function viewDeletionRow(db: Queryable, request: Deletion): Promise<DeletionRowView> {
  return rowOf(request, await listRequesters(db, request.id));
}

export async function viewDeletion(
  db: Queryable,
  request: Deletion,
  caller: Identity,
  values: SettingValues,
): Promise<DeletionView> {
  const [requesters, decisions, lost] = await Promise.all([
    listRequesters(db, request.id),
    listDecisions(db, request.id),
    listLosses(db, request.id),
  ]);
  const may = (verdict: 'approve' | 'reject' | 'cancel') => {
    const answer = mayOf(verdict, caller, request, requesters, values);
    return answer.allowed ? { allowed: true, code: null, message: null } : answer;
  };
  return {
    ...rowOf(request, requesters),
    decisions: decisions.map(({ verdict, name, reason, digest, withoutBackup, round, decidedAt, effectiveAt }) => ({
      verdict,
      name,
      reason,
      digest,
      withoutBackup,
      round,
      decidedAt: decidedAt.toISOString(),
      effectiveAt: effectiveAt?.toISOString() ?? null,
    })),
    round: request.round,
    quorum: values.deletion_quorum,
    you: { approve: may('approve'), reject: may('reject'), cancel: may('cancel') },
    about: request.about && { ...request.about },
    snapshot: request.snapshot && { ...request.snapshot },
    receipt: request.receipt && { ...request.receipt },
    lost: lost.map(viewLoss),
  };
}

function viewLoss({ objectType, objectId, original, standIn, state, message }: Loss): DeletionView['lost'][number] {
  const name = original['name'] ?? original['address'] ?? original['mac_address'] ?? objectId;
  return { type: objectType, name: String(name), was: objectId, is: standIn, state, message };
}

function rowOf(request: Deletion, requesters: readonly Requester[]): DeletionRowView {
  const proxbox = proxboxState(request.state);
  return {
    id: request.id,
    endpoint: { id: request.endpointId, name: request.endpointName },
    kind: request.kind,
    vmid: request.vmid,
    name: request.name,
    node: request.node,
    netboxId: request.netboxId,
    source: request.source,
    reason: request.reason,
    state: request.state,
    proxboxState: proxbox.state,
    proxboxReason: proxbox.reason ?? null,
    reasons: request.reasons.map(({ code, message }) => ({ code, message })),
    requestedBy: requesters.map(({ name, userId, how, askedAt }) => ({
      name,
      known: userId !== null,
      how,
      at: askedAt.toISOString(),
    })),
    digest: request.digest,
    deadline: request.deadline.toISOString(),
    openedAt: request.openedAt.toISOString(),
    approvedAt: request.approvedAt?.toISOString() ?? null,
    endedAt: request.endedAt?.toISOString() ?? null,
    endedBy: request.endedBy,
    leftSince: request.leftSince?.toISOString() ?? null,
    task: request.upid,
    version: request.version,
  };
}
