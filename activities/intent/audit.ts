import type { CallState } from '../../database/repositories/intent/calls';
import type { StoredGuestChange } from '../../database/repositories/intent/changes';
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

const results: Readonly<Record<CallState, AuditResult>> = {
  planned: 'failed',
  sending: 'unknown',
  task: 'unknown',
  done: 'succeeded',
  refused: 'refused',
  failed: 'failed',
  unknown: 'unknown',
};

export const auditResultOf = (state: CallState): AuditResult => results[state];

/** Of a row that was written and of which no call knows: a call notes its row before it is sent. */
export const notSent = {
  result: 'failed',
  reason: 'It was not sent: the process that was about to send it ended before.',
} as const;

const unsaid = { result: 'unknown', reason: 'The process that did it ended before it could say what became of it.' } as const;

/** Completes the rows of a change that has ended which a process left open that ended between them and what they are about. */
export async function closeAudit({ audit, store }: CallWork['deps'], { id, runId }: StoredGuestChange): Promise<void> {
  if (runId === null) return;
  const open = await audit.listIntents({ about: { runId }, detail: { change: id }, onlyOpen: true });
  if (open.length === 0) return;
  const calls = await store.listCalls(id);
  for (const { seq, action } of open) {
    const call = calls.find(({ auditSeq }) => auditSeq === seq);
    if (call === undefined) await audit.complete(seq, action === 'guest.write' ? notSent : unsaid);
    else
      await audit.complete(seq, {
        result: auditResultOf(call.state),
        afterDigest: call.leftDigest,
        reason: call.message ?? unsaid.reason,
      });
  }
}
