import { booleanFilter, genericIdFilter, relatedIdFilter, relatedNameFilter, type Related } from '../../read/filter-kinds';
import { genericKey } from '../../store/indexes';
import { interfaceKey, naturalKey } from '../../store/natural-sort';
import { idOf, idsOf, type Row, textOf } from '../../store/row';
import type { World } from '../../store/world';
import * as build from '../build';
import { DUPLEX } from '../choices';
import { INTERFACE_TYPE } from '../interface-types';
import { macField } from '../network';
import type { ObjectType } from '../object-type';
import * as rules from '../rules/interface';
import {
  adoptPrimaryMac,
  applyShortcut,
  checkPrimaryMac,
  macsOfInterface,
  readMac,
  validateShortcut,
} from '../rules/mac-addresses';

const VM = { field: 'virtual_machine', type: 'virtualization.virtualmachine', words: 'virtual machine' };
const DEVICE = { field: 'device', type: 'dcim.device', words: 'device' };
const ASSIGNABLE = ['dcim.interface', 'virtualization.vminterface'];

const vlansOf: Related = row => [idOf(row, 'untagged_vlan'), ...idsOf(row, 'tagged_vlans')];
const clusterOfVm: Related = (row, world) => {
  const vm = world.get(VM.type, idOf(row, 'virtual_machine'));
  return [vm ? idOf(vm, 'cluster') : null];
};

/** `virtualization/interfaces`. */
export const vmInterface: ObjectType = {
  key: 'virtualization.vminterface',
  endpoint: 'virtualization/interfaces',
  className: 'VMInterface',
  label: 'interface',
  fields: [
    build.needed('virtual_machine', VM.type, 'cascade'),
    build.required('name', 64),
    build.bool('enabled', true),
    rules.sibling('parent', 'virtualization.vminterface', VM.field, VM.type, 'restrict'),
    rules.sibling('bridge', 'virtualization.vminterface', VM.field, VM.type, 'clear'),
    build.integer('mtu', 1, 65536),
    ...rules.macFields('virtualization.vminterface'),
    build.description,
    rules.mode,
    rules.untaggedVlan,
    rules.taggedVlans,
    rules.serviceVlan,
    ...build.absent('vlan_translation_policy'),
    build.optional('vrf', 'ipam.vrf', 'clear'),
    build.fixed('l2vpn_termination', null),
    build.owner,
    build.tags,
    build.customFields,
    ...build.stamps,
    rules.addressCount,
    build.computed('count_fhrp_groups', () => 0),
  ],
  brief: ['id', 'url', 'display', 'virtual_machine', 'name', 'description'],
  display: build.displayName,
  sortKey: (row, world) => [
    naturalKey(world.display(VM.type, idOf(row, 'virtual_machine'))),
    idOf(row, 'virtual_machine') ?? 0,
    interfaceKey(textOf(row, 'name')),
  ],
  nameField: 'name',
  naturalKey: (row, world) => `${world.type(VM.type).naturalKey?.(parentOf(row, world), world) ?? ''}/${textOf(row, 'name')}`,
  uniques: [
    {
      constraint: 'virtualization_vminterface_unique_virtual_machine_name',
      key: values => build.uniqueKey([values['virtual_machine'], values['name']]),
      message: () => 'Interface with this Virtual machine and Name already exists.',
    },
  ],
  filters: {
    cluster_id: relatedIdFilter('virtualization.cluster', clusterOfVm),
    cluster: relatedNameFilter('virtualization.cluster', clusterOfVm),
    mac_address: macsOfInterface('virtualization.vminterface'),
    vlan_id: relatedIdFilter('ipam.vlan', vlansOf),
  },
  validate: (check, input) => {
    validateShortcut(check, input);
    rules.validateTaggedVlans(check, input, VM);
  },
  clean: check => {
    checkPrimaryMac(check, 'virtualization.vminterface');
    rules.checkInterface(check, 'virtualization.vminterface', VM);
  },
  beforeSave: rules.settleVlans,
  afterSave: (row, before, context) => {
    adoptPrimaryMac(context, 'virtualization.vminterface', row, before);
    if (rules.droppedVlans(row, before)) {
      context.world.put('virtualization.vminterface', { ...row, values: { ...row.values, tagged_vlans: [] } });
    }
  },
  applyExtras: (row, input, context) => applyShortcut(context, 'virtualization.vminterface', row, input),
};

