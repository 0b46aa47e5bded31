import { of, type Proof } from '../invariants';
import { guard, type TakenOut } from './guard';

const recheck = (test: string): Proof[] => of('unit/domain/deletion/recheck', test);
const states = (test: string): Proof[] => of('unit/domain/deletion/states', test);

/** What is decided by pure functions. */
export const rules: readonly TakenOut[] = [
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
      ['identity', 'if (sameIdentity.length === 0) return null;', 'return null;', 'another guest with the same identity'],
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
  guard(
    'domain/deletion/blockers/backup.ts: look',
    'a backup that is too old',
    'now - newestAt <= maxAgeDays * DAY',
    'now - newestAt <= maxAgeDays * DAY * 99',
    recheck('%s'),
  ),
  guard(
    'domain/deletion/blockers/backup.ts: look',
    'nobody says that there is no backup where none would be seen',
    'if (!visible) return',
    "if (!visible && policy !== 'recent') return",
    recheck('%s'),
  ),
  guard(
    'domain/deletion/blockers/backup.ts: beforeMade',
    'a backup that was made is seen',
    'volumes.some(({ volume }) => volume === made.volume)',
    'volumes.length >= 0',
    recheck('one that is made first is in the way until it is seen; one that failed is not made again at once'),
  ),
  // Times, ends and holds
  guard(
    'domain/deletion/deadline.ts: isExpired',
    'a request expires on its deadline',
    'now >= deadline',
    'now > deadline',
    states('a request expires on its deadline, and people are reminded before'),
  ),
  guard(
    'domain/deletion/deadline.ts: isStale',
    'an approval grows stale',
    'now - approvedAt >= staleAfterMs',
    'now - approvedAt >= staleAfterMs + 1',
    states('a request expires on its deadline, and people are reminded before'),
  ),
  guard(
    'domain/deletion/states.ts: takesMarkAway',
    'a guest of which nobody knows keeps its mark',
    "end !== 'outcome_unknown' && ",
    '',
    states('every end takes the mark away save the one that nobody knows, and all but the destroy restore NetBox'),
  ),
  guard(
    'domain/deletion/states.ts: restoresNetBox',
    'all ends but the destroy bring NetBox back',
    "end !== 'destroyed';\n\n/** The state in",
    "end === 'rejected';\n\n/** The state in",
    states('every end takes the mark away save the one that nobody knows, and all but the destroy restore NetBox'),
  ),
  guard(
    'domain/deletion/hold.ts: heldUntil',
    'a hold is for one round',
    'hold?.round === round && hold.placed',
    'hold?.placed',
    of('unit/domain/deletion/hold', 'a hold is for the round of approvals that it was put on for, once it is on'),
  ),
  guard(
    'domain/deletion/hold.ts: heldUntil',
    'a hold counts once it is on',
    'hold?.round === round && hold.placed',
    'hold?.round === round',
    of('unit/domain/deletion/hold', 'a hold is for the round of approvals that it was put on for, once it is on'),
  ),
  guard(
    'domain/deletion/hold.ts: releasing',
    'what somebody changed since is not put back',
    'const ours = heldKeys.filter(key => config[key] === asHeld[key]);',
    'const ours = heldKeys.filter(key => key in asHeld);',
    of('unit/domain/deletion/hold', 'what somebody changed since is neither hidden nor put back'),
  ),
  // The gate
  guard(
    'domain/intent/gate.ts: switchReasons',
    'the typed phrase',
    'if (intentEnabled(settings)) return [];',
    'if (settings.netbox_to_proxmox_enabled) return [];',
    of('unit/domain/intent/gate', '%s closes it'),
  ),
  guard(
    'domain/intent/gate.ts: endpointReasons',
    'writes of the endpoint',
    'if (!endpoint.allowWrites) {',
    'if (endpoint.allowWrites === undefined) {',
    of('unit/domain/intent/gate', '%s closes it'),
  ),
  guard(
    'domain/intent/gate.ts: optInReasons',
    'a branch must say that it means to destroy',
    "if (change?.op === 'delete' && optIn.applyDestroyConfirmed !== true) {",
    "if (change?.op === 'delete' && optIn.applyDestroyConfirmed === undefined) {",
    of('unit/domain/intent/gate', '%s closes it'),
  ),
  guard(
    'domain/intent/gate.ts: changeReasons',
    'whoever asked held the right then',
    'if (requester.heldAtRequest && requester.holdsNow) return [];',
    'if (requester.holdsNow) return [];',
    of('unit/domain/intent/gate', '%s closes it'),
  ),
  guard(
    'domain/intent/gate.ts: changeReasons',
    'somebody of ours must have asked',
    "if (requester === null || requester === 'to-be-adopted') {",
    "if (requester === 'to-be-adopted') {",
    of('unit/domain/intent/gate', '%s closes it'),
  ),
];
