/** The last recheck and the one call that destroys, in one attempt that is never repeated. */
import { ProxmoxUnknownOutcomeError } from '../../clients/proxmox/errors';
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { Endpoint } from '../../database/repositories/endpoints';
import { isStale } from '../../domain/deletion/deadline';
import { decisionDigest, type DecidedAbout } from '../../domain/deletion/digest';
import { heldUntil, releasing, withoutHold, type Hold } from '../../domain/deletion/hold';
import { markedDestroying } from '../../domain/deletion/marks';
import { recheckDestroy } from '../../domain/deletion/recheck';
import type { DeletionState } from '../../domain/deletion/states';
import type { LiveGuest } from '../../domain/intent/plan/live';
import { redactText } from '../../domain/redaction';
import type { Attempt, DeletionDeps, DeletionReader, DeletionWriter } from './deps';
import { destroyLxc } from './destroy-lxc';
import { destroyQemu } from './destroy-qemu';
import { readFacts } from './facts';
import { asApprovals, askGate, rulesOf } from './gate';
import { keepHold, releaseHold } from './hold';
import { tagValues, writeConfig } from './marks';
import { observe, type SeenGuest } from './observe';
import { readElsewhere, type FoundElsewhere } from './others';
import { auditEntry, endpointOf, moveBy, requestOf, sha256 } from './request';

/** How long after the recheck the call may be sent: what was read may not be true for longer. */
const mostMs = 20_000;

const approvedStates: readonly DeletionState[] = ['approved', 'held', 'blocked'];

/** @param now the workflow's time, milliseconds since 1970. */
export async function sendDestroy(deps: DeletionDeps, requestId: string, now: number, attempt: Attempt): Promise<DeletionState> {
  const request = await requestOf(deps, requestId);
  if (!approvedStates.includes(request.state)) return request.state;
  const { deletion_stale_hours: hours } = await deps.settings.ofInstallation();
  const endpoint = await endpointOf(deps, request);
  // What was put off by our hold did not wait for anybody.
  const countsFrom = Math.max(request.approvedAt?.getTime() ?? now, heldUntil(request.hold, request.round) ?? 0);
  if (isStale(countsFrom, hours * 3_600_000, now)) {
    const reasons = [
      { code: 'approval_stale', message: `The approval is older than ${hours} hours. Somebody must approve again.` },
    ];
    const { state } = await moveBy(deps, request, { type: 'approval-stale' }, { reasons });
    await releaseHold(deps, requestId, endpoint, attempt.signal);
    return state;
  }
  const gate = await askGate(deps, request, endpoint);
  if (!gate.allowed) return (await moveBy(deps, request, { type: 'switched-off' }, { reasons: gate.reasons, before: now })).state;
  const writer = await deps.openWriting(endpoint);
  if (writer === undefined) {
    const reasons = [
      { code: 'endpoint_writes_disabled', message: `The endpoint ${endpoint.name} has no write credential. Enter one.` },
    ];
    return (await moveBy(deps, request, { type: 'switched-off' }, { reasons, before: now })).state;
  }
  const reader = await deps.openReading(endpoint);
  try {
    return await recheckAndSend(deps, { request, endpoint, reader, writer, now }, attempt);
  } finally {
    await reader.close();
    await writer.close();
  }
}

interface Sending {
  request: Deletion;
  endpoint: Endpoint;
  reader: DeletionReader;
  writer: DeletionWriter;
  now: number;
}

async function recheckAndSend(deps: DeletionDeps, sending: Sending, attempt: Attempt): Promise<DeletionState> {
  const { request, endpoint, reader, writer, now } = sending;
  const elsewhere = await readElsewhere(reader, approvedOf(request).about, attempt);
  attempt.beat('rechecking');
  const recheckedAt = Date.now();
  const isLate = (): boolean => Date.now() - recheckedAt > mostMs;

  const { seen, answer, digest } = await recheck(deps, sending, elsewhere, attempt.signal);
  if (!answer.proceed || seen === null || isLate()) {
    if (answer.proceed) return request.state;
    const reasons = answer.reasons;
    await deps.audit.note(
      auditEntry(
        request,
        'deletion.recheck',
        { codes: reasons.map(({ code }) => code) },
        { reason: reasons[0]?.message ?? null },
      ),
      'refused',
    );
    const { state } = await moveBy(deps, request, { type: answer.event }, { reasons, before: now });
    await releaseHold(deps, request.id, endpoint, attempt.signal);
    return state;
  }
  attempt.signal.throwIfAborted();

  const { live } = seen;
  const onHold = await keepHold(deps, sending, live);
  if (onHold !== null) {
    const kept = { reasons: [onHold], before: now, at: request.approvedAt?.getTime() ?? now };
    return (await moveBy(deps, request, { type: 'put-off' }, kept)).state;
  }
  const auditSeq = await deps.audit.begin(auditEntry(request, 'deletion.destroy', { node: live.node }));
  const permit = { from: request.state, digest, round: request.round, now, auditSeq };
  if (!(await deps.store.permitSend(request.id, permit))) {
    await deps.audit.complete(auditSeq, {
      result: 'refused',
      reason: 'Somebody was first: the request is not what was rechecked.',
    });
    return (await requestOf(deps, request.id)).state;
  }
  // From here on nothing is ever sent for this request again, whatever happens.
  attempt.beat('sending');
  const stopped = await announce(writer, live, request.hold);
  if (stopped !== null || isLate())
    return notSent(deps, request.id, stopped ?? 'More than 20 seconds have passed since the recheck.');
  return send(deps, request.id, writer, live);
}

