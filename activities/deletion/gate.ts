import type { Deletion } from '../../database/repositories/deletion/requests';
import type { Decision } from '../../database/repositories/deletion/decisions';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { Approval, DecisionRules } from '../../domain/deletion/four-eyes';
import { decideGate, intentPermission, type GateAnswer } from '../../domain/intent/gate';
import type { SettingValues } from '../../domain/settings/register';
import { rightsOf } from '../../domain/people/rights';
import type { DeletionDeps } from './deps';

type Store = Pick<DeletionDeps['store'], 'listRequesters' | 'grantsOf'>;

/** Whether a guest may be deleted at all, by what is known this very moment: at least one requester must have held the right, and hold it now. */
export async function askGate(
  { settings, store }: Pick<DeletionDeps, 'settings' | 'store'>,
  request: Deletion,
  endpoint: Endpoint | null,
): Promise<GateAnswer> {
  const permission = intentPermission('delete', request.kind);
  const known = (await store.listRequesters(request.id)).filter(({ userId }) => userId !== null);
  const asked = await Promise.all(
    known.map(async ({ userId, name, heldAtRequest }) => ({
      name,
      heldAtRequest,
      holdsNow: rightsOf(await store.grantsOf(userId ?? '')).holds(permission, request.endpointId),
    })),
  );
  return decideGate({
    settings: await settings.ofInstallation(),
    endpoint,
    optIn: request.optIn,
    change: {
      op: 'delete',
      kind: request.kind,
      requester: asked.find(each => each.heldAtRequest && each.holdsNow) ?? asked[0] ?? null,
    },
  });
}

/** Why nothing may be written to the guests of an endpoint at this moment; null: it may. */
export async function writesRefused({ settings }: Pick<DeletionDeps, 'settings'>, endpoint: Endpoint): Promise<string | null> {
  const gate = decideGate({ settings: await settings.ofInstallation(), endpoint, optIn: { by: 'request' } });
  return gate.allowed ? null : gate.reasons.map(({ message }) => message).join(' ');
}

/** The rules of four eyes, by the settings of just now. */
export async function rulesOf(
  values: SettingValues,
  store: Pick<Store, 'listRequesters'>,
  requestId: string,
): Promise<DecisionRules> {
  return {
    requesters: (await store.listRequesters(requestId)).map(({ userId }) => userId),
    selfApproveAllowed: values.intent_apply_authorization_self_approve_allowed,
    quorum: values.deletion_quorum,
  };
}

/** Whether somebody may decide about guests of an endpoint, asked just now. */
export async function mayAuthorize(store: Pick<Store, 'grantsOf'>, person: string, endpointId: string): Promise<boolean> {
  return rightsOf(await store.grantsOf(person)).holds('authorize_deletion_request', endpointId);
}

/** Approvals with what their people may do now. */
export const asApprovals = (
  store: Pick<Store, 'grantsOf'>,
  decisions: readonly Decision[],
  endpointId: string,
): Promise<Approval[]> =>
  Promise.all(
    decisions.map(async ({ userId, digest }) => ({
      person: userId,
      digest,
      mayAuthorize: await mayAuthorize(store, userId, endpointId),
    })),
  );
