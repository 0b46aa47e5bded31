/**
 * The supporting objects that every endpoint shares: tags, types, roles and custom fields. Names, slugs and colours are
 * upstream Proxbox's, so that people who know it feel at home.
 */
import type { NetBoxCapabilities } from './kind';
import { ref, type Ref } from './values';

export type SupportPath =
  | 'extras/tags'
  | 'virtualization/cluster-types'
  | 'dcim/manufacturers'
  | 'dcim/device-types'
  | 'dcim/device-roles'
  | 'virtualization/virtual-machine-types';

export interface SupportObject {
  path: SupportPath;
  slug: string;
  /** What it is created with, besides the slug. A string starting with `@` in `manufacturer` names a slug made before. */
  body: Record<string, string | boolean>;
}

/** The reference to a supporting object; its id is found by path and slug. */
export const support = (path: SupportPath, slug: string): Ref => ref('support', `${path}/${slug}`);

export const mainTag = support('extras/tags', 'proxbox');

const tag = (slug: string, name: string, color: string): SupportObject => ({ path: 'extras/tags', slug, body: { name, color } });
const vmRole = (slug: string, name: string, color: string): SupportObject => ({
  path: 'dcim/device-roles',
  slug,
  body: { name, color, vm_role: true },
});
const clusterType = (slug: string, name: string): SupportObject => ({
  path: 'virtualization/cluster-types',
  slug,
  body: { name, description: `Proxmox ${slug} mode` },
});

const everywhere: SupportObject[] = [
  tag('proxbox', 'Proxbox', 'ff5722'),
  tag('proxbox-discovered-qemu', 'Proxbox: Discovered QEMU VM', '2196f3'),
  tag('proxbox-discovered-lxc', 'Proxbox: Discovered LXC Container', '00bcd4'),
  tag('proxbox-discovered-cluster', 'Proxbox: Discovered Cluster', '4caf50'),
  tag('proxbox-discovered-node', 'Proxbox: Discovered Node', '9c27b0'),
  clusterType('cluster', 'Cluster'),
  clusterType('standalone', 'Standalone'),
  { path: 'dcim/manufacturers', slug: 'proxmox', body: { name: 'Proxmox' } },
  {
    path: 'dcim/device-types',
    slug: 'proxmox-generic-device',
    body: { model: 'Proxmox Generic Device', manufacturer: '@proxmox' },
  },
  { path: 'dcim/device-roles', slug: 'proxmox-node', body: { name: 'Proxmox Node', color: '00bcd4', vm_role: false } },
  vmRole('virtual-machine-qemu', 'Virtual Machine (QEMU)', '00ffff'),
  vmRole('container-lxc', 'Container (LXC)', '7fffd4'),
];

const vmTypes: SupportObject[] = [
  { path: 'virtualization/virtual-machine-types', slug: 'qemu-virtual-machine', body: { name: 'QEMU Virtual Machine' } },
  { path: 'virtualization/virtual-machine-types', slug: 'lxc-container', body: { name: 'LXC Container' } },
];

/** In the order in which they must be made. */
export const supportObjects = (capabilities: NetBoxCapabilities): SupportObject[] =>
  capabilities.vmTypes ? [...everywhere, ...vmTypes] : everywhere;

export type CustomFieldType = 'integer' | 'text' | 'boolean' | 'url';
export type ObjectType =
  'virtualization.virtualmachine' | 'virtualization.cluster' | 'virtualization.vminterface' | 'dcim.device';

export interface CustomField {
  name: string;
  label: string;
  type: CustomFieldType;
  objectTypes: ObjectType[];
}

const vm: ObjectType = 'virtualization.virtualmachine';

/** Only fields that reflection writes. `proxmox_endpoint_id` belongs to another tool; ours is `proxbox_endpoint`. */
export const customFields: CustomField[] = [
  { name: 'proxmox_vm_id', label: 'VMID', type: 'integer', objectTypes: [vm] },
  { name: 'proxmox_vm_type', label: 'Guest type', type: 'text', objectTypes: [vm] },
  { name: 'proxmox_status', label: 'Proxmox status', type: 'text', objectTypes: [vm] },
  { name: 'proxmox_node', label: 'Node', type: 'text', objectTypes: [vm, 'dcim.device'] },
  { name: 'proxmox_cluster', label: 'Cluster', type: 'text', objectTypes: [vm, 'dcim.device'] },
  { name: 'proxmox_link', label: 'Open in Proxmox', type: 'url', objectTypes: [vm, 'dcim.device'] },
  { name: 'proxmox_start_at_boot', label: 'Start at boot', type: 'boolean', objectTypes: [vm] },
  { name: 'proxmox_unprivileged_container', label: 'Unprivileged container', type: 'boolean', objectTypes: [vm] },
  { name: 'proxmox_qemu_agent', label: 'QEMU guest agent', type: 'boolean', objectTypes: [vm] },
  { name: 'proxmox_search_domain', label: 'Search domain', type: 'text', objectTypes: [vm] },
  { name: 'proxmox_bridge', label: 'Bridge', type: 'text', objectTypes: ['virtualization.vminterface'] },
  {
    name: 'proxbox_endpoint',
    label: 'Proxbox endpoint',
    type: 'text',
    objectTypes: [vm, 'virtualization.cluster', 'dcim.device'],
  },
];
