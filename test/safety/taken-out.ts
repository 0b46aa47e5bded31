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
];
