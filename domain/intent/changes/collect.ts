import { collectInterfaces } from './collect-interfaces';
import { differences, isUnchanged } from './differences';
import type { DiskFields, VmFields } from './fields';
import type { AddedPart, DeletedObject, GuestChange, GuestName, PartChange } from './guest-change';
import type { NetBoxFacts } from './netbox-facts';
import { assignedInterface, readDisk } from './read-parts';
import { nameOf, readVm } from './read-vm';
import { sidesOf, type Sides } from './sides';
import { idAt } from './snapshot';
import type { ShapeProblem, StoredChange } from './stored-change';

export interface CollectedChanges {
  /** One for each guest, in the order of their NetBox ids. */
  readonly changes: readonly GuestChange[];
  readonly problems: readonly ShapeProblem[];
}

/**
 * What the stored changes of a branch, or of the change log, mean for guests: the changed fields only, parts with the guest that they
 * belong to. An object that several rows are about must be merged into one row before.
 */
export function collectChanges(stored: readonly StoredChange[], facts: NetBoxFacts): CollectedChanges {
  const problems: ShapeProblem[] = [];
  const sides = sidesOf(stored, problems);
  const interfaces = collectInterfaces(sides, facts);
  const disks = collectDisks(sides, facts);
  const vms = new Map(sides.of('virtualization.virtualmachine').map(object => [object.objectId, object]));
  const ids = [...new Set([...vms.keys(), ...interfaces.keys(), ...disks.keys()])].sort((a, b) => a - b);
  const changes = ids.flatMap((id): GuestChange[] => {
    const vm = vms.get(id);
    const parts = { interfaces: interfaces.get(id) ?? [], disks: disks.get(id) ?? [], secrets: {} };
    const was = vm?.before && readVm(vm.before);
    const is = vm?.after && onNodeOfDevice(readVm(vm.after), was, facts);
    if (was && !is) return [{ op: 'delete', guest: guestBefore(id, was, facts), originals: originalsOf(id, sides, facts) }];
    if (is && !was) {
      const { interfaces: nics, disks: drives } = parts;
      return [{ op: 'create', guest: nameOf(id, is, facts), vm: is, interfaces: added(nics), disks: added(drives), secrets: {} }];
    }
    const changed = was && is ? differences<VmFields>(was, is) : {};
    if (isUnchanged(changed) && parts.interfaces.length === 0 && parts.disks.length === 0) return [];
    // An update is about the guest as it was before: a changed VMID or endpoint must be seen as a change of that guest.
    const guest = was ? guestBefore(id, was, facts) : knownGuest(id, facts);
    if (guest) return [{ op: 'update', guest, vm: changed, ...parts }];
    problems.push({
      place: `virtualization.virtualmachine ${id}`,
      message: 'shows no guest that this installation knows: it is left alone here',
    });
    return [];
  });
  return { changes, problems };
}

/** The device of a virtual machine says its node as well: of a new one that names none, and where another device was chosen. */
function onNodeOfDevice(vm: VmFields, was: VmFields | undefined, { deviceNodes }: NetBoxFacts): VmFields {
  const node = vm.device === null ? undefined : deviceNodes.get(vm.device);
  const chosen = was ? vm.device !== was.device && vm.proxmox_node === was.proxmox_node : vm.proxmox_node === null;
  return node !== undefined && chosen ? { ...vm, proxmox_node: node } : vm;
}

/** What our own link of the virtual machine says beats what its fields say. */
function guestBefore(id: number, was: VmFields, facts: NetBoxFacts): GuestName {
  const [said, known] = [nameOf(id, was, facts), facts.vms.get(id)];
  return {
    ...said,
    kind: known?.kind ?? said.kind,
    vmid: known?.vmid ?? said.vmid,
    endpointId: known?.endpointId ?? said.endpointId,
  };
}

function knownGuest(id: number, facts: NetBoxFacts): GuestName | null {
  const known = facts.vms.get(id);
  return known ? { netboxId: id, ...known } : null;
}

const added = <Fields>(parts: readonly PartChange<Fields>[]): AddedPart<Fields>[] => parts.filter(part => part.op === 'create');

function collectDisks(sides: Sides, facts: NetBoxFacts): Map<number, PartChange<DiskFields>[]> {
  const found = new Map<number, PartChange<DiskFields>[]>();
  for (const { objectId, before, after } of sides.of('virtualization.virtualdisk')) {
    const vmId = after ? idAt(after, 'virtual_machine') : before ? idAt(before, 'virtual_machine') : null;
    const part = diskChange(
      objectId,
      before && readDisk(before),
      after && readDisk(after),
      facts.disks.get(objectId)?.key ?? null,
    );
    if (vmId !== null && part) found.set(vmId, [...(found.get(vmId) ?? []), part]);
  }
  return found;
}

function diskChange(
  netboxId: number,
  was: DiskFields | undefined,
  is: DiskFields | undefined,
  key: string | null,
): PartChange<DiskFields> | null {
  if (is && !was) return { op: 'create', netboxId, fields: is };
  if (was && !is) return { op: 'delete', netboxId, name: was.name, key };
  const changed = was && is ? differences(was, is) : {};
  return was && !isUnchanged(changed) ? { op: 'update', netboxId, name: was.name, key, changed } : null;
}

/** What NetBox deletes together with a virtual machine, as it was. */
function originalsOf(vmId: number, sides: Sides, facts: NetBoxFacts): DeletedObject[] {
  const gone = (type: string) => sides.of(type).filter(object => object.before && !object.after);
  const own = gone('virtualization.virtualmachine').filter(object => object.objectId === vmId);
  const nics = gone('virtualization.vminterface').filter(({ before }) => before && idAt(before, 'virtual_machine') === vmId);
  const disks = gone('virtualization.virtualdisk').filter(({ before }) => before && idAt(before, 'virtual_machine') === vmId);
  const nicIds = new Set(nics.map(({ objectId }) => objectId));
  // NetBox lets go of an address before it deletes it, or changes it to be assigned to nothing: its original still names the interface.
  const onNics = [...sides.of('ipam.ipaddress'), ...sides.of('dcim.macaddress')].filter(({ before, after }) => {
    const on = before && assignedInterface(before, facts);
    return on !== null && on !== undefined && nicIds.has(on) && !(after && assignedInterface(after, facts) !== null);
  });
  return [...own, ...nics, ...disks, ...onNics].flatMap(({ row, objectId }) =>
    row.original ? [{ objectType: row.objectType, objectId, original: row.original }] : [],
  );
}
