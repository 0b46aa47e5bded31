import { of, type Proof } from '../invariants';
import { guard, type TakenOut } from './guard';

const lastMoment = (test: string): Proof[] => of('safety/last-moment', test);
const alone = (test: string): Proof[] => of('safety/alone', test);
const path = (test: string): Proof[] => of('workflows/deletion/path', test);
const closed = of(
  'safety/temporal-alone',
  'the workflow of a request that ended, started by hand once more, touches neither what has its VMID now nor what was asked for since',
);
const digestSaves = lastMoment(
  'a guest that is changed between the last read and the DELETE is saved by the digest of its configuration',
);

/** What is asked from the recheck on, and what is done after the DELETE. */
export const after: readonly TakenOut[] = [
  // Between the recheck and the DELETE
  guard(
    'activities/deletion/send.ts: recheckAndSend',
    'what was read is true for twenty seconds: before the permit',
    'if (!answer.proceed || seen === null || isLate()) {',
    'if (!answer.proceed || seen === null) {',
    alone('what was read twenty seconds ago is read anew before a permit is taken'),
  ),
  guard(
    'activities/deletion/send.ts: recheckAndSend',
    'what was read is true for twenty seconds: before the DELETE',
    'if (stopped !== null || isLate())',
    'if (stopped !== null)',
    alone('a DELETE that would come more than twenty seconds after the recheck is not sent'),
  ),
  guard(
    'activities/deletion/send.ts: recheckAndSend',
    'a hold puts it off',
    'if (onHold !== null) {',
    'if (onHold === undefined) {',
    of(
      'workflows/deletion/hold',
      'an approved guest %i is protected and does not start by itself for two days, and then is destroyed',
    ),
  ),
  guard(
    'activities/deletion/send.ts: recheckAndSend',
    'the destroy is in the audit log before',
    "const auditSeq = await deps.audit.begin(auditEntry(request, 'deletion.destroy', { node: live.node }));",
    'const auditSeq = 0;',
    lastMoment('the destroy stands in the audit log before it is sent, and what came of it after'),
  ),
  guard(
    'activities/deletion/send.ts: recheckAndSend',
    'without a permit nothing is sent',
    'if (!(await deps.store.permitSend(request.id, permit))) {',
    'if (!(await deps.store.permitSend(request.id, permit)) && now === 0) {',
    of('safety/at-once', 'of fifty executes at once, with destroys that are started by hand, one DELETE is sent'),
  ),
  guard(
    'activities/deletion/send.ts: recheckAndSend',
    'what changed in the last moment stops it',
    'if (stopped !== null || isLate())',
    'if (isLate())',
    digestSaves,
  ),
  guard(
    'activities/deletion/marks.ts: writeConfig',
    'the digest of the configuration goes along',
    ', digest: configDigest };',
    ' };',
    lastMoment('a guest that is changed between the last read and the DELETE is saved by the digest of its configuration'),
  ),
  guard(
    'activities/deletion/destroy-qemu.ts: destroyQemu',
    'no lock is skipped',
    '    purge: true,\n',
    '    purge: true,\n    skiplock: true,\n',
    path('a guest that somebody asked for and somebody else approved is destroyed once, verified, and NetBox shows it'),
  ),
  guard(
    'activities/deletion/destroy-lxc.ts: destroyLxc',
    'nothing is forced',
    '    purge: true,\n',
    '    purge: true,\n    force: true,\n',
    path('a container goes the same way'),
  ),
  // After it
  guard(
    'activities/deletion/resolve-destroy.ts: protect',
    'what got no answer is protected',
    "      await writer.request('PUT', `${guestPath(row)}/config`, { protection: true });\n",
    '',
    of('workflows/deletion/crash', '%i: %s, %s it had its effect: %s'),
  ),
  guard(
    'activities/deletion/resolve-destroy.ts: exists',
    'another guest under the VMID is not the one that was sent away',
    "return request.about === null || compareEvidence(request.about.evidence, evidenceOf(config)) !== 'other';",
    'return evidenceOf(config) !== undefined;',
    alone('is not protected in the place of one whose DELETE got no answer'),
  ),
  guard(
    'activities/deletion/resolve-destroy.ts: resolveDestroy',
    'what cannot be found out has an end, too',
    'if (Date.now() - sentAt < seconds * 1000 * boundFactor) throw error;',
    'if (Date.now() - sentAt < seconds * 1000 * boundFactor || sentAt > 0) throw error;',
    of('workflows/deletion/ends', 'ends as unknown when %s'),
  ),
  guard(
    'activities/deletion/unmark.ts: unmark',
    'the tag is taken off at the end',
    'if (request.closedAt !== null || !isFinal(request.state) || !takesMarkAway(request.state)) return;',
    'return;',
    lastMoment('a task that ended with an error is no success: the guest is there, and loses its tag'),
  ),
  guard(
    'activities/deletion/unmark.ts: unmark',
    'once it is closed the guest may have another request',
    'if (request.closedAt !== null || !isFinal(request.state) ||',
    'if (!isFinal(request.state) ||',
    closed,
  ),
  guard(
    'activities/deletion/hold.ts: readSame',
    'another guest under the VMID is not written to',
    "compareEvidence(request.about.evidence, seen.about.evidence) !== 'other' ? seen.live : null",
    "compareEvidence(request.about.evidence, seen.about.evidence) !== 'unproven' ? seen.live : null",
    alone('is not written to when the request ends'),
  ),
  guard(
    'activities/deletion/finish.ts: keepReceipt, in close',
    'a receipt is kept',
    '  await keepReceipt(deps, request);\n',
    '',
    path('a guest that somebody asked for and somebody else approved is destroyed once, verified, and NetBox shows it'),
  ),
  guard(
    'activities/deletion/finish.ts: tellNetBox',
    'NetBox is told of a destroy alone',
    "if (request.closedAt !== null || request.state !== 'destroyed') return;",
    'if (request.closedAt !== null) return;',
    path('a rejected request ends, and takes its tag along'),
  ),
  guard(
    'activities/deletion/finish.ts: tellNetBox',
    'once it is closed the VMID may be that of another guest',
    "if (request.closedAt !== null || request.state !== 'destroyed') return;",
    "if (request.state !== 'destroyed') return;",
    closed,
  ),
  // Proxmox’s words
  guard(
    'activities/deletion/send.ts: send',
    'secrets in why a DELETE was refused',
    'deps.store.noteSendRefusal(requestId, redactText(error instanceof Error ? error.message : String(error)))',
    'deps.store.noteSendRefusal(requestId, error instanceof Error ? error.message : String(error))',
    lastMoment('a secret in what Proxmox answers, and a code, are in no row and in no answer'),
  ),
  guard(
    'activities/deletion/send.ts: notSent',
    'secrets in why it was not sent',
    'redactText(`Nothing was destroyed: ${why}`)',
    '`Nothing was destroyed: ${why}`',
    alone('that %s'),
  ),
  guard(
    'activities/deletion/resolve-destroy.ts: end',
    'secrets in how its task ended',
    '({ code, message: redactText(message) })',
    '({ code, message })',
    alone('that %s'),
  ),
  guard(
    'activities/deletion/prepare.ts: refuse',
    'secrets in why our tag was refused',
    'reasons: [{ code, message: redactText(message) }]',
    'reasons: [{ code, message }]',
    alone('that %s'),
  ),
  guard(
    'domain/audit/detail.ts: auditText',
    'secrets in a row of the audit log',
    'wellFormed(redactText(text))',
    'wellFormed(text)',
    alone('that %s'),
  ),
  guard(
    'activities/failures.ts: toFailure',
    'secrets in what Temporal hears',
    'message: redactText(message), nonRetryable',
    'message, nonRetryable',
    alone('that fails an attempt, of which Temporal hears'),
  ),
];
