import type { GateAnswer } from '../intent/gate';
import { compareEvidence } from '../reflection/identity';
import { blockedBy } from './blockers/register';
import type { Blocked, DestroyFacts } from './blockers/blocker';
import { differences, type DecidedAbout } from './digest';
import { standing, type Approval, type DecisionRules } from './four-eyes';
import type { DeletionEvent } from './states';

export interface DestroyQuestion {
  /** The gate of a deletion, asked just now, with the freeze in it. */
  readonly gate: GateAnswer;
  readonly frozen: string | null;
  readonly approvals: readonly Approval[];
  /** Digest of what is there now. */
  readonly digest: string;
  readonly rules: DecisionRules;
  readonly approved: DecidedAbout;
  /** Null: the guest was not found anywhere, by a read that could have seen it. */
  readonly now: DecidedAbout | null;
  /** Null where the guest was not found. */
  readonly facts: DestroyFacts | null;
}

export type DestroyAnswer =
  | { proceed: true }
  | {
      proceed: false;
      event: Extract<DeletionEvent['type'], 'switched-off' | 'differs' | 'approval-lost' | 'found-blocked'>;
      reasons: readonly Blocked[];
    };

/**
 * The last question before a guest is destroyed, in the same attempt that sends it: switches, then whether it is still the guest and the state that was
 * approved, then whether enough people who may decide stand by it, then what is in the way. The first that says no decides.
 */
export function recheckDestroy(question: DestroyQuestion): DestroyAnswer {
  const { gate, frozen, approved, now, facts } = question;
  if (!gate.allowed) return no('switched-off', gate.reasons);
  if (frozen !== null) return no('switched-off', [{ code: 'frozen', message: `Nothing is destroyed at the moment: ${frozen}` }]);
  if (now === null || facts === null) {
    return no('differs', [
      { code: 'guest_gone', message: `Guest ${approved.vmid} does not exist any more. Somebody else has deleted it.` },
    ]);
  }
  if (now.cluster !== approved.cluster || now.kind !== approved.kind || now.vmid !== approved.vmid) {
    return no('differs', [{ code: 'other_target', message: 'Cluster, kind or VMID is not what was approved.' }]);
  }
  const identity = compareEvidence(approved.evidence, now.evidence);
  if (identity !== 'same') {
    return no('differs', [
      { code: 'other_guest', message: `VMID ${now.vmid} cannot be proven to be the guest that was approved (${identity}).` },
    ]);
  }
  const changed = differences(approved, now);
  if (changed.length > 0) {
    return no('differs', [
      { code: 'changed', message: `The guest is not what was approved: ${changed.join(', ')} changed. Ask anew.` },
    ]);
  }
  const { enough, counted, lost } = standing(question.approvals, question.digest, question.rules);
  if (!enough) {
    const because = lost.map(({ person, because: why }) => `${person ?? 'somebody unknown'}: ${why}`).join(', ');
    return no('approval-lost', [
      {
        code: 'approval_lost',
        message: `${counted.length} of ${question.rules.quorum} approvals count${because && ` (${because})`}. Somebody must approve again.`,
      },
    ]);
  }
  const blocked = blockedBy(facts);
  return blocked.length > 0 ? no('found-blocked', blocked) : { proceed: true };
}

const no = (event: (DestroyAnswer & { proceed: false })['event'], reasons: readonly Blocked[]): DestroyAnswer => ({
  proceed: false,
  event,
  reasons,
});
