import { normalizeCidr } from '../../reflection/addresses';
import { differences, isUnchanged } from './differences';
import type { Changed, InterfaceFields } from './fields';
import type { PartChange } from './guest-change';
import type { NetBoxFacts } from './netbox-facts';
import { assignedInterface, readInterface } from './read-parts';
import { idAt, textAt, type Snapshot } from './snapshot';
import type { Sides } from './sides';

type Side = 'original' | 'modified';

/** Changes of interfaces, and of the addresses and MAC addresses on them, by virtual machine. */
export function collectInterfaces(sides: Sides, facts: NetBoxFacts): Map<number, PartChange<InterfaceFields>[]> {
  const addresses = { original: addressesOf(sides, 'original', facts), modified: addressesOf(sides, 'modified', facts) };
  const macOf = macsOf(sides, facts);
  const found = new Map<number, PartChange<InterfaceFields>[]>();
  const add = (vmId: number | null | undefined, part: PartChange<InterfaceFields>) => {
    if (vmId !== null && vmId !== undefined) found.set(vmId, [...(found.get(vmId) ?? []), part]);
  };
  const seen = new Set<number>();
  for (const { objectId, before, after } of sides.of('virtualization.vminterface')) {
    seen.add(objectId);
    const [taken, given] = [addresses.original.get(objectId) ?? [], addresses.modified.get(objectId) ?? []];
    const known = facts.interfaces.get(objectId);
    const was = before && { ...readInterface(before, facts, macOf('original')), addresses: taken };
    const is = after && { ...readInterface(after, facts, macOf('modified')), addresses: given };
    if (is && after && !was) add(idAt(after, 'virtual_machine'), { op: 'create', netboxId: objectId, fields: is });
    else if (was && before && !is) {
      add(idAt(before, 'virtual_machine'), { op: 'delete', netboxId: objectId, name: was.name, key: known?.key ?? null });
    } else if (was && is && after) {
      const changed = differences(was, is);
      const part = { op: 'update' as const, netboxId: objectId, name: was.name, key: known?.key ?? null, changed };
      if (!isUnchanged(changed)) add(idAt(after, 'virtual_machine'), part);
    }
  }
  for (const [objectId, known] of facts.interfaces) {
    if (seen.has(objectId)) continue;
    const changed: Changed<InterfaceFields> = {
      ...differences(
        { addresses: addresses.original.get(objectId) ?? [] },
        { addresses: addresses.modified.get(objectId) ?? [] },
      ),
      ...(known.primaryMacId !== null &&
        differences({ mac: macOf('original')(known.primaryMacId) }, { mac: macOf('modified')(known.primaryMacId) })),
    };
    const { vmId, name, key } = known;
    if (!isUnchanged(changed)) add(vmId, { op: 'update', netboxId: objectId, name, key, changed });
  }
  return found;
}

const bySide = (row: { before?: Snapshot; after?: Snapshot }, side: Side): Snapshot | undefined =>
  side === 'original' ? row.before : row.after;

/** Addresses that changed, by the interface that they are on: those that a change does not touch are in neither list. */
function addressesOf(sides: Sides, side: Side, facts: NetBoxFacts): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const row of sides.of('ipam.ipaddress')) {
    const snapshot = bySide(row, side);
    const on = snapshot && assignedInterface(snapshot, facts);
    const address = snapshot && normalizeCidr(textAt(snapshot, 'address') ?? '', undefined);
    if (on !== null && on !== undefined && address !== undefined) found.set(on, [...(found.get(on) ?? []), address].sort());
  }
  return found;
}

/** The text of a MAC address object on one side: changed itself, or as NetBox has it. */
function macsOf(sides: Sides, facts: NetBoxFacts): (side: Side) => (id: number) => string | null {
  const changed = new Map(sides.of('dcim.macaddress').map(row => [row.objectId, row]));
  return side => id => {
    const row = changed.get(id);
    const snapshot = row && bySide(row, side);
    const text = row ? snapshot && textAt(snapshot, 'mac_address') : facts.macs.get(id);
    return text?.toUpperCase() ?? null;
  };
}
