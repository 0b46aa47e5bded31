import { relatedIdFilter, relatedNameFilter, type Related } from '../../read/filter-kinds';
import { interfaceKey, naturalKey } from '../../store/natural-sort';
import { idOf, idsOf, type Row, textOf } from '../../store/row';
import type { World } from '../../store/world';
import * as build from '../build';
import { DUPLEX } from '../choices';
import { INTERFACE_TYPE } from '../interface-types';
import type { Check, ObjectType } from '../object-type';
import * as rules from '../rules/interface-fields';
import {
  checkInterface,
  checkServiceVlan,
  droppedVlans,
  type InterfaceParent,
  type InterfaceType,
  settleVlans,
  validateTaggedVlans,
} from '../rules/interface';
import { adoptPrimaryMac, applyShortcut, checkPrimaryMac, macsOfInterface, validateShortcut } from '../rules/mac-addresses';

const VM: InterfaceParent = { field: 'virtual_machine', type: 'virtualization.virtualmachine', words: 'virtual machine' };
const DEVICE: InterfaceParent = { field: 'device', type: 'dcim.device', words: 'device' };

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
  sortKey: byParent(VM),
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
  ...interfaceHooks('virtualization.vminterface', VM),
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
    build.integer('speed', 0, Number.MAX_SAFE_INTEGER),
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
  sortKey: byParent(DEVICE),
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
  ...interfaceHooks('dcim.interface', DEVICE, ({ draft, problems }) => {
    if (draft.values['type'] === 'virtual' && draft.values['lag']) {
      problems.add('lag', 'Virtual interfaces cannot have a parent LAG interface.');
    }
  }),
};

/** Interfaces sort by their parent, then by name. */
function byParent(parent: InterfaceParent): ObjectType['sortKey'] {
  return (row, world) => [
    naturalKey(world.display(parent.type, idOf(row, parent.field))),
    idOf(row, parent.field) ?? 0,
    interfaceKey(textOf(row, 'name')),
  ];
}

/** What both kinds of interfaces do when they are checked and saved. `more` runs when the shared rules hold. */
function interfaceHooks(type: InterfaceType, parent: InterfaceParent, more?: (check: Check) => void): Partial<ObjectType> {
  return {
    validate: (check, input) => {
      validateShortcut(check, input);
      validateTaggedVlans(check, input, parent);
    },
    clean: check => {
      checkServiceVlan(check);
      for (const rule of [() => checkPrimaryMac(check, type), () => checkInterface(check, type, parent), () => more?.(check)]) {
        if (check.problems.isEmpty) rule();
      }
    },
    beforeSave: settleVlans,
    afterSave: (row, before, context) => {
      adoptPrimaryMac(context, type, row, before);
      if (droppedVlans(row, before)) context.world.put(type, { ...row, values: { ...row.values, tagged_vlans: [] } });
    },
    applyExtras: (row, input, context) => applyShortcut(context, type, row, input),
  };
}
