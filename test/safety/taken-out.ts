import { of, type Proof } from './invariants';

/** A guard that was taken out by hand, and the test that turned red. */
export interface TakenOut {
  /** `file: function`, from the root of the project. */
  readonly guard: string;
  /** What was taken out, in words. */
  readonly what: string;
  /** The text that has the guard, and what it was replaced by. */
  readonly before: string;
  readonly after: string;
  readonly red: Proof;
}

const guard = (where: string, what: string, before: string, after: string, [red]: Proof[]): TakenOut => {
  if (red === undefined) throw new Error(`Say which test turned red without ${where}.`);
  return { guard: where, what, before, after, red };
};

const recheck = (test: string): Proof[] => of('unit/domain/deletion/recheck', test);
const states = (test: string): Proof[] => of('unit/domain/deletion/states', test);
const decisions = (test: string): Proof[] => of('workflows/deletion/decisions', test);
const lastMoment = (test: string): Proof[] => of('safety/last-moment', test);
const oneFact = lastMoment('a guest that $is is not destroyed: $state');
const seen = decisions('an approval names what was seen: version, digest, name, target');
const once = decisions('a code is good once, for ten minutes, also as a signal');

export const takenOut: readonly TakenOut[] = [
  // Four eyes
  guard(
    'domain/deletion/four-eyes.ts: mayDecide',
    'a requester may not approve',
    'if (!rules.requesters.includes(person)) return { allowed: true };',
    'return { allowed: true };',
    recheck('another person with the permission decides, and nobody else'),
  ),
  guard(
    'domain/deletion/four-eyes.ts: mayDecide',
    'the permission to decide',
    'if (!mayAuthorize)',
    'if (!mayAuthorize && person === null)',
    recheck('another person with the permission decides, and nobody else'),
  ),
  guard(
    'domain/deletion/four-eyes.ts: mayDecide',
    'somebody unknown decides nothing',
    'if (person === null)',
    'if (person === undefined)',
    recheck('an identity that is none of ours decides nothing and equals nobody'),
  ),
  guard(
    'domain/deletion/four-eyes.ts: mayDecide',
    'somebody of ours must have asked',
    'if (!rules.requesters.some(requester => requester !== null)) {',
    'if (rules.requesters.length > 99) {',
    recheck('an identity that is none of ours decides nothing and equals nobody'),
  ),
  guard(
    'domain/deletion/four-eyes.ts: standing',
    'an approval is about this digest',
    'else if (approval.digest !== digest)',
    'else if (approval.digest === undefined)',
    recheck('people are counted once, and only as long as they may, for what is there now'),
  ),
  guard(
    'domain/deletion/four-eyes.ts: standing',
    'at least one approval, whatever the quorum',
    'counted.size >= Math.max(1, rules.quorum)',
    'counted.size >= rules.quorum',
    recheck('people are counted once, and only as long as they may, for what is there now'),
  ),
  guard(
    'domain/deletion/four-eyes.ts: typedRight',
    'the name is typed',
    'typed.trim() === (guest.name ?? String(guest.vmid))',
    'typed.trim() === (guest.name ?? String(guest.vmid)) || typed.trim() === String(guest.vmid)',
    recheck('the guest’s name is typed, its VMID only where it has none'),
  ),
  // The last question
  guard(
    'domain/deletion/recheck.ts: recheckDestroy',
    'the gate',
    "if (!gate.allowed) return no('switched-off', gate.reasons);",
    '',
    recheck('%s: %s'),
  ),
  guard(
    'domain/deletion/recheck.ts: recheckDestroy',
    'the freeze',
    'if (frozen !== null)',
    'if (frozen === undefined)',
    recheck('%s: %s'),
  ),
  guard(
    'domain/deletion/recheck.ts: recheckDestroy',
    'cluster, kind and VMID are those that were approved',
    'if (now.cluster !== approved.cluster || now.kind !== approved.kind || now.vmid !== approved.vmid) {',
    'if (now.vmid !== approved.vmid) {',
    recheck('%s: %s'),
  ),
  guard(
    'domain/deletion/recheck.ts: recheckDestroy',
    'it is the same guest',
    "if (identity !== 'same') {",
    'if (identity === undefined) {',
    recheck('%s: %s'),
  ),
  guard(
    'domain/deletion/recheck.ts: recheckDestroy',
    'nothing has changed',
    'if (changed.length > 0) {',
    'if (changed.length > 99) {',
    recheck('%s: %s'),
  ),
  guard(
    'domain/deletion/recheck.ts: recheckDestroy',
    'the approvals still count',
    'if (!enough) {',
    'if (enough === undefined) {',
    recheck('%s: %s'),
  ),
  guard(
    'domain/deletion/recheck.ts: recheckDestroy',
    'nothing is in the way',
    "return blocked.length > 0 ? no('found-blocked', blocked) : { proceed: true };",
    "return blocked.length > 99 ? no('found-blocked', blocked) : { proceed: true };",
    recheck('%s: %s'),
  ),
  // The digest
  ...['cluster', 'kind', 'vmid', 'name'].map(part =>
    guard(
      'domain/deletion/digest.ts: digestedSubject',
      `the ${part} is in it`,
      `    ${part},\n`,
      '',
      recheck('is another one, and the difference is named: %s'),
    ),
  ),
  guard(
    'domain/deletion/digest.ts: digestedSubject',
    'what waits for the next start is in it',
    '    pending: configJson(about.pending, allowed),\n',
    '',
    recheck('is another one, and the difference is named: %s'),
  ),
  guard(
    'domain/deletion/digest.ts: configJson',
    'our own tags are not in it',
    "unmarked(parseTags(config['tags']))",
    "parseTags(config['tags'])",
    recheck('is the same with other %s'),
  ),
  // States
  guard(
    'domain/deletion/states.ts: transition',
    'nothing is sent that was not approved',
    "execute: { from: decided, to: 'executing' }",
    "execute: { from: undecided, to: 'executing' }",
    states('%s, %j → %s'),
  ),
  guard(
    'domain/deletion/states.ts: transition',
    'what is being carried out does not expire',
    "expire: { from: undecided, to: 'expired' }",
    "expire: { from: openStates, to: 'expired' }",
    states('%s, %j → %s'),
  ),
  guard(
    'domain/deletion/states.ts: transition',
    'a rejection has a reason',
    "event.reason.trim() !== ''",
    "event.reason.trim() !== '?'",
    states('%s, %j → %s'),
  ),
  guard(
    'domain/deletion/states.ts: transition',
    'what has ended is not approved',
    "approve: { from: ['pending'], to: 'approved' }",
    "approve: { from: ['pending', 'rejected', 'expired'], to: 'approved' }",
    states('%s, %j → %s'),
  ),
  // Blockers
  ...(
    [
      ['running', "live.status === 'stopped'", "live.status !== 'running'", 'paused and unknown are not stopped'],
      ['protection', 'live.config.protection\n', 'live.config.template\n', 'protection'],
      ['lock', 'live.config.lock === null', "live.config.lock !== 'none'", 'a lock'],
      ['ha', 'if (haManaged === null)', 'if (haManaged === undefined)', 'what cannot be read is not "no"'],
      ['linked-clones', 'if (linkedClones.length === 0) return null;', 'return null;', 'linked clones'],
      ['replication', 'if (replicationJobs.length === 0) return null;', 'return null;', 'replication'],
      ['shared-disks', 'if (sharedDisks.length === 0) return null;', 'return null;', 'disks that others name'],
      ['pending-mark', 'live.config.tags.includes(PENDING_DELETION)', 'live.vmid > 0', 'the tag is there'],
      ['ceiling', 'destroyedToday < mostPerDay', 'destroyedToday <= mostPerDay', 'the ceiling of a day'],
    ] as const
  ).map(([name, before, after, what]) => guard(`domain/deletion/blockers/${name}.ts: look`, what, before, after, recheck('%s'))),
  // What became of it
  guard(
    'domain/deletion/resolve.ts: judgeDestroy',
    'gone is only what no task works on any more',
    'if (last.exists === false && last.runningTasks.length === 0)',
    'if (last.exists === false)',
    recheck('is waited for, and never sent again'),
  ),
  guard(
    'domain/deletion/resolve.ts: judgeDestroy',
    'what cannot be read is not gone',
    'if (last.exists === false &&',
    'if (last.exists !== true &&',
    recheck('has an end: gone, refused, nothing for ten minutes, or nobody knows'),
  ),
  // What is read right before, one fact at a time
  guard(
    'activities/deletion/facts.ts: readFacts',
    'whether HA manages the guest',
    'resources.some(resource => resource.sid === sid)',
    "resources.some(resource => resource.sid === sid + '?')",
    oneFact,
  ),
  guard(
    'activities/deletion/facts.ts: readFacts',
    'replication jobs',
    'guest === live.vmid',
    'guest === live.vmid + 1e6',
    oneFact,
  ),
  guard(
    'activities/deletion/others.ts: readDisksElsewhere',
    'disks that other guests name',
    'if (text === volume) shared.push({ volume, vmid: guest.vmid });',
    'if (text === volume) continue;',
    oneFact,
  ),
  guard(
    'activities/deletion/others.ts: readDisksElsewhere',
    'linked clones',
    'else if (text.startsWith(`${volume}/`)) clones.add(guest.vmid);',
    '',
    oneFact,
  ),
  guard(
    'domain/intent/gate.ts: endpointReasons',
    'the endpoint is enabled',
    'if (!endpoint.enabled) reasons.push',
    'if (endpoint.enabled === undefined) reasons.push',
    oneFact,
  ),
  guard(
    'activities/deletion/marks.ts: writeConfig',
    'the digest of the configuration goes along',
    ', digest: configDigest };',
    ' };',
    lastMoment('a guest that is changed between the last read and the DELETE is saved by the digest of its configuration'),
  ),
  guard(
    'activities/deletion/finish.ts: unmark',
    'the tag is taken off at the end',
    'if (!isFinal(request.state) || !takesMarkAway(request.state)) return;',
    'return;',
    lastMoment('a task that ended with an error is no success: the guest is there, and loses its tag'),
  ),
  guard(
    'api/deletion/rules.ts: mayPerson',
    'the right to decide, where it is asked first',
    "mayAuthorize: caller.permissions('authorize_deletion_request', request.endpointId)",
    'mayAuthorize: true',
    lastMoment('somebody without the right to decide neither approves nor rejects'),
  ),
  // Codes and people
  guard(
    'database/migrations/000012-deletion.sql: deletion_decision_four_eyes',
    'the constraint of the database',
    "raise exception 'a requester does not decide about their own request'",
    "raise notice 'a requester does not decide about their own request'",
    decisions('the database refuses an own approval whoever writes it, and changes of decisions'),
  ),
  guard(
    'activities/deletion/record-decision.ts: eventOf',
    'four eyes, when a code comes back',
    'if (!may.allowed) return refuse(may.code, may.message);',
    '',
    decisions('a code that was given before its holder lost the right, or joined, is worth nothing'),
  ),
  guard('api/deletion/decide.ts: decide', 'the version that was read', 'requireMatch(ifMatch, locked.version);', '', seen),
  guard(
    'activities/deletion/record-decision.ts: effect',
    'a code expires',
    'if (decision.expired) return',
    'if (decision.expired === undefined) return',
    once,
  ),
  guard(
    'database/repositories/deletion/decisions.ts: decisionByCode',
    'a code is for one verdict',
    'd.verdict = $2 for update',
    '$2::text is not null for update',
    decisions('an update or a signal without a code of ours changes nothing and leaves a row in the audit log'),
  ),
  guard(
    'activities/deletion/gate.ts: asApprovals',
    'whether approvers still may is asked again',
    'mayAuthorize: await mayAuthorize(store, userId, endpointId),',
    'mayAuthorize: true,',
    decisions('an approver who loses the right before it is carried out leaves it pending'),
  ),
  guard(
    'database/repositories/deletion/requests.ts: permitSend',
    'the permit is given once (taken out together with the trigger `deletion_permit_once`, which says the same; neither was tried by itself)',
    'where id = $1 and state = $2 and sent_at is null and digest = $3',
    'where id = $1 and $2::text is not null and digest = $3',
    of('safety/at-once', 'of fifty executes at once, with destroys that are started by hand, one DELETE is sent'),
  ),
];
