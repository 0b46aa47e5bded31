import type { DiskFields, InterfaceFields, VmFields } from '../changes/fields';
import type { GuestUpdate } from '../changes/guest-change';
import type { FieldDifference } from './edit';
import { nicDifferences } from './fields/nics';
import { liveDisks, liveNic, type LiveGuest } from './live';
import type { PlanOptions } from './options';
import { vmRules } from './rules';

/** What NetBox shows of the guest, as far as it was read. */
export interface NetBoxGuest {
  readonly vm: Partial<VmFields>;
  readonly interfaces: readonly ({ readonly key: string | null } & Partial<InterfaceFields> & Pick<InterfaceFields, 'name'>)[];
  readonly disks: readonly ({ readonly key: string | null } & Pick<DiskFields, 'name' | 'size'>)[];
}

/** Where NetBox and Proxmox differ beyond what this change is about: wanted and live, for people to see. */
export function driftOf(netbox: NetBoxGuest, change: GuestUpdate, live: LiveGuest, options: PlanOptions): FieldDifference[] {
  const untouched = Object.fromEntries(Object.entries(netbox.vm).filter(([field]) => !(field in change.vm))) as Partial<VmFields>;
  const vm = vmRules.flatMap(rule => {
    // A rule whose fields go together is about the change as soon as one of them was changed.
    if (rule.fields.some(field => field in change.vm)) return [];
    return rule.differences(untouched, live, options);
  });
  const changedNics = new Set(change.interfaces.flatMap(part => (part.op === 'create' ? [] : [part.name])));
  const nics = netbox.interfaces.flatMap(shown => {
    const nic = changedNics.has(shown.name) ? undefined : liveNic(live, shown);
    return nic ? nicDifferences(nic.key, shown, live) : [];
  });
  const changedDisks = new Set(change.disks.flatMap(part => (part.op === 'create' ? [] : [part.name])));
  const disks = netbox.disks.flatMap(({ key, name, size }) => {
    const found = changedDisks.has(name) ? undefined : liveDisks(live).find(({ drive }) => drive.key === (key ?? name));
    return found && found.size !== size ? [{ field: `disks.${found.drive.key}.size`, from: found.size, to: size }] : [];
  });
  return [...vm, ...nics, ...disks];
}
