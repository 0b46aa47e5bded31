import type { GuestRecord } from '../reflection/guest-match';
import { compareEvidence, hasNoEvidence, isAnotherGuest } from '../reflection/identity';
import type { CheckSubject } from './checks/check';
import { liveEvidence, liveName, type LiveGuest } from './plan/live';

/** Whether the guest that was just read is the one that reflection has seen under its VMID. */
export function knownIdentity(record: GuestRecord | undefined, live: LiveGuest): CheckSubject['identity'] {
  const evidence = liveEvidence(live);
  if (record === undefined) return 'none';
  if (isAnotherGuest(record.evidence, evidence, record.sourceName !== liveName(live))) return 'recreated';
  // What reflection could not tell from another guest, no read of one guest alone can.
  if (record.state === 'unproven' || hasNoEvidence(evidence)) return 'unproven';
  return compareEvidence(record.confirmedEvidence, evidence) === 'same' ? 'proven' : 'changed';
}
