import type { NetBoxClient } from '../client';
import { NetBoxNotFoundError } from '../errors';
import { isRecord } from '../field-errors';
import type { NetBoxObject, NetBoxValues } from '../object';
import { choiceIn, type NetBoxPerson, optionalText, personIn, recordIn, textIn, type Values } from './values';
import { type WaitOptions, waitFor } from './wait';

export const branchesPath = 'plugins/branching/branches';
/** How NetBox names the model in event rules, jobs and custom fields. */
export const branchType = 'netbox_branching.branch';
export const branchingPlugin = 'netbox_branching';

/** A branch of netbox-branching (1.1.3 and 1.2.2). Times are ISO 8601 in UTC. */
export interface Branch {
  readonly id: number;
  readonly name: string;
  /** What the header `X-NetBox-Branch` carries. */
  readonly schemaId: string;
  /**
   * `new`, `provisioning`, `ready`, `syncing`, `migrating`, `merging`, `reverting`, `merged`, `archived`, `pending-migrations` or
   * `failed`. Only `ready` can be written, read by header and merged.
   */
  readonly status: string;
  readonly description: string;
  readonly owner: NetBoxPerson | undefined;
  readonly lastSync: string | undefined;
  /** Undefined again after a revert. */
  readonly mergedTime: string | undefined;
  readonly mergedBy: NetBoxPerson | undefined;
  readonly customFields: Values;
  /** By slug. */
  readonly tags: readonly string[];
  readonly created: string | undefined;
  /** Moves when somebody edits the branch, and with sync, merge and revert; not with provisioning and archiving. */
  readonly lastUpdated: string | undefined;
}

export function branchOf(row: NetBoxObject): Branch {
  const tags: unknown = row['tags'];
  return {
    id: row.id,
    name: textIn(row, 'name'),
    schemaId: textIn(row, 'schema_id'),
    status: choiceIn(row, 'status'),
    description: textIn(row, 'description'),
    owner: personIn(row, 'owner'),
    lastSync: optionalText(row, 'last_sync'),
    mergedTime: optionalText(row, 'merged_time'),
    mergedBy: personIn(row, 'merged_by'),
    customFields: recordIn(row, 'custom_fields') ?? {},
    tags: Array.isArray(tags) ? tags.flatMap(tag => (isRecord(tag) ? [textIn(tag, 'slug')] : [])) : [],
    created: optionalText(row, 'created'),
    lastUpdated: optionalText(row, 'last_updated'),
  };
}

type Signal = { readonly signal?: AbortSignal };

/** Undefined when there is none, or when the token may not see it. */
export async function findBranch(netbox: NetBoxClient, id: number, { signal }: Signal = {}): Promise<Branch | undefined> {
  try {
    const { object } = await netbox.get(branchesPath, id, signal === undefined ? {} : { signal });
    return branchOf(object);
  } catch (error) {
    if (error instanceof NetBoxNotFoundError) return undefined;
    throw error;
  }
}

/** Branches with these ids, by rising id; those that are gone are left out. */
export async function findBranches(netbox: NetBoxClient, ids: readonly number[]): Promise<Branch[]> {
  return (await netbox.listByIds(branchesPath, ids)).map(branchOf);
}

/** Branches whose `lastUpdated` is this or later, by rising id. */
export async function findBranchesChangedSince(netbox: NetBoxClient, since: Date, { signal }: Signal = {}): Promise<Branch[]> {
  const rows = await netbox.listAll(branchesPath, {
    filters: { last_updated__gte: since.toISOString() },
    expect: row => Date.parse(textIn(row, 'last_updated')) >= since.getTime(),
    ...(signal !== undefined && { signal }),
  });
  return rows.map(branchOf);
}

export interface NewBranch {
  readonly name: string;
  readonly description?: string;
  readonly customFields?: NetBoxValues;
}

/** Makes a branch. It is `new`: NetBox provisions it in a job; await that with `awaitReady`. */
export async function createBranch(
  netbox: NetBoxClient,
  { name, description, customFields }: NewBranch,
  options: Signal = {},
): Promise<Branch> {
  const values = {
    name,
    ...(description !== undefined && { description }),
    ...(customFields !== undefined && { custom_fields: customFields }),
  };
  return branchOf(await netbox.create(branchesPath, values, options));
}

/** The branch once it has left `new` and `provisioning`, or as it is when the wait ends: look at its `status`. */
export async function awaitReady(netbox: NetBoxClient, id: number, wait: WaitOptions = {}): Promise<Branch> {
  return waitFor(
    async () => branchOf((await netbox.get(branchesPath, id)).object),
    ({ status }) => status !== 'new' && status !== 'provisioning',
    wait,
  );
}
