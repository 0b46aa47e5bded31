import { mainTag, support } from '../bootstrap';
import type { FieldRule } from '../decide';
import { guestKey, type GuestStatus } from '../inventory';
import {
  choiceIn,
  customFieldValues,
  customFieldsIn,
  describedFields,
  idIn,
  idsIn,
  scalarIn,
  textIn,
  type DesireContext,
} from '../kind';
import type { Kind, PlannedGuest } from '../kind';
import { firstLine, slugify } from '../text';
import { isEmpty, ref, type Ref, type Values } from '../values';
import { clusterRef } from './cluster';
import { deviceRef } from './device';
import { siteOf } from './site';

export const vmRef = (guest: PlannedGuest) => ref('virtual-machine', guestKey(guest));

const statusOf: Record<Exclude<GuestStatus, 'unknown'>, string> = { running: 'active', stopped: 'offline', paused: 'paused' };
const ourStatuses = Object.values(statusOf);

/** A description says something where NetBox says nothing. */
const isDescribed: FieldRule['protects'] = (current, policy) => policy.parseDescriptionMetadata && !isEmpty(current);

export const virtualMachine: Kind = {
  name: 'virtual-machine',
  path: 'virtualization/virtual-machines',
  dependsOn: ['tag', 'site', 'cluster', 'device'],
  read: { by: 'cluster' },
  columns: [
    ...[
      'name',
      'status',
      'cluster',
      'device',
      'site',
      'role',
      'tenant',
      'platform',
      'virtual_machine_type',
      'vcpus',
      'memory',
      'description',
      'comments',
    ],
    ...['tags', 'custom_fields', 'primary_ip4', 'primary_ip6', 'interface_count', 'virtual_disk_count', 'last_updated'],
  ],
  rules: {
    name: { edited: 'keep' },
    status: {
      protects: (current, policy) => !ourStatuses.includes(String(current)) && !policy.overwriteHumanStatus,
    },
    cluster: {},
    device: {},
    site: { createOnly: true },
    role: { flag: 'overwrite_vm_role', protects: isDescribed },
    tenant: { protects: isDescribed },
    platform: { protects: isDescribed },
    virtual_machine_type: { flag: 'overwrite_vm_type' },
    vcpus: {},
    memory: {},
    description: { flag: 'overwrite_vm_description' },
    comments: { flag: 'overwrite_vm_description', edited: 'keep' },
    tags: { flag: 'overwrite_vm_tags', set: true, additive: policy => !policy.flags.overwrite_vm_proxmox_tags },
    cf: { flag: 'overwrite_vm_custom_fields' },
  },
  natural: ['cluster', 'name'],
  apart: 'virtual_machine_type',
  desire: context =>
    context.guests.map(guest => {
      const tags = tagsOf(guest, context);
      const discovered = support('extras/tags', `proxbox-discovered-${guest.kind}`);
      return { ...named(guest), values: { ...vmValues(guest, context), tags }, atCreation: { tags: [...tags, discovered] } };
    }),
  values: row => ({
    name: textIn(row['name']),
    status: choiceIn(row['status']),
    cluster: idIn(row['cluster']),
    device: idIn(row['device']),
    site: idIn(row['site']),
    role: idIn(row['role']),
    tenant: idIn(row['tenant']),
    platform: idIn(row['platform']),
    virtual_machine_type: idIn(row['virtual_machine_type']),
    vcpus: scalarIn(row['vcpus']),
    memory: scalarIn(row['memory']),
    description: textIn(row['description']),
    comments: textIn(row['comments']),
    tags: idsIn(row['tags']),
    ...customFieldsIn(row),
  }),
};

const named = (guest: PlannedGuest) => ({ key: guestKey(guest), guest: guestKey(guest), label: guest.givenName });

function vmValues(guest: PlannedGuest, context: DesireContext): Values {
  const { kind } = guest;
  const values: Values = {
    name: guest.givenName,
    cluster: clusterRef,
    device: deviceRef(guest.node),
    site: siteOf(context),
    vcpus: guest.vcpus,
    memory: guest.memoryMiB,
    description: firstLine(guest.notes) || `Synced from Proxmox node ${guest.node}`,
    ...customFieldValues(context.customFields.vm, {
      proxmox_vm_id: guest.vmid,
      proxmox_vm_type: kind,
      proxmox_status: guest.status === 'unknown' ? null : guest.status,
      proxmox_node: guest.node,
      proxmox_cluster: context.cluster.name,
      proxmox_link: `${context.endpoint.url}/#v1:0:=${kind}/${guest.vmid}`,
      proxmox_start_at_boot: guest.startAtBoot,
      proxmox_unprivileged_container: guest.unprivileged,
      proxmox_qemu_agent: guest.agent,
      proxmox_search_domain: guest.searchDomain,
      proxbox_endpoint: context.endpoint.id,
    }),
  };
  if (guest.status !== 'unknown') values['status'] = statusOf[guest.status];
  values['comments'] = guest.notes.trim() === firstLine(guest.notes) ? '' : guest.notes.trim();
  if (context.capabilities.vmTypes) {
    const slug = kind === 'qemu' ? 'qemu-virtual-machine' : 'lxc-container';
    values['virtual_machine_type'] = support('virtualization/virtual-machine-types', slug);
  } else {
    values['role'] = support('dcim/device-roles', kind === 'qemu' ? 'virtual-machine-qemu' : 'container-lxc');
  }
  return { ...values, ...describedValues(guest, context) };
}

/** Ids that the guest's description names, of objects that there are. */
function describedValues({ metadata = {} }: PlannedGuest, { described }: DesireContext): Values {
  const known = describedFields.flatMap(field => {
    const id = metadata[field];
    return id !== undefined && described[field].has(id) ? [[field, id] as const] : [];
  });
  return Object.fromEntries(known);
}

function tagsOf(guest: PlannedGuest, context: DesireContext): Ref[] {
  const fromProxmox = context.policy.flags.overwrite_vm_proxmox_tags ? guest.tags.map(name => ref('tag', slugify(name))) : [];
  const unique = new Map([mainTag, ...fromProxmox].map(item => [`${item.ref}/${item.key}`, item]));
  return [...unique.values()];
}
