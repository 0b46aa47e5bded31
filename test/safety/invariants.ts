/** What can never happen, what keeps it from happening, and the tests that show it. The document `docs/safety.md` is made from this. */
export interface Proof {
  /** Below `test/`, without its ending. */
  readonly file: string;
  /** As the test is called; of a table of tests the name with its placeholders. */
  readonly test: string;
}

export interface Invariant {
  readonly id: string;
  readonly never: string;
  /** `file: function`, from the root of the project. */
  readonly guards: readonly string[];
  readonly proofs: readonly Proof[];
}

/** Tests of one file. */
export const of = (file: string, ...tests: string[]): Proof[] => tests.map(test => ({ file, test }));

const path = 'workflows/deletion/path';
const decisions = 'workflows/deletion/decisions';
const crash = 'workflows/deletion/crash';
const ends = 'workflows/deletion/ends';
const recheck = 'unit/domain/deletion/recheck';
const states = 'unit/domain/deletion/states';
const lastMoment = 'safety/last-moment';
const atOnce = 'safety/at-once';
const alone = 'safety/temporal-alone';
const byItself = 'safety/alone';
const constraints = 'database/deletion-constraints';
const anySequence = of(
  'safety/any-sequence',
  'in 500 sequences of what three people and the world may do, requests stand where the table says, and only what was approved is destroyed',
);
const oneFact = of(lastMoment, 'a guest that $is is not destroyed: $state');

