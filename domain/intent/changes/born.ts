import type { Changed, DiskFields, InterfaceFields, VmFields } from './fields';
import type { AddedPart, ChangedPart, GuestCreate, GuestUpdate, PartChange } from './guest-change';
import type { GuestKind } from '../../proxmox/guest-config';

/** A guest that was made for a virtual machine, and the keys in its configuration of what shows its parts, by their NetBox ids. */
export interface Born {
  readonly kind: GuestKind;
  readonly vmid: number;
  readonly interfaceKeys: ReadonlyMap<number, string>;
  readonly diskKeys: ReadonlyMap<number, string>;
}

/** What a guest can be brought to after its birth. Where it is and what it is made from is settled by then. */
const lasting: readonly (keyof VmFields)[] = [
  'name',
  'vcpus',
  'memory',
  'description',
  'comments',
  'tags',
  'cluster',
  'device',
  'site',
  'role',
  'tenant',
  'platform',
  'proxmox_swap',
  'proxmox_start_at_boot',
  'proxmox_qemu_agent',
  'proxmox_search_domain',
  'cloud_init_user',
  'cloud_init_ssh_keys',
  'cloud_init_user_data',
  'cloud_init_network',
];

const nicFields: readonly (keyof InterfaceFields)[] = ['enabled', 'mtu', 'vlan', 'trunks', 'bridge', 'mac', 'addresses'];

/**
 * A create whose guest exists: what it still lacks of what was wanted. Nothing where the birth was complete, and no second guest.
 * Secrets are given at the birth alone.
 */
export function updateOfBorn({ guest, vm, interfaces, disks }: GuestCreate, born: Born): GuestUpdate {
  const { kind, vmid, interfaceKeys, diskKeys } = born;
  return {
    op: 'update',
    guest: { ...guest, kind, vmid },
    vm: wanted(vm, lasting),
    interfaces: interfaces.map(part => known(part, interfaceKeys, nicFields)),
    disks: disks.map(part => known(part, diskKeys, ['size'])),
    secrets: {},
  };
}

/** A part without a link did not come to be, and is added. */
function known<Fields extends DiskFields | InterfaceFields>(
  part: AddedPart<Fields>,
  keys: ReadonlyMap<number, string>,
  fields: readonly (keyof Fields)[],
): PartChange<Fields> {
  const key = part.netboxId === null ? undefined : keys.get(part.netboxId);
  if (key === undefined) return part;
  const change: ChangedPart<Fields> = {
    op: 'update',
    netboxId: part.netboxId,
    name: part.fields.name,
    key,
    changed: wanted(part.fields, fields),
  };
  return change;
}

/** What is empty says nothing: it was left to the template, or to Proxmox. */
function wanted<Fields extends object>(values: Fields, names: readonly (keyof Fields)[]): Changed<Fields> {
  const changed: { [Name in keyof Fields]?: { to: Fields[Name] } } = {};
  for (const name of names) {
    const to = values[name];
    const isEmpty = to === null || to === '' || (Array.isArray(to) && to.length === 0);
    if (!isEmpty) changed[name] = { to };
  }
  return changed;
}
