/** Addresses that pass from one guest to another, and primary addresses that go away. */
import { hostOf } from './addresses';
import type { Change } from './change';
import { guestKey } from './inventory';
import { idIn, type PlannedGuest, type Row } from './kind';
import { primaryIp } from './kinds/primary-ip';
import { ref, type IdOf, type Values } from './values';

/** Who holds which address now, by the NetBox interface. */
export class AddressOwners {
  private owners: Map<number, Owner> | undefined;

  constructor(
    private readonly guests: PlannedGuest[],
    private readonly interfaceRows: Row[],
    private readonly idOf: IdOf,
  ) {}

  /** True when an interface is of this guest itself, or of one that told its addresses and no longer has this one. */
  released(interfaceId: number, host: string, to: string | undefined): boolean {
    // First asked when all VMs are planned.
    this.owners ??= this.read();
    const owner = this.owners.get(interfaceId);
    return owner !== undefined && (owner.guest === to || (owner.complete && !owner.hosts.has(host)));
  }

  private read(): Map<number, Owner> {
    const byVm = new Map<number, Owner>();
    for (const guest of this.guests) {
      const key = guestKey(guest);
      const vm = this.idOf(ref('virtual-machine', key));
      const hosts = new Set(guest.nics.flatMap(nic => nic.addresses.map(hostOf)));
      if (vm !== undefined) byVm.set(vm, { guest: key, complete: guest.addressesComplete, hosts });
    }
    return new Map(
      this.interfaceRows.flatMap((row): [number, Owner][] => {
        const owner = byVm.get(idIn(row['virtual_machine']) ?? -1);
        return owner ? [[row.id, owner]] : [];
      }),
    );
  }
}

interface Owner {
  guest: string;
  complete: boolean;
  hosts: Set<string>;
}

/**
 * NetBox refuses to move an address to another VM while it is primary (NetBox 4.7): its VM lets go of it first. A primary address that
 * is moved away or deleted, with its interface perhaps, is empty by the time its VM gets another one.
 * @param guestOfVm the guest that a NetBox VM shows.
 */
export function withReleases(
  changes: Change[],
  rows: { vms: Row[]; addresses: Row[] },
  guestOfVm: (id: number) => string | undefined,
): Change[] {
  const moved = new Map<number, string | undefined>();
  const gone = goneAddresses(changes, rows.addresses);
  for (const { kind, action, netboxId, after, guest } of changes) {
    if (kind === 'ip-address' && action === 'update' && netboxId !== null && 'assigned_object_id' in after)
      moved.set(netboxId, guest);
  }
  if (moved.size === 0 && gone.size === 0) return changes;

  const releases: Change[] = [];
  for (const row of rows.vms) {
    const guest = guestOfVm(row.id);
    const held = Object.entries(primaryIp.values(row)).filter(
      ([, id]) => typeof id === 'number' && moved.has(id) && moved.get(id) !== guest,
    );
    for (const [, id] of held) gone.add(Number(id));
    if (held.length > 0) releases.push(release(row, guest, Object.fromEntries(held)));
  }
  return [...releases, ...changes.map(change => (change.kind === 'primary-ip' ? afterwards(change, gone) : change))];
}

/** Addresses that the plan deletes, by themselves or with their interface. */
function goneAddresses(changes: Change[], addresses: Row[]): Set<number> {
  const deleted = (kind: Change['kind']): Set<unknown> =>
    new Set(changes.filter(change => change.kind === kind && change.action === 'delete').map(change => change.netboxId));
  const [own, interfaces] = [deleted('ip-address'), deleted('interface')];
  const isGone = (row: Row): boolean =>
    own.has(row.id) ||
    (row['assigned_object_type'] === 'virtualization.vminterface' && interfaces.has(row['assigned_object_id']));
  return new Set(addresses.filter(isGone).map(row => row.id));
}

const release = (row: Row, guest: string | undefined, held: Values): Change => ({
  kind: 'primary-release',
  key: guest ?? `vm/${row.id}`,
  label: String(row['name']),
  action: 'update',
  netboxId: row.id,
  before: held,
  after: Object.fromEntries(Object.keys(held).map(field => [field, null])),
  reflect: {},
  why: 'the address moves to another guest',
});

/** What NetBox shows at the time when the change is sent. */
function afterwards(change: Change, gone: Set<number>): Change {
  const before = Object.entries(change.before).map(([field, id]) => [field, typeof id === 'number' && gone.has(id) ? null : id]);
  return { ...change, before: Object.fromEntries(before) };
}
