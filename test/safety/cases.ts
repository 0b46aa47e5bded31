import { of, type Proof } from './invariants';

/** What happens in a case, as somebody would ask it, and the tests that show it. */
export interface Case {
  readonly when: string;
  readonly outcome: string;
  readonly proofs: readonly Proof[];
}

const path = 'workflows/deletion/path';
const decisions = 'workflows/deletion/decisions';
const switches = of(path, 'the master switch and the writes of the endpoint hold it, and it goes on when they are on again');
const oneFact = of('safety/last-moment', 'a guest that $is is not destroyed: $state');

export const cases: readonly Case[] = [
  {
    when: 'whoever asked approves',
    outcome: 'refused (403)',
    proofs: of(decisions, 'whoever asked does not approve: not by the API, and not with a code that they could get'),
  },
  {
    when: 'whoever asked approves, and the setting allows it',
    outcome: 'accepted',
    proofs: of(decisions, 'an own approval counts where the setting allows it'),
  },
  {
    when: 'somebody else approves',
    outcome: 'accepted',
    proofs: of(
      path,
      'a guest that somebody asked for and somebody else approved is destroyed once, verified, and NetBox shows it',
    ),
  },
  {
    when: 'a request that was approved or rejected is approved',
    outcome: 'refused (409)',
    proofs: [
      ...of(path, 'a rejected request ends, and takes its tag along'),
      ...of('safety/at-once', 'of fifty approvals at once, at two APIs, one takes effect and one DELETE is sent'),
    ],
  },
  {
    when: 'a request is carried out without an approval',
    outcome: 'refused (412)',
    proofs: of(decisions, 'an approval names what was seen: version, digest, name, target'),
  },
  {
    when: 'nobody decides in time',
    outcome: 'the request expires, the tag is taken off',
    proofs: of(
      'workflows/deletion/ends',
      'a request that nobody decides about expires, loses its tag, and takes no approval any more',
    ),
  },
  {
    when: 'a request is rejected',
    outcome: 'the tag is taken off',
    proofs: of(path, 'a rejected request ends, and takes its tag along'),
  },
  {
    when: 'the master switch is switched on without its phrase, or off',
    outcome: 'refused; the phrase is forgotten',
    proofs: of('api/settings', 'let intent be switched on with the typed phrase only, and forget it when it is switched off'),
  },
  {
    when: 'a branch is merged while the switch is off, or without opting in',
    outcome: 'nothing is made',
    proofs: of(
      'workflows/intent/branch',
      'a branch that is not meant for Proxmox, and one that was merged while the switch was off, make nothing',
    ),
  },
  {
    when: 'a delete is merged, and meant',
    outcome: 'a pending request; the guest is tagged and untouched',
    proofs: of(
      'workflows/deletion/merged',
      'a merged delete becomes a request; the guest stays as it is, its addresses are reserved, and no sync brings the machine back',
    ),
  },
  {
    when: 'somebody without the right to decide approves or rejects',
    outcome: 'refused (403)',
    proofs: of('safety/last-moment', 'somebody without the right to decide neither approves nor rejects'),
  },
  {
    when: 'a guest is read back after it was made or changed',
    outcome: 'nothing is written to NetBox',
    proofs: of(
      'contract/intent',
      'makes two guests, changes two others, and leaves the next sync nothing to write and the next plan nothing to do',
    ),
  },
  {
    when: 'VMID, node or kind are not those of the request',
    outcome: 'refused (409)',
    proofs: of(decisions, 'an approval names what was seen: version, digest, name, target'),
  },
  { when: 'the master switch is switched off before it is carried out', outcome: 'held, nothing is destroyed', proofs: switches },
  { when: 'writes are forbidden before it is carried out', outcome: 'held, nothing is destroyed', proofs: switches },
  {
    when: 'the permission for one of three changes is missing',
    outcome: 'that one is left out',
    proofs: of('workflows/intent/gate', 'without the permission for one of three changes that one is left out'),
  },
  {
    when: 'cloud-init is applied twice',
    outcome: 'the second time nothing is to be done',
    proofs: of(
      'unit/domain/intent/plan-properties',
      'planning what was just applied is nothing, and everything that was wanted is there',
    ),
  },
  {
    when: 'the answer to a create is lost',
    outcome: 'one guest',
    proofs: of('workflows/intent/create', 'the answer of a clone is lost after it was taken: one guest, as wanted'),
  },
  {
    when: 'a guest that moved, or that nobody knows, is to be changed',
    outcome: 'it is not written to, and the reason is given',
    proofs: of('workflows/intent/recheck', 'a guest that $what between plan and apply is not written to'),
  },
  {
    when: 'a change needs a running guest to be stopped',
    outcome: 'refused; it is not stopped',
    proofs: of(
      'workflows/intent/holds',
      'a change that a running guest refuses survives three syncs as wanted and live, and is made when the guest is stopped',
    ),
  },
  {
    when: 'the tags of a guest with an open request are changed',
    outcome: 'our mark stays',
    proofs: of('unit/domain/intent/plan-update', 'are merged: what the change did not touch stays, our marks always'),
  },
  {
    when: 'the tag rules of the datacenter forbid our tag',
    outcome: 'the request is refused, the guest stays as it is',
    proofs: of(
      'safety/alone',
      'where the tag rules of the datacenter forbid our tag it is refused, and the guest stays as it is',
    ),
  },
  {
    when: 'a delete is merged without the word that it means to destroy',
    outcome: 'no request',
    proofs: of('workflows/deletion/merged', 'a delete in a branch that does not say that it means to destroy makes no request'),
  },
  {
    when: 'a guest is started, renamed, moved or untagged after the approval',
    outcome: 'it is not destroyed unless it is the same, and nothing is in the way',
    proofs: oneFact,
  },
  {
    when: 'the worker dies between the DELETE and its result',
    outcome: 'reading tells what became of it; no second DELETE',
    proofs: of('workflows/deletion/crash-matrix', 'no guest is destroyed twice, and none without an approval'),
  },
  {
    when: 'an error, a row, a journal entry or a history would hold a secret',
    outcome: 'it does not',
    proofs: [
      ...of('canary/canary', 'no secret is in %s'),
      ...of('safety/last-moment', 'a secret in what Proxmox answers, and a code, are in no row and in no answer'),
    ],
  },
  {
    when: 'two approve at once, or one approves after the deadline',
    outcome: 'one takes effect; refused',
    proofs: [
      ...of(decisions, 'of fifty approvals at once one takes effect, and one DELETE is sent'),
      ...of('workflows/deletion/time', 'an approval with %i milliseconds left: %s'),
    ],
  },
];
