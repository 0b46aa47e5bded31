import type { CallState } from '../../database/repositories/intent/calls';
import { auditDetail } from '../../domain/audit/detail';
import type { AuditEntry, AuditResult } from '../../domain/audit/record';
import { isSecretReference } from '../../domain/intent/plan/edit';
import type { CallWork } from './call-work';

/** Who asked for it did it, by means of a run. Values that are secret are not in a call. */
export function auditEntry({ change, call, plan, endpoint, id }: CallWork, digest: string | null): AuditEntry {
  const params = Object.fromEntries(
    Object.entries(call.params).map(([key, value]) => [key, isSecretReference(value) ? '(a stored secret)' : value]),
  );
  return {
    action: 'guest.write',
    actor: { kind: 'system', id: null, name: 'intent', authenticatedBy: 'none', label: null },
    object: { type: 'guest', id: `${plan.guest.kind}/${plan.vmid ?? ''}` },
    endpointId: endpoint.id,
    runId: change.runId,
    beforeDigest: digest,
    afterDigest: null,
    reason: null,
    detail: auditDetail({ change: change.id, call: id.seq, step: call.step, method: call.method, path: call.path, params }),
    requestId: null,
  };
}

export function auditResultOf(state: CallState): AuditResult {
  if (state === 'done') return 'succeeded';
  if (state === 'refused') return 'refused';
  return state === 'unknown' ? 'unknown' : 'failed';
}
