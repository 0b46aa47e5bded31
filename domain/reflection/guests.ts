/**
 * Which NetBox VM shows which guest, and what each guest is called: decided before anything is compared.
 */
import { findVms } from './guest-machines';
import { note, type GuestMatch, type GuestMatchInput, type GuestState } from './guest-match';
import { identify } from './guest-states';
import { guestKey, type GuestKey, type ObservedGuest } from './inventory';
import { idIn, textIn } from './kind';
import { giveNames, isNameOf } from './names';
import type { ReflectionPolicy } from './policy';

export function matchGuests(input: GuestMatchInput): GuestMatch {
  const result: GuestMatch = {
    guests: [],
    records: new Map(),
    matched: new Map(),
    ambiguous: new Set(),
    recreated: new Set(),
    missing: [],
    foreign: [],
    findings: [],
  };
  const observed = input.inventory.guests.filter(guest => keepTemplate(guest, input.policy, result));
  const states = identify(observed, input, result);
  findVms(observed, input, result);
  nameAll(observed, states, input, result);
  return result;
}

function keepTemplate(guest: ObservedGuest, policy: ReflectionPolicy, result: GuestMatch): boolean {
  if (!guest.template || policy.syncTemplates) return true;
  note(result, guest, 'template-skipped', 'info', 'is a template, and templates are not reflected by the settings.');
  return false;
}

function nameAll(observed: ObservedGuest[], states: Map<GuestKey, GuestState>, input: GuestMatchInput, result: GuestMatch): void {
  const named = observed.filter(guest => !result.ambiguous.has(guestKey(guest)));
  const ownRows = new Set([...result.matched.values()].map(({ row }) => row.id));
  const inCluster = input.vmRows.filter(row => input.clusterId !== undefined && idIn(row['cluster']) === input.clusterId);
  const taken = inCluster.filter(row => !ownRows.has(row.id)).map(row => textIn(row['name']));
  const names = giveNames(
    named.map(guest => {
      const before = beforeOf(guest, input, result);
      return { key: guestKey(guest), vmid: guest.vmid, source: guest.name, ...(before && { before }) };
    }),
    taken,
  );
  const byKey = new Map(named.map(guest => [guestKey(guest), guest]));
  for (const [key, given] of names) {
    const guest = byKey.get(key)!;
    const record = input.records.get(key);
    if (given.suffixed && given.name !== record?.givenName && !result.matched.has(key)) {
      note(
        result,
        guest,
        'name-suffixed',
        'info',
        `is called ${given.name} in NetBox: the cluster already has a VM with its name.`,
      );
    }
    result.guests.push({ ...guest, givenName: given.name });
    const fresh = !record || result.recreated.has(key);
    const state = states.get(key)!;
    result.records.set(key, {
      kind: guest.kind,
      vmid: guest.vmid,
      evidence: guest.evidence,
      confirmedEvidence: fresh || state === 'proven' ? guest.evidence : record.confirmedEvidence,
      state,
      sourceName: guest.name,
      givenName: given.name,
    });
  }
}

function beforeOf(guest: ObservedGuest, input: GuestMatchInput, result: GuestMatch) {
  const key = guestKey(guest);
  const row = result.matched.get(key)?.row;
  const record = result.recreated.has(key) ? undefined : input.records.get(key);
  if (record) return { source: record.sourceName, given: record.givenName, shown: row && textIn(row['name']) };
  // A name that a person chose is kept, but it is not the name that we gave.
  const shown = row && textIn(row['name']);
  return shown === undefined ? undefined : { source: guest.name, given: isNameOf(guest.name, shown) ? shown : guest.name, shown };
}
