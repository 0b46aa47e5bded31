import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/**
 * What the Temporal Web UI and `temporal workflow list` can filter our runs by. Never encrypted: no secrets, no inventories. Safe to import
 * from workflow code.
 */
export const searchAttributes = {
  /** Endpoint id. */
  endpoint: defineSearchAttributeKey('ProxboxEndpoint', SearchAttributeType.KEYWORD),
  /** What kind of run: a sync, an apply, a deletion request and so on. */
  runKind: defineSearchAttributeKey('ProxboxRunKind', SearchAttributeType.KEYWORD),
  /** Who asked for it. */
  actor: defineSearchAttributeKey('ProxboxActor', SearchAttributeType.KEYWORD),
  /** Where it stands. */
  state: defineSearchAttributeKey('ProxboxState', SearchAttributeType.KEYWORD),
  /** How it ended. */
  outcome: defineSearchAttributeKey('ProxboxOutcome', SearchAttributeType.KEYWORD),
  vmid: defineSearchAttributeKey('ProxboxVmid', SearchAttributeType.INT),
  /** Objects that it changed, or in a dry run would change. */
  changed: defineSearchAttributeKey('ProxboxChanged', SearchAttributeType.INT),
  dryRun: defineSearchAttributeKey('ProxboxDryRun', SearchAttributeType.BOOL),
  /** When an open request ends by itself. */
  expiresAt: defineSearchAttributeKey('ProxboxExpiresAt', SearchAttributeType.DATETIME),
} as const;
