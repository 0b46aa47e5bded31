import type { CallState } from '../../database/repositories/intent/calls';
import type { IntentPlan } from '../../database/repositories/intent/plans';
import { auditDetail } from '../../domain/audit/detail';
import type { AuditActor, AuditEntry, AuditResult } from '../../domain/audit/record';
import { isSecretReference } from '../../domain/intent/plan/edit';
import type { CallWork } from './call-work';
import { planOf } from './plan';

/** Who asked for it does it, by means of a run: the row of the request says how they proved who they are. */
export async function actorOf({ deps, change }: Pick<CallWork, 'deps' | 'change'>): Promise<AuditActor> {
  const asked = change.runId === null ? undefined : await deps.audit.whoApplied(change.runId);
  return { ...(asked ?? plannedBy(await planOf(deps, change.planId))), authenticatedBy: 'run', label: null };
}

/** Of a merge: somebody who is none of our users had no right to anything, and the key of the environment has all and is nobody. */
function plannedBy({ requesterId: id, requestedBy: name, rights }: IntentPlan): Pick<AuditActor, 'kind' | 'id' | 'name'> {
  return { kind: id !== null ? 'user' : Object.keys(rights).length > 0 ? 'service' : 'unknown', id, name };
}

/** Values that are secret are not in a call. */
export async function auditEntry(work: CallWork, digest: string | null): Promise<AuditEntry> {
  const { change, call, plan, endpoint, id } = work;
  const params = Object.fromEntries(
    Object.entries(call.params).map(([key, value]) => [key, isSecretReference(value) ? '(a stored secret)' : value]),
  );
  return {
    action: 'guest.write',
    actor: await actorOf(work),
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
