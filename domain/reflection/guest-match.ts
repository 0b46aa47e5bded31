import type { Finding } from './findings';
import type { Evidence } from './identity';
import { guestKey, type GuestKey, type Inventory, type ObservedGuest } from './inventory';
import type { PlannedGuest, Row } from './kind';
import type { ReflectionPolicy } from './policy';
import type { Values } from './values';

export type GuestState = 'proven' | 'changed' | 'unproven';

/** What we remember of a guest. */
export interface GuestRecord {
  kind: ObservedGuest['kind'];
  vmid: number;
  /** As last observed. */
  evidence: Evidence;
  /** As it was when the guest was first seen, or when a person last confirmed it. */
  confirmedEvidence: Evidence;
  state: GuestState;
  sourceName: string;
  givenName: string;
}

/** A row of the Proxbox plugin's own link table, where it is installed. */
export interface OtherToolLink {
  netboxVmId: number;
  vmid: number;
  kind: ObservedGuest['kind'] | null;
  clusterName: string | null;
}

export interface GuestMatchInput {
  endpointId: string;
  clusterId: number | undefined;
  clusterName: string;
  inventory: Inventory;
  records: Map<GuestKey, GuestRecord>;
  /** Our link table's rows of VMs, by guest. */
  links: Map<string, { netboxId: number; values: Values }>;
  /** VM ids that our link table gives to other endpoints. */
  linkedElsewhere: Set<number>;
  /** Marks of evidence that live guests of other endpoints have. */
  marksElsewhere: Set<string>;
  vmRows: Row[];
  interfaceRows: Row[];
  otherTool: OtherToolLink[];
  policy: ReflectionPolicy;
  /** Custom fields of VMs that are ours: another tool's field of the same name and another type says nothing about a guest. */
  ownFields: Set<string>;
}

export type MatchRule = 'link' | 'custom-fields' | 'proxbox-plugin' | 'name-and-mac';

export interface GuestMatch {
  guests: PlannedGuest[];
  records: Map<GuestKey, GuestRecord>;
  /** The VM of each guest that has one, and how it was found. */
  matched: Map<GuestKey, { row: Row; rule: MatchRule }>;
  /** Guests that two or more VMs could stand for: never written. */
  ambiguous: Set<GuestKey>;
  /** Guests whose VMID now belongs to another guest: their links are forgotten, the old VM stays. */
  recreated: Set<GuestKey>;
  /** Linked VMs that NetBox no longer has. */
  missing: { key: GuestKey; netboxId: number }[];
  /** Linked VMs that now carry another guest's mark: NetBox was restored, or somebody edited the fields. */
  foreign: { key: GuestKey; netboxId: number; carries: string }[];
  findings: Finding[];
}

/** Adds what a person should know about a guest. */
export function note(
  result: GuestMatch,
  guest: ObservedGuest,
  code: Finding['code'],
  severity: Finding['severity'],
  text: string,
): void {
  result.findings.push({
    code,
    severity,
    kind: 'virtual-machine',
    key: guestKey(guest),
    label: `${guest.name} (${guestKey(guest)})`,
    message: `${guest.name} (${guest.kind} ${guest.vmid}) ${text}`,
  });
}
