import type { Requester } from '../../database/repositories/deletion/requesters';
import type { Deletion } from '../../database/repositories/deletion/requests';
import { mayDecide } from '../../domain/deletion/four-eyes';
import { transition } from '../../domain/deletion/states';
import type { SettingValues } from '../../domain/settings/register';
import type { Identity } from '../auth/identity';

export type May = { allowed: true } | { allowed: false; code: string; message: string };

/** Id of the person who asks: only somebody who proved to be one counts. A key of the environment, or a token that another made, is nobody. */
export const personOf = ({ kind, userId }: Identity): string | null => (kind === 'user' ? userId : null);

/** Whether somebody may decide so about a request, as it is now. */
export function mayOf(
  verdict: 'approve' | 'reject' | 'cancel',
  caller: Identity,
  request: Deletion,
  requesters: readonly Requester[],
  values: SettingValues,
): May {
  const byPerson = mayPerson(verdict, caller, request, requesters, values);
  if (!byPerson.allowed) return byPerson;
  const answer = transition(request.state, verdict === 'reject' ? { type: 'reject', reason: 'asked' } : { type: verdict });
  return answer.accepted ? { allowed: true } : { allowed: false, code: answer.refused, message: answer.message };
}

/** The same, whatever state the request is in. */
export function mayPerson(
  verdict: 'approve' | 'reject' | 'cancel',
  caller: Identity,
  request: Deletion,
  requesters: readonly Requester[],
  values: SettingValues,
): May {
  const person = personOf(caller);
  const ids = requesters.map(({ userId }) => userId);
  if (verdict === 'cancel') {
    if (person !== null && ids.includes(person)) return { allowed: true };
    return { allowed: false, code: 'not_requester', message: 'Only somebody who asked for it cancels it.' };
  }
  return mayDecide(
    verdict,
    { person, mayAuthorize: caller.permissions('authorize_deletion_request', request.endpointId) },
    {
      requesters: ids,
      selfApproveAllowed: values.intent_apply_authorization_self_approve_allowed,
      quorum: values.deletion_quorum,
    },
  );
}
