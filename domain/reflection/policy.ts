/** What reflection may do: the settings and the 25 overwrite flags of one endpoint, already resolved. */

/** Names and order are upstream's contract. A flag never affects creation; false keeps a value that NetBox already has. */
export const overwriteFlags = [
  'overwrite_device_role',
  'overwrite_device_type',
  'overwrite_device_tags',
  'overwrite_device_status',
  'overwrite_device_description',
  'overwrite_device_custom_fields',
  'overwrite_vm_role',
  'overwrite_vm_type',
  'overwrite_vm_tags',
  'overwrite_vm_proxmox_tags',
  'overwrite_vm_description',
  'overwrite_vm_custom_fields',
  'overwrite_vm_cloudinit',
  'overwrite_cluster_tags',
  'overwrite_cluster_description',
  'overwrite_cluster_custom_fields',
  'overwrite_node_interface_tags',
  'overwrite_node_interface_custom_fields',
  'overwrite_storage_tags',
  'overwrite_vm_interface_tags',
  'overwrite_vm_interface_custom_fields',
  'overwrite_ip_status',
  'overwrite_ip_tags',
  'overwrite_ip_custom_fields',
  'overwrite_ip_address_dns_name',
] as const;

export type OverwriteFlag = (typeof overwriteFlags)[number];

export interface ReflectionPolicy {
  flags: Record<OverwriteFlag, boolean>;
  /** With writes allowed, an edit in NetBox is a wish: shown as drift, not overwritten. */
  allowWrites: boolean;
  syncTemplates: boolean;
  ignoreIpv6LinkLocal: boolean;
  primaryIpPreference: 'ipv4' | 'ipv6';
  /** Reflect interfaces that only the guest reports, minus the excluded ones. */
  reflectGuestInterfaces: boolean;
  interfaceExcludeNames: string[];
  interfaceExcludePrefixes: string[];
  /** Overwrite a VM status that only a person can have set (planned, staged, failed, decommissioning). */
  overwriteHumanStatus: boolean;
  /** Read the block of NetBox ids in a guest's description. */
  parseDescriptionMetadata: boolean;
  /** Share of an endpoint's guests, in percent, above which a plan waits for a person. */
  planChangeLimitPercent: number;
  /** The Proxbox plugin is installed in NetBox and its own jobs are known to be off. */
  otherToolDisabled: boolean;
}

export const defaultPolicy: ReflectionPolicy = {
  flags: Object.fromEntries(overwriteFlags.map(flag => [flag, true])) as Record<OverwriteFlag, boolean>,
  allowWrites: false,
  syncTemplates: true,
  ignoreIpv6LinkLocal: true,
  primaryIpPreference: 'ipv4',
  reflectGuestInterfaces: false,
  interfaceExcludeNames: [],
  interfaceExcludePrefixes: ['docker', 'br-', 'veth', 'cni', 'cali', 'flannel', 'virbr', 'lo'],
  overwriteHumanStatus: false,
  parseDescriptionMetadata: false,
  planChangeLimitPercent: 20,
  otherToolDisabled: false,
};
