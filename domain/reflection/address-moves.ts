/** Addresses that pass from one guest to another. */
import { hostOf } from './addresses';
import type { Change } from './change';
import { guestKey } from './inventory';
import type { PlannedGuest, Row } from './kind';
import { primaryIp } from './kinds/primary-ip';
import { ref, type IdOf } from './values';

/** Who holds which address now, by the NetBox interface. */
export class AddressOwners {
  private byInterface: Map<number, { complete: boolean; hosts: Set<string> }> | undefined;

  constructor(
    private readonly guests: PlannedGuest[],
    private readonly idOf: IdOf,
  ) {}

  /** True when an interface belongs to a guest that told its addresses and no longer has this one. */
  released(interfaceId: number, host: string): boolean {
    this.byInterface ??= this.read();
    const owner = this.byInterface.get(interfaceId);
    return owner !== undefined && owner.complete && !owner.hosts.has(host);
  }

  /** Asked first when all interfaces are planned. */
  private read(): Map<number, { complete: boolean; hosts: Set<string> }> {
    const owners = new Map<number, { complete: boolean; hosts: Set<string> }>();
    for (const guest of this.guests) {
      const hosts = new Set(guest.nics.flatMap(nic => nic.addresses.map(hostOf)));
      for (const nic of guest.nics) {
        const id = this.idOf(ref('interface', `${guestKey(guest)}/${nic.key}`));
        if (id !== undefined) owners.set(id, { complete: guest.addressesComplete, hosts });
      }
    }
    return owners;
  }
}

/** NetBox refuses to move an address that is primary somewhere: its VM lets go of it first. */
export function withReleases(changes: Change[], vmRows: Row[], ids: Map<string, number>): Change[] {
  const moved = new Set(
    changes
      .filter(change => change.kind === 'ip-address' && change.action === 'update' && 'assigned_object_id' in change.after)
      .map(change => change.netboxId),
  );
  if (moved.size === 0) return changes;
  const prefix = 'virtual-machine:';
  const keys = new Map([...ids].filter(([key]) => key.startsWith(prefix)).map(([key, id]) => [id, key.slice(prefix.length)]));
  const releases = vmRows.flatMap((row): Change[] => {
    const held = Object.entries(primaryIp.values(row)).filter(([, id]) => typeof id === 'number' && moved.has(id));
    if (held.length === 0) return [];
    return [
      {
        kind: 'primary-release',
        key: keys.get(row.id) ?? `vm/${row.id}`,
        label: String(row['name']),
        action: 'update',
        netboxId: row.id,
        before: Object.fromEntries(held),
        after: Object.fromEntries(held.map(([field]) => [field, null])),
        reflect: {},
        why: 'the address moves to another guest',
      },
    ];
  });
  return [...releases, ...changes];
}
