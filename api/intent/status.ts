import { findChangeLogWatch } from '../../database/repositories/intent/change-log';
import { lastHookCheck } from '../../database/repositories/intent/hook-check';
import { findWatch } from '../../database/repositories/intent/watch';
import { loadGlobalSettings } from '../../database/repositories/settings';
import { decideGate } from '../../domain/intent/gate';
import { effectiveValues } from '../../domain/settings/resolve';
import type { ApiDependencies } from '../dependencies';
import type { IntentStatusView } from './schema';

type Needs = Pick<ApiDependencies, 'database' | 'environment'>;

/** Whether changes in NetBox reach Proxmox at all, and by what they are noticed. */
export async function intentStatus({ database, environment }: Needs): Promise<IntentStatusView> {
  const settings = effectiveValues({ environment, global: (await loadGlobalSettings(database)).values });
  const anyEndpoint = { name: '', enabled: true, allowWrites: true };
  const gate = decideGate({ settings, endpoint: anyEndpoint, optIn: { by: 'request' } });
  const [watch, changeLog, hook] = await Promise.all([
    findWatch(database),
    findChangeLogWatch(database),
    lastHookCheck(database),
  ]);
  const branches = watch !== undefined && hook !== undefined && hook.state !== 'no-branching';
  return {
    enabled: gate.allowed,
    reason: gate.allowed ? null : (gate.reasons[0]?.message ?? null),
    watched: changeLog !== undefined ? 'change-log' : branches ? 'branches' : null,
    netboxCalls: hook === undefined ? null : { ...hook, checkedAt: hook.checkedAt.toISOString() },
  };
}
