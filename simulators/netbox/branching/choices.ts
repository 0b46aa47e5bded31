import type { Choice } from '../model/field';

/** Choice lists of netbox-branching 1.2.2. */

export const BRANCH_STATUS: readonly Choice[] = [
  ['new', 'New'],
  ['provisioning', 'Provisioning'],
  ['ready', 'Ready'],
  ['syncing', 'Syncing'],
  ['migrating', 'Migrating'],
  ['merging', 'Merging'],
  ['reverting', 'Reverting'],
  ['merged', 'Merged'],
  ['archived', 'Archived'],
  ['pending-migrations', 'Pending Migrations'],
  ['failed', 'Failed'],
];

export const TRANSITIONAL: ReadonlySet<string> = new Set(['provisioning', 'syncing', 'migrating', 'merging', 'reverting']);

export const BRANCH_EVENT: readonly Choice[] = [
  ['provisioned', 'Provisioned'],
  ['synced', 'Synced'],
  ['migrated', 'Migrated'],
  ['merged', 'Merged'],
  ['reverted', 'Reverted'],
  ['archived', 'Archived'],
];
