/** A decision takes effect: its one-time code has come back, from our API, the Temporal Web UI or a command line. */
import { createHash } from 'node:crypto';
import type { DecisionByCode, Verdict } from '../../database/repositories/deletion/decisions';
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { DeletionStoreFunctions } from '../../database/deletion-store';
import { isExpired } from '../../domain/deletion/deadline';
import { mayDecide, standing } from '../../domain/deletion/four-eyes';
import { transition, type DeletionEvent, type DeletionState } from '../../domain/deletion/states';
import type { SettingValues } from '../../domain/settings/register';
import type { AuditActor } from '../../domain/audit/record';
import { StopRun } from '../failures';
import type { DeletionDeps } from './deps';
import { asApprovals, mayAuthorize, rulesOf } from './gate';
import { auditEntry, guestLabel } from './request';

export type Recorded =
  { recorded: true; state: DeletionState } | { recorded: false; state: DeletionState; code: string; message: string };

/** Rows of the audit log about codes that are none, for each request; after that they are counted only. */
const mostRows = 100;

/**
 * @param now the workflow's time, milliseconds since 1970: what comes on the deadline comes too late.
 * @param attemptOf the same for all attempts of one activity: a later one finds what an earlier one did.
 */
export async function recordDecision(
  deps: DeletionDeps,
  { requestId, verdict, code, now }: { requestId: string; verdict: Verdict; code: string; now: number },
  attemptOf: string,
): Promise<Recorded> {
  // Before the transaction: who holds a connection must not wait for another one.
  const values = await deps.settings.ofInstallation();
  const hash = createHash('sha256').update(code.trim()).digest();
  const { request, decision, recorded } = await deps.store.transaction(async store => {
    const locked = await store.lockDeletion(requestId);
    if (!locked) throw new StopRun('internal', `There is no deletion request ${requestId}.`);
    const found = await store.decisionByCode(requestId, verdict, hash);
    return {
      request: locked,
      decision: found,
      recorded: await effect({ values, store, request: locked, now, attemptOf }, found),
    };
  });
  await audit(deps, request, verdict, decision, recorded);
  if (recorded.recorded && recorded.state === 'approved') {
    await deps.store.tellDeletion({
      event: 'deletion-ended',
      about: `${request.id}/approved/${request.round}`,
      endpoint: { id: request.endpointId, name: request.endpointName },
      message: `The deletion of ${guestLabel(request)} was approved by ${decision?.name ?? ''}.`,
    });
  }
  return recorded;
}

interface Deciding {
  values: SettingValues;
  store: DeletionStoreFunctions;
  /** Locked. */
  request: Deletion;
  now: number;
  attemptOf: string;
}

async function effect(deciding: Deciding, decision: DecisionByCode | undefined): Promise<Recorded> {
  const { store, request, now, attemptOf } = deciding;
  const refuse = (code: string, message: string): Recorded => ({ recorded: false, state: request.state, code, message });
  if (!decision)
    return refuse(
      'unknown_code',
      'This code is none of this request, or of another verdict. Get one from the page or the command.',
    );
  if (decision.usedBy === attemptOf) return { recorded: true, state: request.state };
  if (decision.usedBy !== null) return refuse('code_used', 'This code was used before.');
  if (decision.expired) return refuse('code_expired', 'This code has expired. Decide again to get another one.');
  const event = await eventOf(deciding, decision, refuse);
  if ('recorded' in event) return event;
  const answer = transition(request.state, event);
  if (!answer.accepted) return refuse(answer.refused, answer.message);
  if (isExpired(request.deadline.getTime(), now))
    return refuse('expired', `The request expired at ${request.deadline.toISOString()}.`);
  await store.useCode(decision.id, attemptOf);
  const reasons =
    decision.verdict === 'approve' ? [] : [{ code: answer.next, message: decision.reason ?? `Cancelled by ${decision.name}.` }];
  const by = decision.verdict === 'approve' ? {} : { by: decision.name };
  if (!(await store.moveDeletion(request.id, { from: request.state, to: answer.next, reasons, at: now, ...by })))
    throw new Error('The request was changed although it was locked.');
  return { recorded: true, state: answer.next };
}

/** What the decision is for the table of states; refused where the person may not decide so any more. */
async function eventOf(
  { values, store, request }: Deciding,
  decision: DecisionByCode,
  refuse: (code: string, message: string) => Recorded,
): Promise<DeletionEvent | Recorded> {
  const rules = await rulesOf(values, store, request.id);
  const { userId, verdict } = decision;
  if (verdict === 'cancel') {
    return rules.requesters.includes(userId)
      ? { type: 'cancel' }
      : refuse('not_requester', 'Only somebody who asked for it cancels it.');
  }
  const may = mayDecide(verdict, { person: userId, mayAuthorize: await mayAuthorize(store, userId, request.endpointId) }, rules);
  if (!may.allowed) return refuse(may.code, may.message);
  if (verdict === 'reject') return { type: 'reject', reason: decision.reason ?? '' };
  if (request.digest === null || decision.digest !== request.digest)
    return refuse('other_digest', 'The guest is not what was approved. Look again.');
  if (decision.round !== request.round)
    return refuse('other_round', 'Approvals were started over since. Look again, and approve anew.');
  const before = await store.listApprovals(request.id, request.round);
  const { enough } = standing(await asApprovals(store, [...before, decision], request.endpointId), request.digest, rules);
  return { type: enough ? 'approve' : 'approve-partly' };
}

async function audit(
  deps: DeletionDeps,
  request: Deletion,
  verdict: Verdict,
  decision: DecisionByCode | undefined,
  recorded: Recorded,
): Promise<void> {
  const actor: AuditActor = decision
    ? { kind: 'user', id: decision.userId, name: decision.name, authenticatedBy: decision.authenticatedBy, label: null }
    : { kind: 'unknown', id: null, name: 'unknown', authenticatedBy: 'none', label: null };
  const detail = { verdict, before: request.state, after: recorded.state };
  if (recorded.recorded) {
    const reason = decision?.reason ?? null;
    await deps.audit.note(
      auditEntry(request, 'deletion.decided', detail, { actor, reason, afterDigest: decision?.digest ?? null }),
    );
    return;
  }
  const action = decision ? 'deletion.refused' : 'deletion.unknown-code';
  if (!decision && (await deps.store.countUnknownCode(request.id)) > mostRows) return;
  await deps.audit.note(
    auditEntry(request, action, { ...detail, code: recorded.code }, { actor, reason: recorded.message }),
    'refused',
  );
}
