import type { RunRead } from '../../database/repositories/run-reads';
import { onEach } from '../auth/authorize';
import type { Identity } from '../auth/identity';

/**
 * A run as somebody sees it who may see its endpoint, but not all that were synced together with it: nothing of the others remains, and the run
 * that covers them all, which does not exist for them, is not named.
 */
export function visiblePart(run: RunRead, { sees }: Pick<Identity, 'sees'>): RunRead {
  const { endpoints, ...scope } = run.scope;
  if (onEach(endpoints ?? 'all', sees)) return run;
  return { ...run, parentId: null, scope: { ...scope, ...(endpoints && { endpoints: endpoints.filter(id => sees(id)) }) } };
}
