import type { HeldFields } from '../reflection/held';
import { guestKey } from '../reflection/inventory';
import type { ReflectionKindName } from '../reflection/kind-names';
import type { GuestKind } from '../proxmox/guest-config';
import type { GuestChange } from './changes/guest-change';

/** A guest whose change is open, or was not made. */
export interface Hold {
  readonly kind: GuestKind;
  readonly vmid: number;
  readonly change: GuestChange;
}

const ofInterfaces: readonly ReflectionKindName[] = [
  'interface',
  'mac-address',
  'primary-mac',
  'primary-release',
  'ip-address',
  'primary-ip',
];

/** Fields of the model itself, as reflection calls them; all others are custom fields. */
const ownFields = new Set([
  'name',
  'status',
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
  'virtual_machine_type',
]);

/** Of an update: the fields that it changes. Of a birth: everything, since the guest is not yet what it is to be. */
export function heldFields(holds: readonly Hold[]): HeldFields {
  const byGuest = new Map<string, Hold[]>();
  for (const hold of holds) byGuest.set(guestKey(hold), [...(byGuest.get(guestKey(hold)) ?? []), hold]);
  return {
    holds: (guest, kind, field) => (byGuest.get(guest ?? '') ?? []).some(({ change }) => isHeld(change, kind, field)),
  };
}

function isHeld(change: GuestChange, kind: ReflectionKindName, field: string | undefined): boolean {
  if (change.op === 'delete') return false;
  const isBirth = change.op === 'create';
  if (kind === 'virtual-machine') {
    if (field === undefined) return false;
    return isBirth ? bornWith(field) : fieldsOf(change.vm).has(field);
  }
  if (kind === 'virtual-disk') return isBirth || change.disks.length > 0;
  return ofInterfaces.includes(kind) && (isBirth || change.interfaces.length > 0);
}

/** What says where and what the new guest is may be shown at once. */
const bornWith = (field: string): boolean => !field.startsWith('cf.') && !['cluster', 'device', 'site', 'status'].includes(field);

const fieldsOf = (vm: object): Set<string> =>
  new Set(Object.keys(vm).map(field => (ownFields.has(field) ? field : `cf.${field}`)));
