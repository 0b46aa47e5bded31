/**
 * One request to Proxmox, from the gate to the read that shows what it did. What may have been sent is noted before it is sent: whoever comes after a
 * crash reads first, and sends nothing twice blindly.
 */
import { ProxmoxUnknownOutcomeError } from '../../clients/proxmox/errors';
import type { CallMove, StoredCall } from '../../database/repositories/intent/calls';
import { redactText } from '../../domain/redaction';
import { StopRun } from '../failures';
import { askGate } from './gate';
import { auditEntry, auditResultOf } from './audit';
import { changeOf, openWork, type CallWork, type WorkParts } from './call-work';
import type { IntentDeps } from './deps';
import { judgeFailure } from './failure';
import { planOf } from './plan';
import { recheckCall } from './recheck';
import { paramsOf } from './secrets';
import { settleCall } from './settle';
import { putDocuments } from './snippets';

export type CallEnd = Pick<StoredCall, 'state' | 'reason' | 'message'>;

/** A call that was found not to have been made is made again, so often. */
const mostSends = 3;

export async function performCall(deps: IntentDeps, changeId: string, seq: number, parts: WorkParts): Promise<CallEnd> {
  const work = await openWork(deps, changeId, seq, parts);
  try {
    for (let looks = 1; ; looks++) {
      const stored = await work.stored();
      switch (stored.state) {
        case 'planned':
          await sendNow(work);
          break;
        case 'sending':
          await findOut(work, stored);
          break;
        case 'task':
          await followTask(work, stored);
          break;
        default:
          // Whoever ended it before us may have died before the audit log had it.
          if (looks === 1) await auditEnd(work, stored.state, stored.message ?? undefined);
          return { state: stored.state, reason: stored.reason, message: stored.message };
      }
    }
  } finally {
    await work.close();
  }
}

/** Gate, recheck and write, in one. */
async function sendNow(work: CallWork): Promise<void> {
  const { deps, change, call } = work;
  const gate = await askGate(deps, await planOf(deps, change.planId), change.change);
  if (!gate.allowed)
    return refuse(work, gate.reasons[0]?.code ?? 'intent_disabled', gate.reasons.map(each => each.message).join(' '));
  const writer = await work.writer();
  if (writer === undefined) {
    return refuse(work, 'endpoint_writes_disabled', `The endpoint ${work.endpoint.name} has no write credential. Enter one.`);
  }
  const params = await paramsOf(deps, change.planId, call.params);
  const check = await recheckCall(work);
  if (check.is === 'refused') return refuse(work, check.reason, check.message);
  if (check.is === 'there') return settled(work, ['planned'], 0);

  const unwritten = work.id.seq === 0 ? await putDocuments(work) : null;
  if (unwritten !== null) return refuse(work, 'snippets_not_writable', unwritten);

  const auditSeq = await deps.audit.begin(await auditEntry(work, check.digest));
  if (!(await deps.store.markSending(work.id, { digest: check.digest, auditSeq }))) {
    await deps.audit.complete(auditSeq, { result: 'failed', reason: 'It was not sent: another attempt got there first.' });
    if ((await changeOf(deps, change.id)).state !== 'running') throw new StopRun('internal', 'The change has ended meanwhile.');
    return;
  }
  const sentAt = Date.now();
  let answer: unknown;
  try {
    const digest = call.withDigest && check.digest !== null ? { digest: check.digest } : {};
    answer = await writer.request(call.method, call.path, { ...params, ...digest }, { signal: work.signal });
  } catch (error) {
    return notAnswered(work, error, sentAt);
  }
  if (typeof answer === 'string' && answer.startsWith('UPID:')) await move(work, { from: ['sending'], to: 'task', upid: answer });
  else await settled(work, ['sending'], 0);
}

async function notAnswered(work: CallWork, error: unknown, sentAt: number): Promise<void> {
  const failure = judgeFailure(error);
  switch (failure.is) {
    case 'later':
      // In this order: the next attempt writes a row of its own.
      await auditEnd(work, 'planned', failure.message);
      await move(work, { from: ['sending'], to: 'planned', message: failure.message });
      throw error;
    case 'refused':
      return refuse(work, failure.reason, failure.message, ['sending']);
    case 'open':
      // Told to stop: the next attempt finds out.
      if (work.signal.aborted || !(error instanceof Error)) throw error;
      return error instanceof ProxmoxUnknownOutcomeError
        ? settled(work, ['sending'], sentAt, { ...failure, isLost: true })
        : settled(work, ['sending'], 0, failure);
  }
}

