import { note, type GuestMatch, type GuestMatchInput, type GuestState } from './guest-match';
import { compareEvidence, hasNoEvidence, isAnotherGuest, sharedEvidence, type Evidence } from './identity';
import { guestKey, type GuestKey, type ObservedGuest } from './inventory';

/** Whether each guest is the one that we know by its VMID. */
export function identify(observed: ObservedGuest[], input: GuestMatchInput, result: GuestMatch): Map<GuestKey, GuestState> {
  const shared = sharedEvidence(
    [...observed.map(guest => ({ key: guestKey(guest), evidence: guest.evidence })), ...rememberedOthers(input)],
    input.marksElsewhere,
  );
  return new Map(observed.map(guest => [guestKey(guest), stateOf(guest, shared, input, result)]));
}

/** Guests that the run is not about, as they were seen last: a copy is not proven because its twin was not looked at. */
const rememberedOthers = ({ inventory, records }: GuestMatchInput): { key: GuestKey; evidence: Evidence }[] =>
  (inventory.others ?? []).flatMap(key => {
    const record = records.get(key);
    return record ? [{ key, evidence: record.evidence }] : [];
  });

function stateOf(guest: ObservedGuest, shared: Set<GuestKey>, input: GuestMatchInput, result: GuestMatch): GuestState {
  const key = guestKey(guest);
  const record = input.records.get(key);
  if (record && isAnotherGuest(record.evidence, guest.evidence, record.sourceName !== guest.name)) {
    result.recreated.add(key);
    note(
      result,
      guest,
      'recreated',
      'warning',
      `is another guest than the one that had VMID ${guest.vmid} before (${record.sourceName}). The old guest's NetBox VM is kept as it is.`,
    );
  }
  if (shared.has(key)) {
    note(
      result,
      guest,
      'evidence-shared',
      'warning',
      'has the same evidence of identity as another live guest (a restored or copied guest). Both are reflected by VMID and name; nothing is written to them in Proxmox until a person confirms which is which.',
    );
    return 'unproven';
  }
  if (hasNoEvidence(guest.evidence)) {
    if (!record) note(result, guest, 'unproven', 'info', 'has no evidence of identity. It is reflected by VMID and name.');
    return 'unproven';
  }
  if (!record || result.recreated.has(key)) return 'proven';
  if (compareEvidence(record.confirmedEvidence, guest.evidence) === 'same') return 'proven';
  note(
    result,
    guest,
    'evidence-changed',
    'warning',
    'kept some of its evidence of identity and lost some (a rollback, a restore over it, or a moved volume). Reflection follows it; writes to it in Proxmox wait for a person.',
  );
  return 'changed';
}
