import { idOf, type Row } from '../../store/row';
import type { World } from '../../store/world';
import * as build from '../build';
import type { Field } from '../field';
import type { ObjectType } from '../object-type';

/**
 * The sidecar rows that the Proxbox plugin keeps beside NetBox's objects, at `/api/plugins/proxbox/sync-state/…/`. One row
 * per object; it goes with its object.
 */
function syncState(kind: string, model: string, target: string, related: string, extra: readonly Field[]): ObjectType {
  return {
    key: `netbox_proxbox.proxbox${model.toLowerCase()}syncstate`,
    endpoint: `plugins/proxbox/sync-state/${kind}`,
    className: `Proxbox${model}SyncState`,
    label: `proxbox ${kind.replace(/-/g, ' ')} sync state`,
    fields: [
      build.needed(target, related, 'cascade', { oneToOne: true, unique: true }),
      ...extra,
      build.text('proxmox_last_updated', 64, { nullable: true }),
      build.tags,
      build.customFields,
      ...build.stamps,
    ],
    brief: ['id', 'url', 'display', target],
    display: (row, world) => `Sync state of ${nameOf(row, world)}`,
    sortKey: row => [row.id],
    nameField: target,
    naturalKey: (row, world) => nameOf(row, world),
  };

  function nameOf(row: Row, world: World): string {
    return world.display(related, idOf(row, target));
  }
}

const vmFields: readonly Field[] = [
  build.integer('proxmox_vm_id', 0, 999_999_999),
  build.text('proxmox_vm_type', 20),
  build.bool('proxmox_start_at_boot', false),
  build.bool('proxmox_unprivileged_container', false),
  build.bool('proxmox_qemu_agent', false),
  build.text('proxmox_search_domain', 255),
  build.text('proxmox_link', 500),
  build.text('proxmox_node', 255),
  build.text('proxmox_cluster', 255),
  build.text('proxmox_status', 50),
  build.integer('proxmox_endpoint_id', 0, 2147483647),
  build.text('proxbox_last_run_id', 64),
];

/** The five kinds that concern us. */
export const proxboxTypes: readonly ObjectType[] = [
  syncState('virtual-machines', 'VirtualMachine', 'virtual_machine', 'virtualization.virtualmachine', vmFields),
  syncState('devices', 'Device', 'device', 'dcim.device', [
    build.text('proxmox_link', 500),
    build.text('proxmox_node', 255),
    build.text('proxmox_cluster', 255),
    build.text('proxbox_last_run_id', 64),
  ]),
  syncState('clusters', 'Cluster', 'cluster', 'virtualization.cluster', [build.text('proxbox_last_run_id', 64)]),
  syncState('virtual-disks', 'VirtualDisk', 'virtual_disk', 'virtualization.virtualdisk', [
    build.integer('proxbox_storage_id', 0, 2147483647),
  ]),
  syncState('vm-interfaces', 'VMInterface', 'vm_interface', 'virtualization.vminterface', [
    build.integer('proxbox_bridge', 0, 2147483647),
  ]),
];
