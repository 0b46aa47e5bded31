import type { FieldRule } from './decide';
import type { ObservedCluster, ObservedGuest } from './inventory';
import type { ReflectionPolicy } from './policy';
import type { Value, Values } from './values';

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

/** Everything that a kind may look at to say what should be in NetBox. */
export interface DesireContext {
  endpoint: EndpointFacts;
  cluster: ObservedCluster;
  clusterName: string;
  /** Names of the node devices in NetBox by node: equal, unless another endpoint owns the name. */
  deviceNames: Record<string, string>;
  site: SiteChoice;
  guests: PlannedGuest[];
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
}

/** Where NetBox rows are found that may stand for desired objects. */
export type ReadSpec =
  | { by: 'all' }
  | { by: 'slug' }
  /** Rows whose `param` is one of the ids of the parents, objects of another kind of this plan. */
  | { by: 'parent'; param: string; kind: string }
  | { by: 'values'; param: string; field: string };

/**
 * A kind of NetBox object that reflection keeps. One file each; adding a kind is adding its file to the register and one test.
 */
export interface Kind {
  name: string;
  /** REST path below `/api/`. */
  path: string;
  dependsOn: string[];
  /** Found by value wherever it is and never owned by one endpoint: tags, VLANs, sites. */
  shared?: boolean;
  read: ReadSpec;
  /** Columns to ask for besides `id`. */
  columns: string[];
  /** By field; `cf` is the rule of every custom field. */
  rules: Record<string, FieldRule>;
  /** Fields that together name one object: how an object is recognised that was written without an answer. */
  natural: string[];
  /** Deleted in NetBox when it is gone from a completely read guest and we made it. */
  deletable?: boolean;
  desire(context: DesireContext): Desired[];
  /** A row in the units of `values`: relations as ids, choices as values, custom fields as `cf.<name>`. */
  values(row: Row): Values;
}

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
