import type { OverwriteFlag } from '../reflection/policy';
import { everywhere } from './layers';
import type { FlagSpec } from './spec';

/** What each flag guards, under the headings of Proxbox. */
const guarded: Readonly<Record<string, Partial<Record<OverwriteFlag, string>>>> = {
  Device: {
    overwrite_device_role: 'the role of a device',
    overwrite_device_type: 'the type of a device',
    overwrite_device_tags: 'the tags of a device',
    overwrite_device_status: 'the status of a device',
    overwrite_device_description: 'the description of a device',
    overwrite_device_custom_fields: 'the custom fields of a device',
  },
  'Virtual machine': {
    overwrite_vm_role: 'the role of a virtual machine',
    overwrite_vm_type: 'the type of a virtual machine (NetBox 4.6 and later)',
    overwrite_vm_tags: 'the tags of a virtual machine',
    overwrite_vm_proxmox_tags: "the tags of a virtual machine by the guest's tags in Proxmox",
    overwrite_vm_description: 'the description of a virtual machine',
    overwrite_vm_custom_fields: 'the custom fields of a virtual machine',
    overwrite_vm_cloudinit: 'the cloud-init settings of a virtual machine',
  },
  Cluster: {
    overwrite_cluster_tags: 'the tags of a cluster',
    overwrite_cluster_description: 'the description of a cluster',
    overwrite_cluster_custom_fields: 'the custom fields of a cluster',
  },
  'Node interface': {
    overwrite_node_interface_tags: "the tags of a device's interface",
    overwrite_node_interface_custom_fields: "the custom fields of a device's interface",
  },
  Storage: {
    overwrite_storage_tags: 'the tags of a storage',
  },
  'VM interface': {
    overwrite_vm_interface_tags: "the tags of a virtual machine's interface",
    overwrite_vm_interface_custom_fields: "the custom fields of a virtual machine's interface",
  },
  'IP address': {
    overwrite_ip_status: 'the status of an IP address',
    overwrite_ip_tags: 'the tags of an IP address',
    overwrite_ip_custom_fields: 'the custom fields of an IP address',
    overwrite_ip_address_dns_name: 'the DNS name of an IP address',
  },
};

const specs = Object.entries(guarded).flatMap(([group, flags]) =>
  Object.entries(flags).map(([name, what]): [string, FlagSpec & { layers: typeof everywhere }] => [
    name,
    {
      type: 'flag',
      default: true,
      group,
      description: `Overwrite ${what} that NetBox has already. New objects get it in any case.`,
      layers: everywhere,
      takesEffect: 'next-run',
    },
  ]),
);

/** The 25 overwrite flags as settings. */
export const flagSettings = Object.fromEntries(specs) as Record<OverwriteFlag, FlagSpec & { layers: typeof everywhere }>;
