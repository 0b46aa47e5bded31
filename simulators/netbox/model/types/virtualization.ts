import { booleanFilter, foldedTextFilter, relatedIdFilter, relatedNameFilter, type Related } from '../../read/filter-kinds';
import { naturalKey } from '../../store/natural-sort';
import { idOf, numberOf, type Row, textOf, valueOf } from '../../store/row';
import type { World } from '../../store/world';
import { primaryAddresses } from '../address-fields';
import * as build from '../build';
import { START_ON_BOOT, VM_STATUS } from '../choices';
import type { ObjectType } from '../object-type';
import { macsOfInterfaces } from '../rules/mac-addresses';
import { checkVirtualMachine, fillFromTypeAndSite, refreshDiskOf, vmUniques } from '../rules/virtual-machine';

const MAX = 2147483647;
const vcpusMin = '0.01000000000000000020816681711721685132943093776702880859375';

/** `virtualization/virtual-machine-types`, from 4.6. */
export const virtualMachineType: ObjectType = {
  key: 'virtualization.virtualmachinetype',
  endpoint: 'virtualization/virtual-machine-types',
  className: 'VirtualMachineType',
  label: 'virtual machine type',
  since: 6,
  fields: [
    build.required('name', 100),
    build.slug({ unique: true }),
    build.optional('default_platform', 'dcim.platform', 'clear'),
    { kind: 'decimal', name: 'default_vcpus', digits: 6, places: 2, min: 0.01, nullable: true },
    build.integer('default_memory', 0, MAX),
    ...build.primary,
    build.count('virtual_machine_count', 'virtualization.virtualmachine', 'virtual_machine_type', {
      nested: 'same',
      logged: true,
    }),
  ],
  brief: ['id', 'url', 'display', 'name', 'slug', 'description'],
  display: build.displayName,
  sortKey: build.byName,
  uniques: [
    {
      constraint: 'virtualization_virtualmachinetype_unique_name',
      key: values => build.lower(values['name']),
      message: () => 'Virtual machine type name must be unique.',
    },
  ],
};

const throughCluster =
  (field: 'type' | 'group'): Related =>
  (row, world) => {
    const cluster = world.get('virtualization.cluster', idOf(row, 'cluster'));
    return [cluster ? idOf(cluster, field) : null];
  };

/** `virtualization/virtual-machines`. */
export const virtualMachine: ObjectType = {
  key: 'virtualization.virtualmachine',
  endpoint: 'virtualization/virtual-machines',
  className: 'VirtualMachine',
  label: 'virtual machine',
  fields: [
    build.required('name', 64),
    {
      ...build.optional('virtual_machine_type', 'virtualization.virtualmachinetype', 'protect', { clearedByPut: true }),
      since: 6,
    },
    build.optional('role', 'dcim.devicerole', 'protect'),
    build.choice('status', VM_STATUS, 'active'),
    build.choice('start_on_boot', START_ON_BOOT, 'off'),
    build.optional('site', 'dcim.site', 'protect', { clearedByPut: true }),
    build.optional('cluster', 'virtualization.cluster', 'protect', { clearedByPut: true }),
    build.optional('device', 'dcim.device', 'protect', { clearedByPut: true }),
    build.optional('platform', 'dcim.platform', 'clear'),
    ...primaryAddresses,
    { kind: 'decimal', name: 'vcpus', digits: 6, places: 2, min: 0.01, minText: vcpusMin, nullable: true },
    build.integer('memory', 0, MAX),
    build.integer('disk', 0, MAX),
    build.description,
    build.text('serial', 50, { search: true }),
    build.optional('tenant', 'tenancy.tenant', 'protect', { clearedByPut: true }),
    build.owner,
    build.comments,
    build.tags,
    { kind: 'json', name: 'local_context_data', nullable: true },
    ...build.absent('config_template'),
    build.customFields,
    ...build.stamps,
    build.count('interface_count', 'virtualization.vminterface', 'virtual_machine', { logged: true }),
    build.count('virtual_disk_count', 'virtualization.virtualdisk', 'virtual_machine', { logged: true }),
    build.computed('config_context', row => valueOf(row, 'local_context_data') ?? {}),
  ],
  brief: ['id', 'url', 'display', 'name', 'description'],
  display: build.displayName,
  sortKey: row => [naturalKey(textOf(row, 'name')), row.id],
  nameField: 'name',
  naturalKey: (row, world) => `${placeOf(row, world)}/${textOf(row, 'name')}`,
  uniques: vmUniques,
  filters: {
    name: foldedTextFilter(row => textOf(row, 'name')),
    cluster_type_id: relatedIdFilter('virtualization.clustertype', throughCluster('type')),
    cluster_type: relatedNameFilter('virtualization.clustertype', throughCluster('type')),
    cluster_group_id: relatedIdFilter('virtualization.clustergroup', throughCluster('group')),
    cluster_group: relatedNameFilter('virtualization.clustergroup', throughCluster('group')),
    has_primary_ip: booleanFilter(row => idOf(row, 'primary_ip4') !== null || idOf(row, 'primary_ip6') !== null),
    mac_address: macsOfInterfaces('virtualization.vminterface', 'virtual_machine'),
  },
  clean: checkVirtualMachine,
  beforeSave: fillFromTypeAndSite,
};

function placeOf(row: Row, world: World): string {
  const cluster = world.display('virtualization.cluster', idOf(row, 'cluster'));
  return cluster || world.display('dcim.device', idOf(row, 'device')) || world.display('dcim.site', idOf(row, 'site'));
}

/** `virtualization/virtual-disks`. Their sizes add up to the VM's `disk`. */
export const virtualDisk: ObjectType = {
  key: 'virtualization.virtualdisk',
  endpoint: 'virtualization/virtual-disks',
  className: 'VirtualDisk',
  label: 'virtual disk',
  fields: [
    build.needed('virtual_machine', 'virtualization.virtualmachine', 'cascade'),
    build.required('name', 64),
    build.description,
    { kind: 'integer', name: 'size', required: true, min: 0, max: MAX },
    build.owner,
    build.tags,
    build.customFields,
    ...build.stamps,
  ],
  brief: ['id', 'url', 'display', 'virtual_machine', 'name', 'description', 'size'],
  display: build.displayName,
  sortKey: (row, world) => [
    naturalKey(world.display('virtualization.virtualmachine', idOf(row, 'virtual_machine'))),
    idOf(row, 'virtual_machine') ?? 0,
    naturalKey(textOf(row, 'name')),
  ],
  nameField: 'name',
  naturalKey: (row, world) => `${vmKey(row, world)}/${textOf(row, 'name')}`,
  uniques: [
    {
      constraint: 'virtualization_virtualdisk_unique_virtual_machine_name',
      key: values => build.uniqueKey([values['virtual_machine'], values['name']]),
      message: () => 'Virtual disk with this Virtual machine and Name already exists.',
    },
  ],
  afterSave: (row, before, { world }) => {
    refreshDiskOf(world, idOf(row, 'virtual_machine'));
    if (before && numberOf(before, 'virtual_machine') !== numberOf(row, 'virtual_machine'))
      refreshDiskOf(world, idOf(before, 'virtual_machine'));
  },
  afterDelete: (row, { world }) => refreshDiskOf(world, idOf(row, 'virtual_machine')),
};

function vmKey(row: Row, world: World): string {
  const vm = world.get('virtualization.virtualmachine', idOf(row, 'virtual_machine'));
  return vm ? `${placeOf(vm, world)}/${textOf(vm, 'name')}` : '';
}
