import type { FieldRule } from './decide';
import type { ObservedCluster, ObservedGuest } from './inventory';
import type { ReflectionPolicy } from './policy';
import type { ReflectionKindName } from './kind-names';
import { resolve, type IdOf, type Ref, type Value, type Values } from './values';

/** One row of a NetBox list, as received. */
export type Row = { id: number } & Record<string, unknown>;

/** What the connected NetBox can do; from its version. */
export interface NetBoxCapabilities {
  /** `virtual_machine_type` exists (4.6). */
  vmTypes: boolean;
  /** `mac_address` of an interface can be written (4.7). */
  interfaceMacWritable: boolean;
}

export interface EndpointFacts {
  id: string;
  name: string;
  /** Base URL of the Proxmox pages, for links. */
  url: string;
  netboxClusterName: string | null;
  /** NetBox id of the VRF of this endpoint's addresses. */
  vrfId: number | null;
}

/** The site of everything of an endpoint: an existing one, or one to be made. */
export type SiteChoice = { id: number } | { create: { name: string; slug: string } };

/** A guest as the planner sees it: observed, named, and linked to a NetBox VM where one shows it. */
export interface PlannedGuest extends ObservedGuest {
  givenName: string;
}

/** What of a description reflection reads: where a guest is says Proxmox, not its description. */
export const describedFields = ['role', 'tenant', 'platform'] as const;
export type DescribedIds = Readonly<Record<(typeof describedFields)[number], ReadonlySet<number>>>;

/** Everything that a kind may look at to say what should be in NetBox. */
export interface DesireContext {
  endpoint: EndpointFacts;
  cluster: ObservedCluster;
  clusterName: string;
  /** Names of the node devices in NetBox by node: equal, unless another endpoint owns the name. */
  deviceNames: Record<string, string>;
  site: SiteChoice;
  guests: PlannedGuest[];
  /** Ids in descriptions that NetBox has, by what they are ids of. */
  described: DescribedIds;
  policy: ReflectionPolicy;
  capabilities: NetBoxCapabilities;
  /** Custom fields that exist with the right type, by object type. Others are not written. */
  customFields: { vm: Set<string>; device: Set<string>; cluster: Set<string>; interface: Set<string> };
}

export interface Desired {
  /** Unique in the kind and the endpoint, stable over time, e.g. `qemu/100/net0`. */
  key: string;
  /** How people call it, e.g. `web-1 net0`. */
  label: string;
  guest?: string;
  values: Values;
  /** What a new object gets in place of `values`, e.g. a tag that stays gone once a person removed it. */
  atCreation?: Values;
  /** By which an interface is recognised where NetBox does not take it as one of its values. */
  mac?: string;
  /** What NetBox has only once, and who has it according to Proxmox: a second claim in the same plan is a conflict. */
  claim?: { text: string; holder: string };
}

/** Which rows of NetBox may stand for the desired objects of a kind. */
export type ReadSpec =
  /** Rows whose `param` is one of the desired values of `field`. */
  | { by: 'value'; param: string; field: string }
  /** Rows of the endpoint's cluster. */
  | { by: 'cluster' }
  /** Rows whose `param` is the id of an object of another kind of this endpoint. */
  | { by: 'parent'; param: string; kind: ReflectionKindName };

/** What matching found for a desired object that has no link yet. */
export type Match = { row: Row } | { heldBy: string } | 'ambiguous' | undefined;

/**
 * A kind of NetBox object that reflection keeps. One file each; adding a kind is adding its file to the register and one test.
 */