function parentOf(row: Row, world: World): Row {
  return world.get(VM.type, idOf(row, 'virtual_machine')) ?? row;
}

/** `dcim/interfaces`. Cables, wireless and power over Ethernet are not modelled. */
export const deviceInterface: ObjectType = {
  key: 'dcim.interface',
  endpoint: 'dcim/interfaces',
  className: 'Interface',
  label: 'interface',
  fields: [
    build.needed('device', DEVICE.type, 'cascade'),
    build.fixed('vdcs', [], { logged: [] }),
    ...build.absent('module'),
    build.required('name', 64),
    build.text('label', 64, { search: true }),
    build.choice('type', INTERFACE_TYPE, '', { required: true }),
    { ...build.integer('channels', 1, 1024), since: 7 },
    { ...build.integer('channel_id', 1, 1024), since: 7 },
    build.bool('enabled', true),
    rules.sibling('parent', 'dcim.interface', DEVICE.field, DEVICE.type, 'restrict'),
    rules.sibling('bridge', 'dcim.interface', DEVICE.field, DEVICE.type, 'clear'),
    build.fixed('bridge_interfaces', []),
    rules.sibling('lag', 'dcim.interface', DEVICE.field, DEVICE.type, 'clear'),
    build.integer('mtu', 1, 65536),
    ...rules.macFields('dcim.interface'),
    build.integer('speed', 0, 9223372036854775807),
    build.optionalChoice('duplex', DUPLEX),
    ...build.absent('wwn'),
    build.bool('mgmt_only', false),
    build.description,
    rules.mode,
    ...build.absent('rf_role', 'rf_channel', 'poe_mode', 'poe_type', 'rf_channel_frequency', 'rf_channel_width', 'tx_power'),
    rules.untaggedVlan,
    rules.taggedVlans,
    rules.serviceVlan,
    ...build.absent('vlan_translation_policy'),
    build.bool('mark_connected', false),
    ...build.absent('cable', 'cable_end', 'wireless_link'),
    build.fixed('link_peers', []),
    build.fixed('link_peers_type', null),
    build.fixed('wireless_lans', [], { logged: [] }),
    build.optional('vrf', 'ipam.vrf', 'clear'),
    build.fixed('l2vpn_termination', null),
    build.fixed('connected_endpoints', null),
    build.fixed('connected_endpoints_type', null),
    build.fixed('connected_endpoints_reachable', false),
    build.owner,
    build.tags,
    build.customFields,
    ...build.stamps,
    rules.addressCount,
    build.computed('count_fhrp_groups', () => 0),
    build.fixed('_occupied', false),
  ],
  brief: ['id', 'url', 'display', 'device', 'name', 'description', 'cable', '_occupied'],
  display: build.displayName,
  sortKey: (row, world) => [
    naturalKey(world.display(DEVICE.type, idOf(row, 'device'))),
    idOf(row, 'device') ?? 0,
    interfaceKey(textOf(row, 'name')),
  ],
  nameField: 'name',
  naturalKey: (row, world) => `${world.display(DEVICE.type, idOf(row, 'device'))}/${textOf(row, 'name')}`,
  uniques: [
    {
      constraint: 'dcim_interface_unique_device_name',
      key: values => build.uniqueKey([values['device'], values['name']]),
      message: () => 'Interface with this Device and Name already exists.',
    },
  ],
  filters: {
    mac_address: macsOfInterface('dcim.interface'),
    vlan_id: relatedIdFilter('ipam.vlan', vlansOf),
  },
  validate: (check, input) => {
    validateShortcut(check, input);
    rules.validateTaggedVlans(check, input, DEVICE);
  },
  clean: check => {
    checkPrimaryMac(check, 'dcim.interface');
    rules.checkInterface(check, 'dcim.interface', DEVICE);
    if (check.draft.values['type'] === 'virtual' && check.draft.values['lag']) {
      check.problems.add('lag', 'Virtual interfaces cannot have a parent LAG interface.');
    }
  },
  beforeSave: rules.settleVlans,
  afterSave: (row, before, context) => {
    adoptPrimaryMac(context, 'dcim.interface', row, before);
    if (rules.droppedVlans(row, before))
      context.world.put('dcim.interface', { ...row, values: { ...row.values, tagged_vlans: [] } });
  },
  applyExtras: (row, input, context) => applyShortcut(context, 'dcim.interface', row, input),
};

