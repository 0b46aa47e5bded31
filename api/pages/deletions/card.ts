import type { Person } from '../../../database/repositories/people/holders';
import { stateWords } from '../../../domain/deletion/state-words';
import type { DeletionView } from '../../deletion/schema';
import { h, type Children, type Html } from '../html/h';
import { facts, link, notice } from '../html/parts';
import { time } from '../html/time';
import { countdown, deletionBadge, isEnded } from './state';
import { aboutOf, aroundFacts, aroundOf, disksText, identityFacts } from './what';

export const guestText = ({ kind, vmid, name, endpoint }: Pick<DeletionView, 'kind' | 'vmid' | 'name' | 'endpoint'>): string =>
  `${name === null || name === '' ? 'a guest without a name' : name} (${kind}/${vmid}) on ${endpoint.name}`;

const hows: Record<string, string> = {
  deleted: 'deleted it in the branch',
  merged: 'merged the branch',
  asked: 'asked for it',
  joined: 'joined',
  adopted: 'adopted it',
};

/** What keeps a request from being carried out, or what ended it. */
export function reasonsOf(request: Pick<DeletionView, 'reasons' | 'endedAt'>): Html | null {
  if (request.reasons.length === 0) return null;
  return notice(
    isEnded(request) ? 'calm' : 'warn',
    h(
      'ul',
      { class: 'findings' },
      ...request.reasons.map(({ code, message }) => h('li', null, message, ' ', h('code', null, code))),
    ),
  );
}

/** Who must act, and who has: nobody looks at a request of their own and waits for themselves. */
export function peopleFacts(
  { requestedBy, decisions, quorum, round }: DeletionView,
  deciders: readonly Person[],
): [string, Children][] {
  const approvals = decisions.filter(
    decision => decision.verdict === 'approve' && decision.round === round && decision.effectiveAt !== null,
  );
  const asked = new Set(requestedBy.map(({ name }) => name));
  const others = deciders.map(({ username }) => username).filter(name => !asked.has(name));
  return [
    [
      'Asked for by',
      requestedBy.map(({ name, how, known }) => `${name} (${hows[how] ?? how}${known ? '' : ', none of our users'})`).join(', '),
    ],
    [
      'May decide',
      others.length === 0
        ? h('strong', { class: 'error' }, 'nobody: give somebody else authorize_deletion_request')
        : others.join(', '),
    ],
    [
      'Approvals',
      `${approvals.length} of ${quorum}${approvals.length === 0 ? '' : `: ${approvals.map(({ name }) => name).join(', ')}`}`,
    ],
  ];
}

/** A request as a card of the inbox. */
export function deletionCard(request: DeletionView, deciders: readonly Person[]): Html {
  const about = aboutOf(request);
  const around = aroundOf(request);
  const { approve } = request.you;
  return h(
    'article',
    { class: 'card', id: `request-${request.id}` },
    h(
      'header',
      { class: 'heading' },
      h('h2', null, link(`/ui/deletions/${request.id}`, guestText(request)), ' ', deletionBadge(request.state)),
      h(
        'div',
        { class: 'actions' },
        h('span', null, 'Expires in ', h('strong', null, countdown(request.deadline)), ', ', time(request.deadline)),
      ),
    ),
    h('blockquote', null, request.reason),
    reasonsOf(request),
    facts([
      ...peopleFacts(request, deciders),
      ...(about === null ? [['Guest', stillRead] as const] : [...identityFacts(about), ['Disks', disksText(about)] as const]),
      ...(around === null ? [] : aroundFacts(around).slice(0, 4)),
    ]),
    h('p', { class: 'hint' }, stateWords[request.state], isAboutPerson(approve) && [' ', h('strong', null, approve.message)]),
    h(
      'p',
      null,
      h(
        'a',
        { class: approve.allowed ? 'button primary' : 'button', href: `/ui/deletions/${request.id}` },
        approve.allowed ? 'Look and decide' : 'Look at it',
      ),
    ),
  );
}

const stillRead = 'is being read and marked; nobody can approve before that';

/** Refused because of who asks, whatever state the request is in. */
const isAboutPerson = ({ allowed, code }: DeletionView['you']['approve']): boolean =>
  !allowed && ['own_request', 'permission_denied', 'unknown_person', 'requester_unknown'].includes(code ?? '');
