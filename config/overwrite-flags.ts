import { z } from 'zod';
import { flag } from './variables';

/**
 * The 25 overwrite flags of Proxbox, in its order: whether reflection may patch a field of a NetBox object that already exists. They never
 * affect creation. `overwrite_vm_tags` is set by `PROXBOX_OVERWRITE_VM_TAGS`, and so on; all default to true.
 */
export const OVERWRITE_FLAGS = [
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

export type OverwriteFlagName = (typeof OVERWRITE_FLAGS)[number];
export type OverwriteFlagValues = Readonly<Record<OverwriteFlagName, boolean>>;

/** The environment variable that sets a flag. */
export function overwriteVariable(name: OverwriteFlagName): string {
  return `PROXBOX_${name.toUpperCase()}`;
}

/** Reads the flags' variables from an environment; a failure names the variables that cannot be used. */
export const overwriteSchema = z
  .object(Object.fromEntries(OVERWRITE_FLAGS.map(name => [overwriteVariable(name), flag(true)])))
  .transform((values): OverwriteFlagValues => {
    const flags: Partial<Record<OverwriteFlagName, boolean>> = {};
    for (const name of OVERWRITE_FLAGS) flags[name] = values[overwriteVariable(name)] ?? true;
    return flags as OverwriteFlagValues;
  });