export const invariants: readonly Invariant[] = [
  {
    id: 'I1',
    never: 'A destroy is sent for a guest that has no approved request about this very guest.',
    guards: ['activities/deletion/send.ts: sendDestroy', 'database/repositories/deletion/requests.ts: permitSend'],
    proofs: [
      ...anySequence,
      ...of(
        'unit/structure/destroys',
        'nothing but the two dispatchers sends a DELETE to Proxmox, and nothing but one activity calls them',
      ),
      ...of(
        alone,
        'workflows that are started by hand with the ids of what is really there, and not approved, destroy and write nothing',
      ),
    ],
  },
  {
    id: 'I2',
    never: 'Whoever asked, merged or joined counts as an approver, under whatever name; somebody unknown counts as anybody.',
    guards: [
      'domain/deletion/four-eyes.ts: mayDecide',
      'database/migrations/000012-deletion.sql: deletion_four_eyes',
      'activities/deletion/record-decision.ts: eventOf',
    ],
    proofs: [
      ...of(
        recheck,
        'no requester ever counts as an approver',
        'an identity that is none of ours decides nothing and equals nobody',
      ),
      ...of(
        decisions,
        'the database refuses an own approval whoever writes it, and changes of decisions',
        'whoever joins is a requester, and can approve it no more than the first',
        'neither the key of the environment nor somebody without the permission asks or approves',
      ),
      ...of(byItself, 'a token that somebody else made proves no person: nothing is decided with it'),
      ...of(
        'workflows/deletion/merged',
        'whoever deleted it in the branch is a requester, too, and approves it no more than whoever merged',
      ),
    ],
  },
  {
    id: 'I3',
    never: 'A page, the API, the command or Temporal itself lets somebody decide whom another one of them would refuse.',
    guards: ['activities/deletion/record-decision.ts: recordDecision', 'api/deletion/decide.ts: decide'],
    proofs: [
      ...of(
        'contract/deletion',
        'waits for somebody else, who alone gets past page, API, command and Temporal; then the guest is destroyed once',
      ),
      ...of(decisions, 'whoever asked does not approve: not by the API, and not with a code that they could get'),
      ...of('pages/deletions', 'a requester sees an explanation where the button would be, and a form gets past nothing'),
      ...of(
        alone,
        '%s decides nothing',
        'with the code of another request, of another verdict, or of a requester decides nothing',
        'with a code that has expired, was used, or whose holder has joined since decides nothing',
        'answers of activities that somebody makes up decide nothing: the rows do',
      ),
    ],
  },
  {
    id: 'I4',
    never: 'An approver counts twice, or counts who has lost the right since.',
    guards: ['domain/deletion/four-eyes.ts: standing', 'activities/deletion/gate.ts: asApprovals'],
    proofs: [
      ...of(decisions, 'an approver who loses the right before it is carried out leaves it pending'),
      ...of(lastMoment, 'where two must approve, one person counts once, and nothing happens before the second'),
      ...of(recheck, 'people are counted once, and only as long as they may, for what is there now'),
      ...of(byItself, 'from before the approvals were started over is worth nothing'),
    ],
  },
  {
    id: 'I5',
    never: 'An approval holds for a guest whose configuration, disks, identity or NetBox objects have changed since.',
    guards: ['domain/deletion/digest.ts: differences', 'domain/deletion/recheck.ts: recheckDestroy'],
    proofs: [
      ...oneFact,
      ...of(recheck, 'is another one, and the difference is named: %s'),
      ...of(path, '%s after the approval makes it void'),
    ],
  },
  {
    id: 'I6',
    never: 'An approval is taken for something else than what the person saw.',
    guards: ['api/deletion/decide.ts: requireSeen, requireTarget', 'activities/deletion/record-decision.ts: eventOf'],
    proofs: [
      ...of(decisions, 'an approval names what was seen: version, digest, name, target'),
      ...of('pages/deletions', 'approving wants the name typed, of what was seen; code and decision go in one'),
      ...of(byItself, 'for something else than the request is about now is worth nothing, whoever wrote it'),
    ],
  },
  {
    id: 'I7',
    never: 'An approval is lost to something that does not matter: an order, our own tag, a snapshot, a nightly backup.',
    guards: ['domain/deletion/digest.ts: digestedSubject'],
    proofs: [
      ...of(recheck, 'is the same with other %s'),
      ...of(lastMoment, 'a snapshot, a backup and a lock that came and went make no approval void'),
    ],
  },
  {
    id: 'I8',
    never: 'Another guest is destroyed that was given the VMID in the meantime, or that another cluster has.',
    guards: [
      'domain/deletion/recheck.ts: recheckDestroy',
      'activities/deletion/observe.ts: clusterOf',
      'domain/reflection/identity.ts: compareEvidence',
    ],
    proofs: [
      ...of(path, '%s after the approval makes it void'),
      ...of(recheck, '%s: %s'),
      ...oneFact,
      ...of(
        byItself,
        'a cluster that has taken the place of another one behind the same address, with the same name, is another',
        'a guest that nothing tells from another one is not deleted by us',
      ),
      ...anySequence,
    ],
  },
  {
    id: 'I9',
    never: 'A guest that moved is followed to its node unless it is proven to be the same.',
    guards: ['activities/deletion/observe.ts: observe'],
    proofs: [...of(lastMoment, 'a guest that moved is followed to its node, since it is the same'), ...anySequence],
  },
  {
    id: 'I10',
    never:
      'A guest is destroyed that runs, is protected, locked, managed by HA or replicated, has linked clones, shares a disk, or cannot be told from another one; and nothing of that is cleared by the product.',
    guards: [
      'domain/deletion/blockers/',
      'activities/deletion/facts.ts: readFacts',
      'activities/deletion/others.ts: readElsewhere',
    ],
    proofs: [
      ...oneFact,
      ...of(path, 'a running guest blocks, is never stopped by us, and is destroyed once somebody has stopped it'),
      ...of(recheck, '%s', 'pairs of them are all named, and each has a name of its own'),
    ],
  },
  {
    id: 'I11',
    never: 'A request is carried out that has expired, or expires while it is carried out.',
    guards: [
      'activities/deletion/record-decision.ts: effect',
      'database/repositories/deletion/requests.ts: moveDeletion, permitSend',
    ],
    proofs: [
      ...of(
        'workflows/deletion/time',
        'an approval with %i milliseconds left: %s',
        'an approval that can be carried out in time is, and the deadline stops',
      ),
      ...of(
        ends,
        'a request that nobody decides about expires, loses its tag, and takes no approval any more',
        'an approval that comes in one task with the deadline, %s it: the deadline wins',
      ),
      ...of(states, '%s, %j → %s'),
      ...of(alone, 'a destroy that is started by hand after the deadline destroys nothing'),
    ],
  },
  {
    id: 'I12',
    never: 'A final decision is followed by another one; a request is rejected without a reason.',
    guards: ['domain/deletion/states.ts: transition', 'database/migrations/000012-deletion.sql: deletion_permit_once'],
    proofs: [
      ...anySequence,
      ...of(
        states,
        'whatever happens in whatever order: the first end stays, and nothing is sent without an approval that still stands',
      ),
      ...of(atOnce, 'of an approval, a rejection and a cancellation at once the first decides'),
      ...of(constraints, 'that is final stays, whoever writes to the table', 'to reject has a reason'),
    ],
  },
  {
    id: 'I13',
    never: 'Two workflows change one guest at once; one approval sends two DELETEs.',
    guards: [
      'database/repositories/deletion/requests.ts: permitSend',
      'database/migrations/000012-deletion.sql: deletion_permit_once',
      'workflows/names.ts: workflowIds.guest',
    ],
    proofs: [
      ...of(
        atOnce,
        'of fifty approvals at once, at two APIs, one takes effect and one DELETE is sent',
        'of fifty executes at once, with destroys that are started by hand, one DELETE is sent',
        'fifty people who ask at once open one request',
        'takes no decision back and none twice',
        'after its end ends again as it had ended, and sends nothing',
      ),
      ...of(
        alone,
        'what a person has decided is done once, also where somebody starts the same by hand at that time',
        'a destroy waits for whatever else works on the guest',
      ),
      ...of(
        constraints,
        'is answered "no" the second time, whatever state somebody says it is in',
        'is neither given again nor taken back by whoever writes to the table',
      ),
    ],
  },
  {
    id: 'I14',
    never: 'A guest is called destroyed before its task has ended well and reading shows that it is gone.',
    guards: ['domain/deletion/resolve.ts: judgeDestroy', 'activities/deletion/resolve-destroy.ts: look'],
    proofs: [
      ...of(path, 'a guest that somebody asked for and somebody else approved is destroyed once, verified, and NetBox shows it'),
      ...of(lastMoment, 'a task that ended with an error is no success: the guest is there, and loses its tag'),
      ...of(recheck, 'has an end: gone, refused, nothing for ten minutes, or nobody knows'),
    ],
  },
  {
    id: 'I15',
    never: 'A DELETE whose answer was lost is sent again, or counts as done or not done before reading has told.',
    guards: ['workflows/guest-destroy.ts: guestDestroy', 'activities/deletion/resolve-destroy.ts: resolveDestroy, protect'],
    proofs: [
      ...of(crash, '%i: %s, %s it had its effect: %s'),
      ...of(ends, 'ends as unknown when %s'),
      ...of(recheck, 'is waited for, and never sent again'),
    ],
  },
  {
    id: 'I16',
    never: 'A request stays without an end because a worker, an API process or a workflow was lost.',
    guards: ['workflows/reconcile.ts: reconcile', 'activities/deletion/activities.ts: listLostDeletions'],
    proofs: [
      ...of('workflows/deletion/crash-matrix', 'everything ends, under a name'),
      ...of(
        atOnce,
        'one that was deleted comes back with the same deadline, and is decided about as ever',
        'those that were terminated while the guest was being destroyed come back, and find out what became of it',
      ),
      ...of(ends, 'a request whose workflow is gone is taken up by the reconciler, with the same deadline'),
    ],
  },
  {
    id: 'I17',
    never:
      'A guest is destroyed although the master switch, the endpoint or its writes were switched off, or deletions frozen, after the approval.',
    guards: [
      'activities/deletion/gate.ts: askGate',
      'domain/intent/gate.ts: decideGate',
      'domain/deletion/recheck.ts: recheckDestroy',
    ],
    proofs: [
      ...of(path, 'the master switch and the writes of the endpoint hold it, and it goes on when they are on again'),
      ...oneFact,
      ...of(
        byItself,
        'with the master switch off nothing is even read',
        'a master switch that is switched off while the guest is read still holds it',
      ),
      ...anySequence,
    ],
  },
  {
    id: 'I18',
    never:
      'More guests are destroyed on a day than the ceiling says; something is deleted because a source was empty, partial or hidden.',
    guards: ['domain/deletion/blockers/ceiling.ts: ceilingBlocker', 'domain/reflection/removals.ts'],
    proofs: [
      ...oneFact,
      ...of(byItself, 'those that were destroyed on the same day count for the ceiling'),
      ...of('unit/domain/reflection/planner-properties', 'no VM is ever deleted, whatever Proxmox shows or hides'),
      ...of('workflows/faults/endpoint-failures', 'rights that were taken are named, and the guests that they hide stay'),
      ...of(
        'workflows/reflection/restored',
        'empty: every guest is found again, a person reads it, nothing is doubled or deleted',
      ),
    ],
  },
  {
    id: 'I21',
    never: 'A guest is written to that somebody changed after it was read.',
    guards: ['activities/deletion/marks.ts: writeConfig', 'activities/intent/recheck.ts: recheckCall'],
    proofs: [
      ...of(
        lastMoment,
        'a guest that is changed between the last read and the DELETE is saved by the digest of its configuration',
      ),
      ...of(
        byItself,
        'a DELETE that would come more than twenty seconds after the recheck is not sent',
        'is not written to when the request ends',
      ),
      ...of('workflows/intent/recheck', 'a guest that is changed between our read and our write is saved by the digest'),
      ...of(
        'contract/netbox/optimistic-locking',
        'refuses a change and a deletion with a stale ETag by 412; 4.5 takes no notice',
      ),
    ],
  },
  {
    id: 'I22',
    never:
      'Something is decided or destroyed without a row of the audit log that was there before it; a row is altered, dropped or reordered unnoticed.',
    guards: ['activities/deletion/send.ts: recheckAndSend', 'database/audit-chain.ts: AuditChain', 'domain/audit/verifier.ts'],
    proofs: [
      ...of(lastMoment, 'the destroy stands in the audit log before it is sent, and what came of it after'),
      ...of(
        'database/audit-tampering',
        'names the row whose %s was changed',
        'names a row that was dropped',
        'names the first of two rows that were swapped',
        'name the first row of a tail that was cut off',
      ),
      ...of('database/audit-chain', 'keeps an intent open whose process died before it wrote what came of it'),
    ],
  },
  {
    id: 'I23',
    never: 'A secret or a code is readable in a plan, a row, a log, a history, an answer or a message.',
    guards: ['domain/redaction.ts: redactText', 'database/repositories/deletion/decisions.ts: insertDecision'],
    proofs: [
      ...of('canary/canary', 'no secret is in %s', '%s was really searched: what is no secret is found there'),
      ...of(lastMoment, 'a secret in what Proxmox answers, and a code, are in no row and in no answer'),
      ...of(byItself, 'that %s', 'that fails an attempt, of which Temporal hears'),
      ...of('workflows/intent/create', 'no secret is left in a row, a history, a journal entry or an answer'),
    ],
  },
  {
    id: 'I25',
    never:
      'A guest is destroyed without the backup that the policy wants, unless the approver has waived it, and without a receipt to make it anew.',
    guards: [
      'domain/deletion/blockers/backup.ts: backupBlocker',
      'activities/deletion/facts.ts: newestBackup',
      'activities/deletion/finish.ts: keepReceipt',
    ],
    proofs: [
      ...oneFact,
      ...of(
        'workflows/deletion/backup',
        'no backup is seen, nobody can say that there is none, and the words name the rights that show one',
        'is wanted, and enough once it is there',
        'goes without where the approver says so',
      ),
      ...of(path, 'a guest that somebody asked for and somebody else approved is destroyed once, verified, and NetBox shows it'),
    ],
  },
];
