/**
 * The VMs of guests whose VMID belongs to another guest now. They stay as they are and carry the VMID, too: remembered under a key of
 * their own, they are never taken for the new guest's.
 */
import type { NewLink } from '../../database/repositories/links';
import type { Link, Links } from '../../domain/reflection/change';
import type { GuestKey } from '../../domain/reflection/inventory';

const prefix = 'former/';

const isFormer = (key: string): boolean => key.startsWith(prefix);
const vmsOf = (links: Links): [string, Link][] => [...(links.get('virtual-machine') ?? [])];

/** True when the link table knows the VM of a guest that is there, or was until now. */
export const knowsGuests = (links: Links): boolean => vmsOf(links).some(([key]) => !isFormer(key));

/** What is still known when everything else is matched anew. */
export const formerVms = (links: Links): Links =>
  new Map([['virtual-machine', new Map(vmsOf(links).filter(([key]) => isFormer(key)))]]);

/** The links of former VMs: those known, and those of guests that this plan found re-created. */
export const linksOfFormerVms = (links: Links, recreated: Set<GuestKey>): NewLink[] =>
  vmsOf(links)
    .filter(([key]) => isFormer(key) || [...recreated].some(guest => guest === key))
    .map(([key, { netboxId, values, createdByUs }]) => ({
      kind: 'virtual-machine',
      key: isFormer(key) ? key : `${prefix}${key}/${netboxId}`,
      netboxId,
      values,
      created: createdByUs,
    }));
