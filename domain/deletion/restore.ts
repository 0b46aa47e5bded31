/** How an object of NetBox is brought back from the dump that a stored change keeps of it. */
import type { Json, JsonObject } from '../json';

/** Objects that the dump of an object may name, by field, and where NetBox lists them. */
export const relatedPaths: Readonly<Record<string, string>> = {
  cluster: 'virtualization/clusters',
  config_template: 'extras/config-templates',
  device: 'dcim/devices',
  nat_inside: 'ipam/ip-addresses',
  owner: 'users/owners',
  platform: 'dcim/platforms',
  qinq_svlan: 'ipam/vlans',
  site: 'dcim/sites',
  tagged_vlans: 'ipam/vlans',
  tenant: 'tenancy/tenants',
  untagged_vlan: 'ipam/vlans',
  virtual_machine_type: 'virtualization/virtual-machine-types',
  vlan_translation_policy: 'ipam/vlan-translation-policies',
  vrf: 'ipam/vrfs',
};

/** The role of a virtual machine is an object; that of an address is a word. */
export const roleOfVm = 'dcim/device-roles';

export const restoredTypes = {
  vm: 'virtualization.virtualmachine',
  interface: 'virtualization.vminterface',
  disk: 'virtualization.virtualdisk',
  address: 'ipam.ipaddress',
  mac: 'dcim.macaddress',
} as const;
export type RestoredType = (typeof restoredTypes)[keyof typeof restoredTypes];

export const pathOf: Readonly<Record<RestoredType, string>> = {
  'virtualization.virtualmachine': 'virtualization/virtual-machines',
  'virtualization.vminterface': 'virtualization/interfaces',
  'virtualization.virtualdisk': 'virtualization/virtual-disks',
  'ipam.ipaddress': 'ipam/ip-addresses',
  'dcim.macaddress': 'dcim/mac-addresses',
};

/** Where an object of ours points to another one that is brought back, too: set apart, by the new ids. */
const setApart = new Set([
  ...['id', 'created', 'last_updated', 'tags', 'custom_fields'],
  ...['virtual_machine', 'parent', 'bridge', 'primary_mac_address', 'primary_ip4', 'primary_ip6'],
  ...['assigned_object_type', 'assigned_object_id', 'interface_count', 'virtual_disk_count'],
]);

/** What is still there of what a dump names. */
export interface Known {
  /** Whether the object of that path and id exists. */
  exists(path: string, id: number): boolean;
  /** Ids of tags by their names. */
  tags: ReadonlyMap<string, number>;
  /** Custom fields that objects of the type have now, and whether they may be empty. */
  customFields: ReadonlyMap<string, { required: boolean }>;
}

export interface Restored {
  /** As NetBox's API takes them. */
  values: Record<string, Json>;
  /** What is left out, in words. */
  left: string[];
}

/** Values of an object without what points to other restored ones; what it names and is gone is left out and told. */
export function restoredValues(type: RestoredType, original: JsonObject, known: Known): Restored {
  const values: Record<string, Json> = {};
  const left: string[] = [];
  for (const [field, value] of Object.entries(original)) {
    if (setApart.has(field) || field.startsWith('_')) continue;
    const path = field === 'role' && type === restoredTypes.vm ? roleOfVm : relatedPaths[field];
    const gone = path === undefined ? [] : idsIn(value).filter(id => !known.exists(path, id));
    if (gone.length > 0) left.push(`${field.replaceAll('_', ' ')} ${gone.join(', ')} is gone`);
    values[field] = gone.length === 0 ? value : isList(value) ? value.filter(id => !gone.includes(Number(id))) : null;
  }
  const names = namesIn(original['tags']);
  const lostTags = names.filter(name => !known.tags.has(name));
  if (lostTags.length > 0) left.push(`the tags ${lostTags.join(', ')} are gone`);
  values['tags'] = names.flatMap(name => known.tags.get(name) ?? []);
  const fields = Object.entries(isObject(original['custom_fields']) ? original['custom_fields'] : {});
  const lostFields = fields.filter(([name, value]) => value !== null && !known.customFields.has(name));
  if (lostFields.length > 0) left.push(`the custom fields ${lostFields.map(([name]) => name).join(', ')} are gone`);
  values['custom_fields'] = Object.fromEntries(
    fields.filter(([name, value]) =>
      value === null ? known.customFields.get(name)?.required === false : known.customFields.has(name),
    ),
  );
  return { values, left };
}

/** Of a new object: what is empty is left to NetBox. Custom fields are said in any case, since NetBox would give those that are not a default. */
export const withoutEmpty = (values: Readonly<Record<string, Json>>): Record<string, Json> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ''));

/** Ids of related objects that a dump of the type names, by path. */
export function relatedIds(type: RestoredType, original: JsonObject): { path: string; id: number }[] {
  return Object.entries(original).flatMap(([field, value]) => {
    const path = field === 'role' && type === restoredTypes.vm ? roleOfVm : relatedPaths[field];
    return path === undefined ? [] : idsIn(value).map(id => ({ path, id }));
  });
}

/** Id of a related object: a dump has it bare, NetBox's API in an object. */
export const refIn = (value: unknown): number | null =>
  typeof value === 'number'
    ? value
    : typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number'
      ? value.id
      : null;

const idsIn = (value: Json): number[] =>
  typeof value === 'number' ? [value] : isList(value) ? value.flatMap(item => (typeof item === 'number' ? [item] : [])) : [];

const namesIn = (value: Json | undefined): string[] =>
  value !== undefined && isList(value) ? value.flatMap(item => (typeof item === 'string' ? [item] : [])) : [];

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
