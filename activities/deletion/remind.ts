/** Reminders of a request that nobody has decided about. May be repeated: each is told once. */
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { Person } from '../../database/repositories/people/holders';
import { remindersOf } from '../../domain/deletion/deadline';
import { isFinal } from '../../domain/deletion/states';
import type { DeletionDeps } from './deps';
import { guestLabel, requestOf } from './request';

type Deps = Pick<DeletionDeps, 'store' | 'settings' | 'mails' | 'publicUrl'>;

/** @param now the workflow's time, milliseconds since 1970. */
export async function remind(deps: Deps, requestId: string, now: number): Promise<void> {
  const { store, mails } = deps;
  const request = await requestOf(deps, requestId);
  if (isFinal(request.state)) return;
  const due = remindersOf(request.openedAt.getTime(), request.deadline.getTime()).filter(({ at }) => at <= now);
  for (const { to } of due) {
    if (request.reminded.includes(to)) continue;
    const deciders = await decidersOf(deps, request);
    const escalated = to === 'escalation' ? await escalatedTo(deps, request) : null;
    const news = {
      endpoint: { id: request.endpointId, name: request.endpointName },
      message: wordsOf(deps, request, deciders, escalated),
    };
    // Whoever is both is told once.
    const people = mails ? [...deciders, ...(escalated?.people ?? [])].map(({ id }) => id) : [];
    await store.tellDeletion({ event: 'deletion-reminder', about: `${requestId}/reminder/${to}`, ...news, people });
    if (to === 'escalation')
      await store.tellDeletion({ event: 'deletion-escalation', about: `${requestId}/escalation`, ...news });
    await store.noteReminded(requestId, to);
  }
}

/** All who may decide, but those who asked. */
async function decidersOf({ store }: Deps, request: Deletion): Promise<Person[]> {
  const [holders, requesters] = await Promise.all([
    store.listHolders('authorize_deletion_request', request.endpointId),
    store.listRequesters(request.id),
  ]);
  return holders.filter(({ id }) => !requesters.some(({ userId }) => userId === id));
}

interface Escalation {
  role: string;
  people: readonly Person[];
}

/** Null where the settings name no role. */
async function escalatedTo(deps: Deps, request: Deletion): Promise<Escalation | null> {
  const endpoint = await deps.store.findEndpoint(request.endpointId);
  const values = await (endpoint ? deps.settings.ofEndpoint(endpoint) : deps.settings.ofInstallation());
  const role = values.deletion_escalation_role.trim();
  return role === '' ? null : { role, people: await deps.store.listWithRole(role, request.endpointId) };
}

function wordsOf({ publicUrl }: Deps, request: Deletion, deciders: readonly Person[], escalated: Escalation | null): string {
  const waits =
    request.state === 'pending' || request.state === 'needs_requester'
      ? 'still waits for a decision'
      : `is ${request.state} and not carried out yet`;
  const words = [
    `The deletion request for ${guestLabel(request)} ${waits}: it expires at ${request.deadline.toISOString()}.`,
    deciders.length === 0
      ? 'Nobody may decide: somebody else than who asked needs authorize_deletion_request.'
      : `May decide: ${deciders.map(({ username }) => username).join(', ')}.`,
    escalated?.people.length === 0 && `It is escalated to the role ${escalated.role}, which nobody has.`,
    publicUrl !== undefined && `${publicUrl}/ui/deletions/${request.id}`,
  ];
  return words.filter(word => word !== false).join(' ');
}
