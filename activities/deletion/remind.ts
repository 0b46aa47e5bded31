/** Reminders of a request that nobody has decided about. May be repeated: each is told once. */
import type { Deletion } from '../../database/repositories/deletion/requests';
import { remindersOf } from '../../domain/deletion/deadline';
import { isFinal } from '../../domain/deletion/states';
import type { DeletionDeps } from './deps';
import { guestLabel, requestOf } from './request';

/** @param now the workflow's time, milliseconds since 1970. */
export async function remind(deps: Pick<DeletionDeps, 'store'>, requestId: string, now: number): Promise<void> {
  const { store } = deps;
  const request = await requestOf(deps, requestId);
  if (isFinal(request.state)) return;
  const due = remindersOf(request.openedAt.getTime(), request.deadline.getTime()).filter(({ at }) => at <= now);
  for (const { to } of due) {
    if (request.reminded.includes(to)) continue;
    const endpoint = { id: request.endpointId, name: request.endpointName };
    const message = await wordsOf(deps, request);
    await store.tellDeletion({ event: 'deletion-reminder', about: `${requestId}/reminder/${to}`, endpoint, message });
    if (to === 'escalation') {
      await store.tellDeletion({ event: 'deletion-escalation', about: `${requestId}/escalation`, endpoint, message });
    }
    await store.noteReminded(requestId, to);
  }
}

async function wordsOf({ store }: Pick<DeletionDeps, 'store'>, request: Deletion): Promise<string> {
  const [holders, requesters] = await Promise.all([
    store.listHolders('authorize_deletion_request', request.endpointId),
    store.listRequesters(request.id),
  ]);
  const others = holders.filter(({ id }) => !requesters.some(({ userId }) => userId === id)).map(({ username }) => username);
  const who =
    others.length === 0
      ? 'Nobody may decide: somebody else than who asked needs authorize_deletion_request.'
      : `May decide: ${others.join(', ')}.`;
  const waits =
    request.state === 'pending' || request.state === 'needs_requester'
      ? 'still waits for a decision'
      : `is ${request.state} and not carried out yet`;
  return `The deletion request for ${guestLabel(request)} ${waits}: it expires at ${request.deadline.toISOString()}. ${who}`;
}
