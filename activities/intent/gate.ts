import type { IntentPlan } from '../../database/repositories/intent/plans';
import type { GuestChange } from '../../domain/intent/changes/guest-change';
import { decideGate, intentPermission, type GateAnswer, type GateFacts } from '../../domain/intent/gate';
import { heldAtRequest } from '../../domain/intent/rights-at-request';
import { rightsOf } from '../../domain/people/rights';
import type { IntentDeps } from './deps';

/** Whether a change may be made, by what is known this very moment: asked when it is planned, when it begins, and before each write. */
export async function askGate(
  { store, settings }: Pick<IntentDeps, 'store' | 'settings'>,
  plan: IntentPlan,
  change: GuestChange,
): Promise<GateAnswer> {
  const { endpointId } = change.guest;
  const [values, endpoint, requester] = await Promise.all([
    settings.ofInstallation(),
    endpointId === null ? ('unnamed' as const) : store.findEndpoint(endpointId),
    requesterOf(store, plan, change),
  ]);
  return decideGate({
    settings: values,
    endpoint: endpoint ?? null,
    optIn: plan.optIn,
    change: { op: change.op, kind: change.guest.kind, requester },
  });
}

type Requester = NonNullable<GateFacts['change']>['requester'];

/** Null: whoever merged the branch is none of our users. */
async function requesterOf(store: IntentDeps['store'], plan: IntentPlan, { op, guest }: GuestChange): Promise<Requester> {
  const { requesterId, requestedBy, rights } = plan;
  const held = heldAtRequest(rights, op, guest.kind, guest.endpointId);
  if (requesterId === null) {
    // The key of the environment is nobody, and may do what it may for as long as it is set. Somebody unknown who merged held nothing.
    if (plan.branch === null || Object.keys(rights).length > 0) return { name: requestedBy, heldAtRequest: held, holdsNow: held };
    return op === 'delete' ? 'to-be-adopted' : null;
  }
  const now = rightsOf(await store.grantsOf(requesterId));
  const holdsNow = now.holds(intentPermission(op, guest.kind), guest.endpointId ?? undefined);
  return { name: requestedBy, heldAtRequest: held, holdsNow };
}
