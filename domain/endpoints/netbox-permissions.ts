import type { NetBoxAction } from './probe';

/** What reflection does to one model of NetBox. */
export interface NetBoxNeed {
  objectType: string;
  /** Of the REST API. */
  path: string;
  actions: readonly NetBoxAction[];
  /** False: a run goes on without, and knows or shows less. */
  required: boolean;
}

const need = (objectType: string, path: string, actions: readonly NetBoxAction[], required = true): NetBoxNeed => ({
  objectType,
  path,
  actions,
  required,
});

const keeps = ['view', 'add', 'change'] as const;
const removes = [...keeps, 'delete'] as const;

/** The rights of the daily token, as the page on connecting lists them. */
const everywhere: readonly NetBoxNeed[] = [
  need('virtualization.clustertype', 'virtualization/cluster-types', ['view']),
  need('dcim.manufacturer', 'dcim/manufacturers', ['view']),
  need('dcim.devicetype', 'dcim/device-types', ['view']),
  need('dcim.devicerole', 'dcim/device-roles', ['view']),
  need('ipam.vrf', 'ipam/vrfs', ['view'], false),
  need('core.objectchange', 'core/object-changes', ['view'], false),
  need('extras.tag', 'extras/tags', keeps),
  need('dcim.site', 'dcim/sites', keeps),
  need('dcim.device', 'dcim/devices', keeps),
  need('ipam.vlan', 'ipam/vlans', keeps),
  need('virtualization.cluster', 'virtualization/clusters', keeps),
  need('virtualization.virtualmachine', 'virtualization/virtual-machines', keeps),
  need('virtualization.vminterface', 'virtualization/interfaces', removes),
  need('virtualization.virtualdisk', 'virtualization/virtual-disks', removes),
  need('ipam.ipaddress', 'ipam/ip-addresses', removes),
  need('dcim.macaddress', 'dcim/mac-addresses', removes),
  need('extras.customlink', 'extras/custom-links', keeps, false),
  need('extras.savedfilter', 'extras/saved-filters', keeps, false),
];

/** @param vmTypes whether this NetBox has types of virtual machines (from 4.6). */
export const netboxNeeds = ({ vmTypes }: { vmTypes: boolean }): readonly NetBoxNeed[] =>
  vmTypes
    ? [...everywhere, need('virtualization.virtualmachinetype', 'virtualization/virtual-machine-types', ['view'])]
    : everywhere;