export interface Kind {
  name: ReflectionKindName;
  /** REST path below `/api/`. */
  path: string;
  dependsOn: ReflectionKindName[];
  /** Found by value wherever it is and never owned by one endpoint: tags, VLANs, sites. */
  shared?: boolean;
  /** Fields of an object of another kind, which has the same key: written when that object and what they point to exist. */
  on?: ReflectionKindName;
  /** Absent for kinds that are fields of another kind's rows. */
  read?: ReadSpec;
  /** Columns to ask for besides `id`. */
  columns: string[];
  /** By field; `cf` is the rule of every custom field. */
  rules: Record<string, FieldRule>;
  /** Fields that together name one object: how an object is recognised that was written without an answer. */
  natural: string[];
  /** Made by us and gone from a guest that was read completely: deleted in NetBox. `addresses`: only if the guest told its addresses. */
  deletable?: 'config' | 'addresses';
  /** Requests must hold all objects of one guest: NetBox sums disks into the VM and two requests at once once left a wrong sum. */
  togetherByGuest?: boolean;
  /**
   * Requests must not mix values of this field. NetBox counts VMs on their type: two requests at once that create VMs of both types lock
   * the two rows in either order, and one of them is answered 500 (NetBox 4.7.3, measured).
   */
  apart?: string;
  /** What a change of a row leaves behind in NetBox, to be deleted after it. `known` are the row's reflected values. */
  leftovers?(row: Row, after: Values, known: Values): { kind: ReflectionKindName; id: number; label: string }[];
  /** False for a linked row that has come to stand for something else; it is then left alone and the object matched anew. */
  stillStandsFor?(row: Row, desired: Desired, idOf: IdOf): boolean;
  /** How rows are matched where equal natural fields are not the rule. */
  match?(desired: Desired, candidates: Candidates): Match;
  /** Text under which candidates are found quickly by `match`. */
  index?(row: Row): string;
  desire(context: DesireContext): Desired[];
  /** A row in the units of `values`: relations as ids, choices as values, custom fields as `cf.<name>`. */
  values(row: Row): Values;
}

/** What a kind's own matching may look at. */
export interface Candidates {
  /** Rows that already show another desired object of this plan. */
  isTaken(row: Row): boolean;
  /** The id of the object that a reference means, when it exists. */
  idOf(reference: Ref): number | undefined;
  /** Rows by the text that the kind's `index` gives them. */
  byIndex(text: string): Row[];
  /** True when an interface is of the guest `to` itself, or of one that told its addresses and no longer has this one. */
  released(interfaceId: number, host: string, to: string | undefined): boolean;
}

/** A part below its parent: the row must still be below the one that it was made for. */
export const isBelow =
  (field: string, values: (row: Row) => Values) =>
  (row: Row, desired: Desired, idOf: IdOf): boolean =>
    values(row)[field] === resolve(desired.values[field] ?? null, idOf);

// Readers of NetBox answers -----------------------------------------------------------------------------------------------

/** A nested object's id, or null. */
export const idIn = (value: unknown): number | null =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number' ? value.id : null;

/** The value of a choice: NetBox shows `{value, label}` and takes the bare value. */
export const choiceIn = (value: unknown): Value => {
  const bare = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
  return typeof bare === 'string' || typeof bare === 'number' ? bare : null;
};

export const idsIn = (value: unknown): number[] =>
  Array.isArray(value) ? value.flatMap(item => (typeof item === 'number' ? [item] : (idIn(item) ?? []))) : [];

export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

export const scalarIn = (value: unknown): Value =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;

export function customFieldsIn(row: Row): Values {
  const fields = row['custom_fields'];
  if (typeof fields !== 'object' || fields === null) return {};
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`cf.${name}`, choiceOrScalar(value)]));
}

const choiceOrScalar = (value: unknown): Value =>
  typeof value === 'object' && value !== null && 'value' in value ? choiceIn(value) : scalarIn(value);

/** The custom fields of `wanted` that exist in NetBox, as `cf.<name>` values. */
export function customFieldValues(existing: Set<string>, wanted: Record<string, Value>): Values {
  return Object.fromEntries(
    Object.entries(wanted)
      .filter(([name]) => existing.has(name))
      .map(([name, value]) => [`cf.${name}`, value]),
  );
}
