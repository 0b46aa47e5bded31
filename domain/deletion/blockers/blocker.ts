import type { LiveGuest } from '../../intent/plan/live';
import type { MadeBackup } from '../backup';

/** What is known of a guest and its cluster just before it would be destroyed. Null is "could not be read", which never counts as "no". */
export interface DestroyFacts {
  readonly live: LiveGuest;
  readonly haManaged: boolean | null;
  /** Ids of replication jobs of the guest. */
  readonly replicationJobs: readonly string[] | null;
  /** Guests whose disks are made upon this one's: a template's linked clones. */
  readonly linkedClones: readonly number[] | null;
  /** Disks of the guest that other guests' configurations name, too. */
  readonly sharedDisks: readonly { readonly volume: string; readonly vmid: number }[] | null;
  /** Other guests of the cluster with the same evidence of identity. */
  readonly sameIdentity: readonly number[] | null;
  readonly backup: BackupFacts;
  /** Guests of the endpoint that were destroyed in the last 24 hours, and how many may be. */
  readonly destroyedToday: number;
  readonly mostPerDay: number;
  readonly now: number;
}

export interface BackupFacts {
  /** `none` asks for nothing, `recent` for a backup of the last days, `make` for one that is made now. */
  readonly policy: 'none' | 'recent' | 'make';
  readonly maxAgeDays: number;
  /** The rights to see backups are there: without `VM.Backup` on the guest and `Datastore.AllocateSpace` on the storage one is invisible (Proxmox VE 9.2, measured). */
  readonly visible: boolean;
  /** Those that are missing, each with its path, as far as that could be read. */
  readonly missing: readonly string[];
  /** Those that were seen, and when each was made, milliseconds since 1970. */
  readonly volumes: readonly { readonly volume: string; readonly at: number | null }[];
  /** When the newest one was made, milliseconds since 1970; null: none was seen. */
  readonly newestAt: number | null;
  /** The one that was made for this request. */
  readonly made: MadeBackup | null;
  /** The approvers have said that it goes without. */
  readonly waived: boolean;
}

export interface Blocked {
  /** Stable, for programs. */
  readonly code: string;
  /** What is the matter, and what to do about it: nobody does it by himself. */
  readonly message: string;
}

/** One reason why a guest is not destroyed now. One file each; adding one is adding its file to the register, and its test. */
export interface Blocker {
  readonly name: string;
  look(facts: DestroyFacts): Blocked | null;
}

export const unreadable = (what: string): Blocked => ({
  code: 'not_readable',
  message: `Whether ${what} could not be read, so the guest is not destroyed. Give the read credential the right to see it.`,
});
