import { isIpv6 } from '../addresses';
import { guestKey } from '../inventory';
import { idIn, type Kind, type PlannedGuest } from '../kind';
import { virtualMachine } from './virtual-machine';
import { interfaceKey } from './interface';
import { ipRef } from './ip-address';
import type { Values } from '../values';

/**
 * The VM's primary addresses: the first of each family on the first NIC that has one. A choice that a person made in NetBox
 * stays. NetBox takes an address as primary only when it is assigned to an interface of that VM.
 */
export const primaryIp: Kind = {
  name: 'primary-ip',
  path: virtualMachine.path,
  dependsOn: ['ip-address'],
  on: 'virtual-machine',
  columns: ['primary_ip4', 'primary_ip6'],
  rules: { primary_ip4: { edited: 'keep' }, primary_ip6: { edited: 'keep' } },
  natural: [],
  desire: ({ guests }) =>
    guests.flatMap(guest => {
      const values = primaries(guest);
      return Object.keys(values).length === 0
        ? []
        : { key: guestKey(guest), guest: guestKey(guest), label: guest.givenName, values };
    }),
  values: row => ({ primary_ip4: idIn(row['primary_ip4']), primary_ip6: idIn(row['primary_ip6']) }),
};

function primaries(guest: PlannedGuest): Values {
  const values: Values = {};
  for (const nic of guest.nics.filter(candidate => !candidate.key.startsWith('guest/'))) {
    for (const address of nic.addresses) {
      const field = isIpv6(address) ? 'primary_ip6' : 'primary_ip4';
      values[field] ??= ipRef(interfaceKey(guest, nic), address);
    }
  }
  return values;
}
