import { parseNetwork } from '../network';
import { idOf, type Row, textOf } from '../../store/row';
import type { World } from '../../store/world';
import type { Check } from '../object-type';

/** Who owns the interface that an address is assigned to: a VM or a device. */
export interface AddressOwner {
  readonly type: 'virtualization.virtualmachine' | 'dcim.device';
  readonly id: number;
}

const INTERFACE_PARENT: Readonly<Record<string, { readonly owner: AddressOwner['type']; readonly field: string }>> = {
  'virtualization.vminterface': { owner: 'virtualization.virtualmachine', field: 'virtual_machine' },
  'dcim.interface': { owner: 'dcim.device', field: 'device' },
};

/** The owner of a generic relation's target, for addresses. */
export function ownerOf(world: World, contentType: unknown, id: unknown): AddressOwner | null {
  const link = typeof contentType === 'string' ? INTERFACE_PARENT[contentType] : undefined;
  const row = link && typeof id === 'number' ? world.get(String(contentType), id) : undefined;
  const owner = link && row ? idOf(row, link.field) : null;
  return link && owner !== null ? { type: link.owner, id: owner } : null;
}

function addressFamily(address: Row | undefined): 4 | 6 | null {
  return address ? (parseNetwork(textOf(address, 'address'))?.family ?? null) : null;
}

/** A primary address must be of its family and on an interface of the object, or the inside of one that is. */
export function checkPrimaryAddresses(check: Check, ownerType: AddressOwner['type'], wording: 'vm' | 'device'): void {
  const { draft, world, problems } = check;
  for (const family of [4, 6] as const) {
    const field = `primary_ip${family}`;
    const id = draft.values[field];
    const address = typeof id === 'number' ? world.get('ipam.ipaddress', id) : undefined;
    if (!address) continue;
    const shown = textOf(address, 'address');
    const actual = addressFamily(address);
    if (actual !== family) {
      problems.add(
        field,
        wording === 'vm'
          ? `Must be an IPv${family} address. (${shown} is an IPv${actual} address.)`
          : `${shown} is not an IPv${family} address.`,
      );
    } else if (!isAssigned(world, address, ownerType, draft.id)) {
      const whose = wording === 'vm' ? 'VM' : 'device';
      problems.add(field, `The specified IP address (${shown}) is not assigned to this ${whose}.`);
    }
  }
}

function isAssigned(world: World, address: Row, ownerType: AddressOwner['type'], ownerId: number): boolean {
  const inside = world.get('ipam.ipaddress', idOf(address, 'nat_inside'));
  return [address, inside].some(each => {
    const owner = each && ownerOf(world, each.values['assigned_object_type'], each.values['assigned_object_id']);
    return owner?.type === ownerType && owner.id === ownerId && ownerId !== 0;
  });
}
