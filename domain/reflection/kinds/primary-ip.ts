import { isIpv6 } from '../addresses';
import { guestKey } from '../inventory';
import { idIn, type Kind, type PlannedGuest } from '../kind';
import { virtualMachine } from './virtual-machine';
import { interfaceKey } from './interface';
import { ipRef } from './ip-address';
import type { Values } from '../values';

/**
 * The VM's primary address: the first of the preferred family on the first NIC that has one, else of the other family. Only one, since a
 * VM that has both shows the one that NetBox's own configuration prefers (IPv6 by default). A choice that a person made in NetBox stays.
 * NetBox takes an address as primary only when it is assigned to an interface of that VM.
 */
export const primaryIp: Kind = {
  name: 'primary-ip',
  path: virtualMachine.path,
  dependsOn: ['ip-address'],
  on: 'virtual-machine',
  columns: ['primary_ip4', 'primary_ip6'],
  rules: { primary_ip4: { edited: 'keep' }, primary_ip6: { edited: 'keep' } },
  natural: [],
  desire: ({ guests, policy }) =>
    guests.flatMap(guest => {
      const values = primaryOf(guest, policy.primaryIpPreference);
      return values ? [{ key: guestKey(guest), guest: guestKey(guest), label: guest.givenName, values }] : [];
    }),
  values: row => ({ primary_ip4: idIn(row['primary_ip4']), primary_ip6: idIn(row['primary_ip6']) }),
};

function primaryOf(guest: PlannedGuest, preference: 'ipv4' | 'ipv6'): Values | undefined {
  const addresses = guest.nics
    .filter(nic => !nic.key.startsWith('guest/'))
    .flatMap(nic => nic.addresses.map(address => ({ nic, address })));
  const chosen = addresses.find(({ address }) => isIpv6(address) === (preference === 'ipv6')) ?? addresses[0];
  if (!chosen) return undefined;
  const field = isIpv6(chosen.address) ? 'primary_ip6' : 'primary_ip4';
  return { [field]: ipRef(interfaceKey(guest, chosen.nic), chosen.address) };
}
