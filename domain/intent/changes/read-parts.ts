import type { DiskFields, InterfaceFields } from './fields';
import type { NetBoxFacts } from './netbox-facts';
import { customFieldsOf, flagAt, idAt, idsAt, textAt, wholeAt, type Snapshot } from './snapshot';

export function readDisk(snapshot: Snapshot): DiskFields {
  return {
    name: textAt(snapshot, 'name') ?? '',
    size: wholeAt(snapshot, 'size') ?? 0,
    description: textAt(snapshot, 'description') ?? '',
  };
}

/**
 * An interface's snapshot. Its addresses are objects of their own and not in it.
 * @param macOf the MAC address that an object of that id has, on the same side of the change as the snapshot.
 */
export function readInterface(
  snapshot: Snapshot,
  facts: NetBoxFacts,
  macOf: (id: number) => string | null,
): Omit<InterfaceFields, 'addresses'> {
  const primaryMac = idAt(snapshot, 'primary_mac_address');
  return {
    name: textAt(snapshot, 'name') ?? '',
    enabled: flagAt(snapshot, 'enabled') ?? true,
    mtu: wholeAt(snapshot, 'mtu'),
    ...switching(snapshot, facts),
    bridge: textAt(customFieldsOf(snapshot), 'proxmox_bridge'),
    mac: primaryMac === null ? null : macOf(primaryMac),
    model: modelIn(textAt(snapshot, 'description') ?? ''),
  };
}

/** The model that an interface's description names, as a disk's names its storage: NetBox has no field for it. */
const modelIn = (description: string): string | null => /\bModel:\s*([\w-]+)/.exec(description)?.[1] ?? null;

/** VLANs as Proxmox understands them. Without a mode NetBox keeps none. */
function switching(snapshot: Snapshot, facts: NetBoxFacts): Pick<InterfaceFields, 'vlan' | 'trunks'> {
  const mode = textAt(snapshot, 'mode');
  if (mode === null) return { vlan: null, trunks: null };
  const untagged = idAt(snapshot, 'untagged_vlan');
  const vlan = untagged === null ? null : vidOf(untagged, snapshot, 'untagged_vlan', facts);
  if (mode === 'access') return { vlan, trunks: null };
  if (mode === 'tagged-all') return { vlan, trunks: 'all' };
  if (mode !== 'tagged') {
    snapshot.problems.push({ place: `${snapshot.place}.mode`, message: `is ${mode}, which Proxmox cannot do` });
    return { vlan, trunks: null };
  }
  const vids = idsAt(snapshot, 'tagged_vlans').map(id => vidOf(id, snapshot, 'tagged_vlans', facts));
  return { vlan, trunks: vids.filter(vid => vid !== null).sort((a, b) => a - b) };
}

function vidOf(id: number, snapshot: Snapshot, field: string, facts: NetBoxFacts): number | null {
  const vid = facts.vlans.get(id);
  if (vid !== undefined) return vid;
  snapshot.problems.push({ place: `${snapshot.place}.${field}`, message: `names VLAN object ${id}, which could not be read` });
  return null;
}

/** The interface that an address or a MAC address is assigned to; null when to none or to something else. */
export function assignedInterface(snapshot: Snapshot, facts: NetBoxFacts): number | null {
  const type = snapshot.values['assigned_object_type'];
  const isInterface =
    type === 'virtualization.vminterface' || (facts.interfaceTypeId !== null && Number(type) === facts.interfaceTypeId);
  return isInterface ? idAt(snapshot, 'assigned_object_id') : null;
}
