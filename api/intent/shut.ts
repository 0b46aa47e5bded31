import { listEndpoints } from '../../database/repositories/endpoints';
import type { StoredGuestChange } from '../../database/repositories/intent/changes';
import type { IntentPlan } from '../../database/repositories/intent/plans';
import { loadGlobalSettings } from '../../database/repositories/settings';
import { decideGate, intentPermission, type GateReason } from '../../domain/intent/gate';
import { effectiveValues } from '../../domain/settings/resolve';
import type { Identity } from '../auth/identity';
import type { ApiDependencies } from '../dependencies';

/** Of a change: all that the gate wants to know. */
type Asked = Pick<StoredGuestChange, 'endpointId' | 'op' | 'kind'>;

/**
 * What keeps somebody from applying a plan as things are now: each reason once. What each change is allowed is asked again when its turn comes, so this
 * is for people, who want to know before they ask.
 */
export async function whatIsShut(
  { database, environment }: Pick<ApiDependencies, 'database' | 'environment'>,
  plan: Pick<IntentPlan, 'optIn'>,
  changes: readonly Asked[],
  caller: Pick<Identity, 'name' | 'permissions'>,
): Promise<GateReason[]> {
  const settings = effectiveValues({ environment, global: (await loadGlobalSettings(database)).values });
  const endpoints = new Map((await listEndpoints(database)).map(endpoint => [endpoint.id, endpoint]));
  const reasons = new Map<string, GateReason>();
  for (const change of changes) {
    const endpoint = change.endpointId === null ? 'unnamed' : (endpoints.get(change.endpointId) ?? null);
    const holdsNow = caller.permissions(intentPermission(change.op, change.kind), change.endpointId ?? undefined);
    const requester = { name: caller.name, heldAtRequest: true, holdsNow };
    const answer = decideGate({ settings, endpoint, optIn: plan.optIn, change: { op: change.op, kind: change.kind, requester } });
    if (!answer.allowed) for (const reason of answer.reasons) reasons.set(reason.message, reason);
  }
  return [...reasons.values()];
}
