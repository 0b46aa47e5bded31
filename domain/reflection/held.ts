import type { ReflectionKindName } from './kind-names';

/** What of guests reflection leaves alone for now: a change of it is wanted in NetBox and was not made in Proxmox yet. */
export interface HeldFields {
  /** Without a field: whether objects of the kind are neither made nor deleted for the guest. */
  holds(guest: string | undefined, kind: ReflectionKindName, field?: string): boolean;
}

export const nothingHeld: HeldFields = { holds: () => false };
