import { mainTag } from '../bootstrap';
import { guestKey, type ObservedNic } from '../inventory';
import { choiceIn, customFieldValues, customFieldsIn, idIn, idsIn, isBelow, scalarIn, textIn } from '../kind';
import type { Candidates, Desired, Kind, Match, PlannedGuest, Row } from '../kind';
import { ref, resolve, type Values } from '../values';
import { vmRef } from './virtual-machine';
import { maxListedTrunk, vlanRef } from './vlan';

export const interfaceKey = (guest: PlannedGuest, nic: ObservedNic): string => `${guestKey(guest)}/${nic.key}`;
export const interfaceRef = (guest: PlannedGuest, nic: ObservedNic) => ref('interface', interfaceKey(guest, nic));

/** A guest's NICs. They are recognised by MAC, then by name, so that a renamed interface stays the same object. */
export const vmInterface: Kind = {
  name: 'interface',
  path: 'virtualization/interfaces',
  dependsOn: ['virtual-machine', 'vlan'],
  read: { by: 'cluster' },
  columns: [
    ...['name', 'virtual_machine', 'enabled', 'mtu', 'mode', 'untagged_vlan', 'tagged_vlans', 'mac_address'],
    ...['primary_mac_address', 'tags', 'custom_fields'],
  ],
  rules: {
    virtual_machine: { createOnly: true },
    name: { edited: 'keep' },
    enabled: {},
    mtu: {},
    mode: {},
    untagged_vlan: {},
    tagged_vlans: {},
    mac_address: {},
    tags: { flag: 'overwrite_vm_interface_tags', set: true },
    cf: { flag: 'overwrite_vm_interface_custom_fields' },
  },
  natural: ['virtual_machine', 'name'],
  deletable: 'config',
  leftovers: (row, after, known) => formerMac(row, after, known),
  stillStandsFor: isBelow('virtual_machine', row => valuesOf(row)),
  index: row => String(idIn(row['virtual_machine'])),
  match: (desired, candidates) => byMacThenName(desired, candidates),
  desire: context =>
    context.guests.flatMap(guest =>
      guest.nics.map(nic => {
        const values: Values = {
          virtual_machine: vmRef(guest),
          name: nic.name.slice(0, 64),
          enabled: nic.enabled,
          mtu: nic.mtu,
          ...switching(nic),
          tags: [mainTag],
          ...customFieldValues(context.customFields.interface, { proxmox_bridge: nic.bridge }),
        };
        if (context.capabilities.interfaceMacWritable && nic.mac !== null) values['mac_address'] = nic.mac;
        return {
          key: interfaceKey(guest, nic),
          guest: guestKey(guest),
          label: `${guest.givenName} ${nic.name}`,
          values,
          ...(nic.mac !== null && { mac: nic.mac }),
        };
      }),
    ),
  values: row => valuesOf(row),
};

const valuesOf = (row: Row): Values => ({
  virtual_machine: idIn(row['virtual_machine']),
  name: textIn(row['name']),
  enabled: scalarIn(row['enabled']),
  mtu: scalarIn(row['mtu']),
  mode: choiceIn(row['mode']),
  untagged_vlan: idIn(row['untagged_vlan']),
  tagged_vlans: idsIn(row['tagged_vlans']),
  mac_address: macOf(row),
  tags: idsIn(row['tags']),
  ...customFieldsIn(row),
});

/** An untagged NIC has no mode; a trunk with a native VLAN has both kinds. */
function switching(nic: ObservedNic): Values {
  if (nic.trunks === null && nic.vlan === null) return { mode: null, untagged_vlan: null, tagged_vlans: [] };
  const untagged = nic.vlan === null ? null : vlanRef(nic.vlan);
  if (nic.trunks === null) return { mode: 'access', untagged_vlan: untagged, tagged_vlans: [] };
  if (nic.trunks.length > maxListedTrunk) return { mode: 'tagged-all', untagged_vlan: untagged, tagged_vlans: [] };
  return { mode: 'tagged', untagged_vlan: untagged, tagged_vlans: nic.trunks.map(vlanRef) };
}

export function macOf(row: Row): string | null {
  const mac = row['mac_address'];
  if (typeof mac === 'string') return mac.toUpperCase();
  const primary = row['primary_mac_address'];
  const inner = typeof primary === 'object' && primary !== null && 'mac_address' in primary ? primary.mac_address : null;
  return typeof inner === 'string' ? inner.toUpperCase() : null;
}

/** NetBox 4.7 keeps the MAC address that was replaced, still assigned to the interface; one that we set goes. */
function formerMac(row: Row, after: Values, known: Values) {
  const mac = macOf(row);
  const id = idIn(row['primary_mac_address']);
  return 'mac_address' in after && mac !== null && id !== null && known['mac_address'] === mac
    ? [{ kind: 'mac-address' as const, id, label: mac }]
    : [];
}

function byMacThenName(desired: Desired, candidates: Candidates): Match {
  const vmId = resolve(desired.values['virtual_machine'] ?? null, candidates.idOf);
  if (typeof vmId !== 'number') return undefined;
  const free = candidates.byIndex(String(vmId)).filter(row => !candidates.isTaken(row));
  const sameMac = desired.mac === undefined ? [] : free.filter(row => macOf(row) === desired.mac);
  if (sameMac.length > 1) return 'ambiguous';
  const row = sameMac[0] ?? free.find(candidate => textIn(candidate['name']) === desired.values['name']);
  return row && { row };
}
