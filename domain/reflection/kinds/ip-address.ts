import { mainTag } from '../bootstrap';
import { hostOf, normalizeCidr } from '../addresses';
import { guestKey } from '../inventory';
import { choiceIn, customFieldsIn, idIn, idsIn, scalarIn, textIn } from '../kind';
import type { Candidates, Desired, Kind, Match, Row } from '../kind';
import { ref, resolve } from '../values';
import { interfaceKey, interfaceRef } from './interface';

export const ipKey = (nicKey: string, address: string): string => `${nicKey}/${hostOf(address)}`;
export const ipRef = (nicKey: string, address: string) => ref('ip-address', ipKey(nicKey, address));

/**
 * Addresses of guests. NetBox holds an address once per table (its host part counts, not the mask), so one that another
 * object holds is a conflict: it is listed with its holder and never taken.
 */
export const ipAddress: Kind = {
  name: 'ip-address',
  path: 'ipam/ip-addresses',
  dependsOn: ['interface'],
  read: { by: 'value', param: 'address', field: 'address' },
  columns: [
    ...['address', 'vrf', 'status', 'dns_name', 'assigned_object_type', 'assigned_object_id', 'assigned_object'],
    ...['tags', 'custom_fields'],
  ],
  rules: {
    address: {},
    vrf: { edited: 'keep' },
    status: { flag: 'overwrite_ip_status', protects: current => current !== 'active' && current !== null },
    dns_name: { flag: 'overwrite_ip_address_dns_name' },
    assigned_object_type: {},
    assigned_object_id: {},
    tags: { flag: 'overwrite_ip_tags', set: true },
    cf: { flag: 'overwrite_ip_custom_fields' },
  },
  natural: ['address', 'vrf'],
  deletable: 'addresses',
  index: row => addressIndex(hostIn(row), idIn(row['vrf'])),
  match: (desired, candidates) => unheld(desired, candidates),
  stillStandsFor: (row, desired, idOf) =>
    hostIn(row) === hostOf(String(desired.values['address'])) ||
    (isOnInterface(row) && row['assigned_object_id'] === resolve(desired.values['assigned_object_id'] ?? null, idOf)),
  desire: ({ guests, endpoint }) => {
    const seen = new Set<string>();
    return guests.flatMap(guest =>
      guest.nics.flatMap(nic =>
        nic.addresses.flatMap(address => {
          // The same address on two NICs of one guest (a bond and its bridge) is one address.
          const once = `${guestKey(guest)} ${hostOf(address)}`;
          if (seen.has(once)) return [];
          seen.add(once);
          return {
            key: ipKey(interfaceKey(guest, nic), address),
            guest: guestKey(guest),
            label: `${address} (${guest.givenName})`,
            values: {
              address,
              vrf: endpoint.vrfId,
              status: 'active',
              dns_name: guest.dnsName,
              assigned_object_type: 'virtualization.vminterface',
              assigned_object_id: interfaceRef(guest, nic),
              tags: [mainTag],
            },
            claim: { text: addressIndex(hostOf(address), endpoint.vrfId), holder: `${guest.givenName} ${nic.name}` },
          };
        }),
      ),
    );
  },
  values: row => ({
    address: addressIn(row),
    vrf: idIn(row['vrf']),
    status: choiceIn(row['status']),
    dns_name: textIn(row['dns_name']),
    assigned_object_type: scalarIn(row['assigned_object_type']),
    assigned_object_id: scalarIn(row['assigned_object_id']),
    tags: idsIn(row['tags']),
    ...customFieldsIn(row),
  }),
};

/** As we write it, whatever notation NetBox keeps (an IPv4 address inside an IPv6 one has two). */
const addressIn = (row: Row): string => normalizeCidr(textIn(row['address']), undefined) ?? textIn(row['address']);
const hostIn = (row: Row): string => hostOf(addressIn(row));

const addressIndex = (host: string, vrf: number | null): string => `${host} ${vrf ?? 'global'}`;

/** Free, or ours to move because the guest that had it told that it no longer does; anything else is held. */
function unheld(desired: Desired, candidates: Candidates): Match {
  const { address, vrf, assigned_object_id: target } = desired.values;
  const rows = candidates.byIndex(addressIndex(hostOf(String(address)), typeof vrf === 'number' ? vrf : null));
  const ours = resolve(target ?? null, candidates.idOf);
  const mine = rows.find(row => isOnInterface(row) && row['assigned_object_id'] === ours);
  if (mine) return { row: mine };
  const held = rows.filter(row => row['assigned_object_id'] !== null && row['assigned_object_id'] !== undefined);
  const kept = held.find(
    row =>
      !isOnInterface(row) ||
      candidates.isTaken(row) ||
      !candidates.released(Number(row['assigned_object_id']), hostOf(String(address)), desired.guest),
  );
  if (kept) return { heldBy: holderOf(kept) };
  const row = held[0] ?? rows.find(candidate => !candidates.isTaken(candidate));
  return row && { row };
}

const isOnInterface = (row: Row): boolean => row['assigned_object_type'] === 'virtualization.vminterface';

function holderOf(row: Row): string {
  const assigned = row['assigned_object'];
  const field = (name: string): unknown =>
    typeof assigned === 'object' && assigned !== null && name in assigned
      ? (assigned as Record<string, unknown>)[name]
      : undefined;
  const parent = field('virtual_machine') ?? field('device');
  const parentName = typeof parent === 'object' && parent !== null && 'name' in parent ? textIn(parent.name) : '';
  const holder = [parentName, textIn(field('name'))].filter(Boolean).join(' ');
  return holder || `${String(row['assigned_object_type'])} ${String(row['assigned_object_id'])}`;
}