/** What was approved: a request has it from when it was prepared. */
function approvedOf({ id, about, digest }: Deletion): { about: DecidedAbout; digest: string } {
  if (about === null || digest === null) throw new Error(`The deletion request ${id} was approved before it was prepared.`);
  return { about, digest };
}

async function recheck(
  deps: DeletionDeps,
  { request, endpoint, reader }: Sending,
  elsewhere: FoundElsewhere,
  signal: AbortSignal,
) {
  const { store } = deps;
  const approvedAs = approvedOf(request);
  const seen: SeenGuest | null = await observe(deps, request, endpoint, reader, signal);
  const about = seen && withoutHold(seen.about, request.hold);
  const approved = await store.listApprovals(request.id, request.round);
  const waived = approved.some(({ withoutBackup }) => withoutBackup);
  const made = request.backup?.round === request.round ? request.backup : null;
  const live = seen && { ...seen.live, config: { ...seen.live.config, protection: about?.config['protection'] === '1' } };
  const facts = live && (await readFacts(deps, endpoint, reader, live, elsewhere, { waived, made }, signal));
  // Switches and people last: they are the quickest to be read, and so are newest when it is sent.
  const [gate, values, ofEndpoint] = await Promise.all([
    askGate(deps, request, await endpointOf(deps, request)),
    deps.settings.ofInstallation(),
    deps.settings.ofEndpoint(endpoint),
  ]);
  const digest = about ? decisionDigest(about, sha256) : '';
  const answer = recheckDestroy({
    gate,
    frozen: ofEndpoint.deletion_frozen.trim() === '' ? null : ofEndpoint.deletion_frozen,
    approvals: await asApprovals(store, approved, request.endpointId),
    digest,
    rules: await rulesOf(values, store, request.id),
    approved: approvedAs.about,
    now: about,
    facts,
  });
  return { seen, answer, digest };
}

/**
 * Changes the tag, and ends the protection that our own hold gave, if the configuration is still the one that was rechecked: a DELETE takes no digest, so this is the compare-and-set. It shows as well
 * that the node's daemon answers. @returns why nothing was destroyed, or null.
 */
async function announce(writer: DeletionWriter, live: LiveGuest, hold: Hold | null): Promise<string | null> {
  const { protection } = hold === null ? {} : releasing(live.config.raw, hold);
  try {
    await writeConfig(writer, live, {
      ...tagValues(live, markedDestroying(live.config.tags)),
      ...(protection !== undefined && { protection }),
    });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function notSent(deps: DeletionDeps, requestId: string, why: string): Promise<DeletionState> {
  const request = await requestOf(deps, requestId);
  const message = redactText(`Nothing was destroyed: ${why}`);
  if (request.auditSeq !== null) await deps.audit.complete(request.auditSeq, { result: 'failed', reason: message });
  return (await moveBy(deps, request, { type: 'not-destroyed' }, { reasons: [{ code: 'not_sent', message }] })).state;
}

async function send(deps: DeletionDeps, requestId: string, writer: DeletionWriter, live: LiveGuest): Promise<DeletionState> {
  try {
    const upid = await (live.kind === 'qemu' ? destroyQemu(writer, live) : destroyLxc(writer, live));
    if (typeof upid === 'string' && upid.startsWith('UPID:')) await deps.store.noteDestroyTask(requestId, upid);
  } catch (error) {
    // Whoever resolves it reads what became of it. An answer that says no is remembered as such.
    const isAnswer = !(error instanceof ProxmoxUnknownOutcomeError);
    if (isAnswer) await deps.store.noteSendRefusal(requestId, redactText(error instanceof Error ? error.message : String(error)));
  }
  return 'executing';
}
