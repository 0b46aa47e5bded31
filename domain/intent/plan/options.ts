import type { ParsedUserData } from '../cloud-init/user-data';

/** What of NetBox's tags a guest gets: names that Proxmox accepts · those, and slugs in place of the others · nothing. */
export type TagPolicy = 'accepted-names' | 'slugs' | 'none';

/** The settings that planning reads, and what else differs from endpoint to endpoint. */
export interface PlanOptions {
  readonly tags: TagPolicy;
  /** Slugs of NetBox's tags by their names; a tag that is not in it has the slug that follows from its name. */
  readonly tagSlugs: ReadonlyMap<string, string>;
  /** Keep a block of NetBox ids in the description. */
  readonly embedMetadata: boolean;
  /** Where a new disk goes that does not say. */
  readonly storage: string | null;
  /** What a new card is connected to that does not say. */
  readonly bridge: string | null;
  /** Clone templates completely, also where a linked clone would do. */
  readonly fullClone: boolean;
  /** The pool that new guests join. A writer that is fenced into a pool cannot create without. */
  readonly pool: string | null;
  /** The snippets storage that files are written to, and why that is not possible just now; null where nobody named one. */
  readonly snippets: { readonly storage: string; readonly problem: string | null } | null;
  /** SHA-256 of a text, in hex. Injected, since these rules use no library. */
  readonly sha256: (text: string) => string;
  /** Reads YAML. Injected, since these rules use no library. */
  readonly parseUserData: (text: string) => ParsedUserData;
}