/** Somebody before us may have sent it. */
async function findOut(work: CallWork, stored: StoredCall): Promise<void> {
  const found = await settleCall(work, { sentAt: stored.sentAt?.getTime() ?? Date.now() });
  if (found.is === 'nothing' && stored.sends < mostSends) {
    // It was not made, and cannot be made twice: the digest, or the VMID, lets one of two through.
    await auditEnd(work, 'planned', 'Nothing was done.');
    return move(work, { from: ['sending'], to: 'planned' });
  }
  return conclude(work, ['sending'], found, undefined);
}

async function followTask(work: CallWork, { upid }: StoredCall): Promise<void> {
  if (upid === null) throw new StopRun('internal', 'A task without an id is waited for.');
  const writer = await work.writer();
  if (writer === undefined)
    throw new StopRun('configuration', `The endpoint ${work.endpoint.name} has no write credential any more.`);
  work.beat(`waiting for the task ${upid}`);
  const { outcome, exitStatus } = await writer.awaitTask(upid, { signal: work.signal });
  if (outcome === 'unknown') return settled(work, ['task'], Date.now());
  if (outcome !== 'error') return settled(work, ['task'], 0);
  return settled(work, ['task'], 0, { reason: 'task_failed', message: exitStatus ?? 'The task failed.' });
}

/**
 * Reads what became of the call, and ends it.
 * @param sentAt when a call was sent whose answer was lost; 0 where Proxmox has said that it works on it no more.
 */
async function settled(work: CallWork, from: CallMove['from'], sentAt: number, failure?: Complaint): Promise<void> {
  return conclude(work, from, await settleCall(work, { sentAt }), failure);
}

/** Why a call did not end well, as Proxmox said it, or since its answer was lost. */
interface Complaint {
  reason: string;
  message: string;
  isLost?: boolean;
}

type Found = Awaited<ReturnType<typeof settleCall>>;

async function conclude(work: CallWork, from: CallMove['from'], found: Found, failure: Complaint | undefined): Promise<void> {
  if (found.is === 'there') {
    const said = failure === undefined || failure.isLost === true ? {} : { reason: failure.reason, message: failure.message };
    return end(work, { from, to: 'done', leftDigest: found.configDigest, ...said });
  }
  if (found.is === 'unknown') {
    const message = `${failure?.message ?? 'The answer of Proxmox was lost'}; reading did not tell in time what became of it (${found.because}). Look at the guest and its tasks in Proxmox.`;
    return end(work, { from, to: 'unknown', reason: 'unknown_outcome', message });
  }
  const missing = found.missing.length === 0 ? '' : ` Not there: ${found.missing.join(', ')}.`;
  return end(work, {
    from,
    to: 'failed',
    leftDigest: found.configDigest,
    reason: failure?.reason ?? (found.is === 'stranger' ? 'vmid_taken' : 'not_there'),
    message: `${failure?.message ?? (found.is === 'stranger' ? 'Another guest has the VMID.' : 'Proxmox took the change, and a read does not show it.')}${missing}`,
  });
}

const refuse = (work: CallWork, reason: string, message: string, from: CallMove['from'] = ['planned']): Promise<void> =>
  end(work, { from, to: 'refused', reason, message });

async function end(work: CallWork, step: CallMove): Promise<void> {
  await move(work, step);
  await auditEnd(work, step.to, step.message);
}

/** Proxmox's words are kept without secrets. */
async function move(work: CallWork, { message, ...step }: CallMove): Promise<void> {
  await work.deps.store.moveCall(work.id, { ...step, ...(message !== undefined && { message: redactText(message) }) });
}

/** A call that was refused before it was sent has no row in the audit log to complete. */
async function auditEnd(work: CallWork, state: StoredCall['state'], message: string | undefined): Promise<void> {
  const { auditSeq, leftDigest } = await work.stored();
  if (auditSeq === null) return;
  await work.deps.audit.complete(auditSeq, {
    result: auditResultOf(state),
    afterDigest: leftDigest,
    ...(message !== undefined && { reason: message }),
  });
}