/** Whether an interface names this MAC address as its primary one. */
function isPrimary(row: Row, world: World): boolean {
  const holder = world.get(textOf(row, 'assigned_object_type'), idOf(row, 'assigned_object_id'));
  return holder !== undefined && idOf(holder, 'primary_mac_address') === row.id;
}

const ownerThrough =
  (type: string, parentField: string): Related =>
  (row, world) => {
    const holder = textOf(row, 'assigned_object_type') === type ? world.get(type, idOf(row, 'assigned_object_id')) : undefined;
    return [holder ? idOf(holder, parentField) : null];
  };

/** Filters by what an address (IP or MAC) is assigned to. */
export const assignmentFilters = {
  vminterface_id: genericIdFilter('virtualization.vminterface', 'assigned_object_type', 'assigned_object_id'),
  interface_id: genericIdFilter('dcim.interface', 'assigned_object_type', 'assigned_object_id'),
  virtual_machine_id: relatedIdFilter(VM.type, ownerThrough('virtualization.vminterface', 'virtual_machine')),
  virtual_machine: relatedNameFilter(VM.type, ownerThrough('virtualization.vminterface', 'virtual_machine')),
  device_id: relatedIdFilter(DEVICE.type, ownerThrough('dcim.interface', 'device')),
  device: relatedNameFilter(DEVICE.type, ownerThrough('dcim.interface', 'device')),
};

/** `dcim/mac-addresses`. Addresses need not be unique. */
export const macAddress: ObjectType = {
  key: 'dcim.macaddress',
  endpoint: 'dcim/mac-addresses',
  className: 'MACAddress',
  label: 'MAC address',
  fields: [
    { kind: 'notated', name: 'mac_address', required: true, parse: macField },
    {
      kind: 'contentType',
      name: 'assigned_object_type',
      idField: 'assigned_object_id',
      allowed: ASSIGNABLE,
      nullable: true,
      cascade: true,
    },
    { kind: 'integer', name: 'assigned_object_id', nullable: true, min: 0 },
    build.genericObject('assigned_object', 'assigned_object_type', 'assigned_object_id'),
    { ...build.computed('is_primary', (row, reader) => isPrimary(row, reader.world)), since: 7 },
    ...build.primary,
  ],
  brief: ['id', 'url', 'display', 'mac_address', 'description'],
  display: row => textOf(row, 'mac_address'),
  sortKey: row => [textOf(row, 'mac_address')],
  nameField: 'mac_address',
  naturalKey: (row, world) => `${textOf(row, 'mac_address')}@${holderKey(row, world)}`,
  filters: {
    ...assignmentFilters,
    mac_address: (values, lookup, { world, type }) => {
      if (lookup !== '') return undefined;
      const wanted = new Set(values.map(readMac));
      const ids = new Set([...wanted].flatMap(mac => [...world.table(type.key).ids('mac_address', mac)]));
      return { test: row => wanted.has(textOf(row, 'mac_address')), ids };
    },
    assigned: booleanFilter(row => idOf(row, 'assigned_object_id') !== null),
    primary: booleanFilter(isPrimary),
  },
  clean: ({ draft, world, problems }) => {
    const { before, values } = draft;
    if (!before || !isPrimary(before, world)) return;
    const id = values['assigned_object_id'];
    const words = 'MAC Address while it is designated as the primary MAC for an object';
    if (typeof id !== 'number') problems.add('__all__', `Cannot unassign ${words}`);
    else if (
      genericKey(String(values['assigned_object_type']), id) !==
      genericKey(textOf(before, 'assigned_object_type'), idOf(before, 'assigned_object_id') ?? 0)
    ) {
      problems.add('__all__', `Cannot reassign ${words}`);
    }
  },
};

/** Key of what an address is assigned to, for dumps. */
export function holderKey(row: Row, world: World): string {
  const type = textOf(row, 'assigned_object_type');
  const holder = world.get(type, idOf(row, 'assigned_object_id'));
  return holder ? `${world.type(type).naturalKey?.(holder, world) ?? ''}` : '';
}
