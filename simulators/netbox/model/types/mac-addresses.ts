import { booleanFilter, genericIdFilter, relatedIdFilter, relatedNameFilter, type Related } from '../../read/filter-kinds';
import { genericKey } from '../../store/indexes';
import { idOf, type Row, textOf } from '../../store/row';
import type { World } from '../../store/world';
import * as build from '../build';
import { macField } from '../network';
import type { ObjectType } from '../object-type';
import { readMac } from '../rules/mac-addresses';

const VM = 'virtualization.virtualmachine';
const DEVICE = 'dcim.device';

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
  virtual_machine_id: relatedIdFilter(VM, ownerThrough('virtualization.vminterface', 'virtual_machine')),
  virtual_machine: relatedNameFilter(VM, ownerThrough('virtualization.vminterface', 'virtual_machine')),
  device_id: relatedIdFilter(DEVICE, ownerThrough('dcim.interface', 'device')),
  device: relatedNameFilter(DEVICE, ownerThrough('dcim.interface', 'device')),
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
      allowed: ['dcim.interface', 'virtualization.vminterface'],
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
