/** The activities of retention, as the workflow calls them. */
import type { Purged } from '../../database/purge';
import { withHeartbeat } from '../heartbeat';

export type { Purged };

export interface RetentionDeps {
  /** Purges by the settings as they are now. */
  purge(): Promise<Purged>;
}

export function createRetentionActivities({ purge }: RetentionDeps) {
  return { purgeOldRows: (): Promise<Purged> => withHeartbeat(() => purge()) };
}

export type RetentionActivities = ReturnType<typeof createRetentionActivities>;
