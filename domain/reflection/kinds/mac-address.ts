import { guestKey } from '../inventory';
import { idIn, isBelow, scalarIn, textIn, type Kind, type Row } from '../kind';
import { ref, type Values } from '../values';
import { interfaceKey, interfaceRef } from './interface';

/**
 * MAC addresses as objects of their own, for NetBox before 4.7: there `mac_address` of an interface is ignored silently
 * (measured on 4.6.8), so the object is made first and then set as primary.
 */
export const macAddress: Kind = {
  name: 'mac-address',
  path: 'dcim/mac-addresses',
  dependsOn: ['interface'],
  read: { by: 'parent', param: 'vminterface_id', kind: 'interface' },
  columns: ['mac_address', 'assigned_object_type', 'assigned_object_id'],
  rules: {
    mac_address: {},
    assigned_object_type: { createOnly: true },
    assigned_object_id: { createOnly: true },
  },
  natural: ['assigned_object_id', 'mac_address'],
  stillStandsFor: isBelow('assigned_object_id', row => valuesOf(row)),
  desire: ({ guests, capabilities }) =>
    capabilities.interfaceMacWritable
      ? []
      : guests.flatMap(guest =>
          guest.nics.flatMap(nic =>
            nic.mac === null
              ? []
              : {
                  key: interfaceKey(guest, nic),
                  guest: guestKey(guest),
                  label: `${guest.givenName} ${nic.name} ${nic.mac}`,
                  values: {
                    mac_address: nic.mac,
                    assigned_object_type: 'virtualization.vminterface',
                    assigned_object_id: interfaceRef(guest, nic),
                  },
                },
          ),
        ),
  values: row => valuesOf(row),
};

const valuesOf = (row: Row): Values => ({
  mac_address: textIn(row['mac_address']).toUpperCase(),
  assigned_object_type: scalarIn(row['assigned_object_type']),
  assigned_object_id: scalarIn(row['assigned_object_id']),
});

/** The primary MAC of an interface, for NetBox before 4.7. */
export const primaryMac: Kind = {
  name: 'primary-mac',
  path: 'virtualization/interfaces',
  dependsOn: ['mac-address'],
  on: 'interface',
  columns: ['primary_mac_address'],
  rules: { primary_mac_address: {} },
  natural: [],
  desire: ({ guests, capabilities }) =>
    capabilities.interfaceMacWritable
      ? []
      : guests.flatMap(guest =>
          guest.nics.flatMap(nic =>
            nic.mac === null
              ? []
              : {
                  key: interfaceKey(guest, nic),
                  guest: guestKey(guest),
                  label: `${guest.givenName} ${nic.name}`,
                  values: { primary_mac_address: ref('mac-address', interfaceKey(guest, nic)) },
                },
          ),
        ),
  values: row => ({ primary_mac_address: idIn(row['primary_mac_address']) }),
};
