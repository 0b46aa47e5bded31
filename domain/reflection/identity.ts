/**
 * Who is this guest? Proxmox gives VMIDs out again, so a VMID is never an identity: the evidence is.
 */
import type { GuestKind } from '../proxmox/guest-config';

export type { GuestKind };

/**
 * What tells one guest from another. QEMU: SMBIOS uuid and vmgenid (a clone gets new ones; a rollback changes vmgenid alone),
 * `ctime` of `meta` (a clone copies it, so it counts only where nothing stronger is there). LXC: the root volume and the MACs.
 */
export interface Evidence {
  smbiosUuid?: string;
  vmgenid?: string;
  ctime?: number;
  rootfs?: string;
  macs?: string[];
}

/**
 * - `same`: all evidence agrees.
 * - `changed`: some agrees, some differs. Reflection follows; writing to the guest waits for a person.
 * - `other`: nothing agrees: the VMID was given to another guest.
 * - `unproven`: there is nothing to compare. Reflected by VMID and name, never written to.
 */
export type IdentityVerdict = 'same' | 'changed' | 'other' | 'unproven';

export function compareEvidence(stored: Evidence, live: Evidence): IdentityVerdict {
  const strong = compareAll(stored, live, ['smbiosUuid', 'vmgenid', 'rootfs']);
  const weak = compareAll(stored, live, ['macs', 'ctime']);
  // A container's MACs are on a par with its root volume: moving the volume or replacing a NIC changes one of the two.
  const macs = compareAll(stored, live, ['macs']);
  const votes = strong.length === 0 ? weak : stored.rootfs !== undefined ? [...strong, ...macs] : strong;
  if (votes.length === 0) return 'unproven';
  if (votes.every(agrees => agrees)) return 'same';
  return votes.some(agrees => agrees) ? 'changed' : 'other';
}

/**
 * True when the VMID was given to another guest. A container's volume is named after its VMID and its storage, so one that is made anew
 * in the same place seems to keep half of its evidence: with another name and no MAC address in common it is another one.
 */
export function isAnotherGuest(stored: Evidence, live: Evidence, renamed: boolean): boolean {
  const verdict = compareEvidence(stored, live);
  const otherMacs = compareAll(stored, live, ['macs']).includes(false);
  return verdict === 'other' || (verdict === 'changed' && stored.rootfs !== undefined && otherMacs && renamed);
}

type EvidenceField = keyof Evidence;

function compareAll(stored: Evidence, live: Evidence, fields: EvidenceField[]): boolean[] {
  return fields.flatMap(field => {
    const a = stored[field];
    const b = live[field];
    if (a === undefined || b === undefined) return [];
    if (Array.isArray(a) && Array.isArray(b)) return a.length && b.length ? [a.some(item => b.includes(item))] : [];
    return [a === b];
  });
}

/** True when there is nothing that could tell this guest from another one. */
export const hasNoEvidence = (evidence: Evidence): boolean => compareEvidence(evidence, evidence) === 'unproven';

/**
 * Keys of guests whose strongest evidence another live guest has too: a restored copy, or a copied config. Neither can be
 * told from the other, so both are unproven.
 */
export function sharedEvidence<K extends string>(
  guests: Iterable<{ key: K; evidence: Evidence }>,
  marksElsewhere: Set<string> = new Set(),
): Set<K> {
  const holders = new Map<string, K[]>();
  for (const { key, evidence } of guests) {
    for (const mark of strongMarks(evidence)) holders.set(mark, [...(holders.get(mark) ?? []), key]);
  }
  return new Set([...holders].filter(([mark, keys]) => keys.length > 1 || marksElsewhere.has(mark)).flatMap(([, keys]) => keys));
}

/** The marks that no two live guests of one installation should share. */
export function strongMarks(evidence: Evidence): string[] {
  const marks: string[] = [];
  if (evidence.smbiosUuid !== undefined) marks.push(`uuid:${evidence.smbiosUuid}`);
  if (evidence.vmgenid !== undefined) marks.push(`vmgenid:${evidence.vmgenid}`);
  // A container restored beside its original keeps the MACs; its root volume is named after the new VMID.
  if (evidence.rootfs !== undefined && evidence.macs?.length) marks.push(`macs:${[...evidence.macs].sort().join()}`);
  return marks;
}
