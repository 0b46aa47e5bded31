import type { Json } from '../../json';
import { idOf, textOf } from '../../store/row';
import * as build from '../build';
import { INTERFACE_MODE } from '../choices';
import type { Field } from '../field';
import type { InterfaceType } from './interface';
import { macsOf } from './mac-addresses';

const NESTED_PARENT = { fields: new Set(['id', 'url', 'display_url', 'display', 'name']) };
const NESTED_DEVICE_INTERFACE = { fields: new Set([...NESTED_PARENT.fields, 'cable', '_occupied']) };

/** Another interface of the same parent, in the form that NetBox nests it. */
export function sibling(
  name: string,
  type: InterfaceType,
  parentField: string,
  parentType: string,
  onDelete: 'restrict' | 'clear',
): Field {
  return build.optional(name, type, onDelete, {
    show: (row, reader) => {
      const other = reader.world.get(type, idOf(row, name));
      if (!other) return null;
      const shown = reader.nestedWith(type, other.id, type === 'dcim.interface' ? NESTED_DEVICE_INTERFACE : NESTED_PARENT) ?? {};
      const { name: ownName, ...rest } = shown;
      const parent = reader.nestedWith(parentType, idOf(other, parentField), NESTED_PARENT);
      const { cable, _occupied, ...head } = rest;
      const tail: Record<string, Json> = type === 'dcim.interface' ? { cable: cable ?? null, _occupied: _occupied ?? false } : {};
      return { ...head, [parentField]: parent, name: ownName ?? '', ...tail };
    },
  });
}

/** mac_address, primary_mac_address and mac_addresses. */
export function macFields(type: InterfaceType): Field[] {
  return [
    build.computed(
      'mac_address',
      (row, reader) => {
        const mac = reader.world.get('dcim.macaddress', idOf(row, 'primary_mac_address'));
        return mac ? textOf(mac, 'mac_address') : null;
      },
      { acceptedFrom: 7 },
    ),
    build.optional('primary_mac_address', 'dcim.macaddress', 'clear', { oneToOne: true }),
    build.computed('mac_addresses', (row, reader) =>
      macsOf(reader.world, type, row.id).flatMap(mac => reader.nested('dcim.macaddress', mac.id) ?? []),
    ),
  ];
}

export const mode = build.optionalChoice('mode', INTERFACE_MODE);
export const untaggedVlan = build.optional('untagged_vlan', 'ipam.vlan', 'clear');
export const taggedVlans: Field = { kind: 'references', name: 'tagged_vlans', to: 'ipam.vlan' };
export const serviceVlan = build.optional('qinq_svlan', 'ipam.vlan', 'clear');
export const addressCount = build.computed('count_ipaddresses', (row, reader) => {
  const type = 'virtual_machine' in row.values ? 'virtualization.vminterface' : 'dcim.interface';
  return reader.world.table('ipam.ipaddress').ids('assigned_object_type', `${type}:${row.id}`).size;
});
