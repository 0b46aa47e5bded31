import type { Person } from '../../../database/repositories/people/holders';
import type { AuditRow } from '../../../domain/audit/record';
import { stateWords } from '../../../domain/deletion/state-words';
import type { Identity } from '../../auth/identity';
import type { DeletionView } from '../../deletion/schema';
import { h, type Html } from '../html/h';
import { facts, heading, link, notice, row, section, table } from '../html/parts';
import { time } from '../html/time';
import { readable } from '../html/words';
import { guestText, peopleFacts, reasonsOf } from './card';
import { decisionsOf, type Sent } from './decide';
import { countdown, deletionBadge, isEnded } from './state';
import { aboutOf, aroundFacts, aroundOf, digestPart } from './what';

interface RequestPage {
  request: DeletionView;
  deciders: readonly Person[];
  /** Newest first. */
  audit: readonly AuditRow[];
  caller: Identity;
  netboxUrl: string | undefined;
  sent?: Sent | undefined;
}

export function requestBody({ request, deciders, audit, caller, netboxUrl, sent }: RequestPage): (Html | null)[] {
  const about = aboutOf(request);
  const around = aroundOf(request);
  return [
    heading(`Deletion of ${guestText(request)}`, deletionBadge(request.state), link('/ui/deletions', 'All requests')),
    sent !== undefined && sent.errors[''] !== undefined ? notice('bad', sent.errors['']) : null,
    h('p', { class: 'lead' }, stateWords[request.state]),
    reasonsOf(request),
    leftOf(request),
    section('Request', h('blockquote', null, request.reason), factsOf(request, deciders)),
    about === null
      ? isEnded(request)
        ? null
        : notice('calm', 'The guest is being read and marked. Nobody can approve before that; load the page again in a moment.')
      : digestPart(about, request.digest, netboxUrl),
    around === null
      ? null
      : section(
          'What else was there',
          h(
            'p',
            { class: 'hint' },
            'When the request was opened, ',
            time(around.takenAt),
            '. It is read again before anything is destroyed.',
          ),
          facts(aroundFacts(around)),
        ),
    decisionsOf(request, caller, sent),
    decided(request),
    lostOf(request),
    receiptOf(request),
    chain(audit),
  ];
}

/** What is to be taken off the guest, and could not be. */
const leftOf = ({ leftSince }: DeletionView): Html | null =>
  leftSince === null
    ? null
    : notice(
        'warn',
        'Our tag, and what a hold changed, are still on the guest, since ',
        time(leftSince),
        ': it may not be written to, or it could not be reached. They are taken off within a minute of when it can be. ',
        h('code', null, 'left_on_guest'),
      );

const factsOf = (request: DeletionView, deciders: readonly Person[]): Html =>
  facts([
    ...peopleFacts(request, deciders),
    ['Asked for', time(request.openedAt)],
    isEnded(request)
      ? ['Ended', [time(request.endedAt), request.endedBy !== null && ` by ${request.endedBy}`]]
      : ['Expires', ['in ', h('strong', null, countdown(request.deadline)), ', ', time(request.deadline)]],
    ['Comes from', request.source === 'branch' ? 'a merged branch of NetBox' : 'a request'],
    ['Node', request.node ?? '–'],
    ...(request.task === null ? [] : [['Task in Proxmox', h('code', null, request.task)] as const]),
  ]);

function decided({ decisions }: DeletionView): Html | null {
  if (decisions.length === 0) return null;
  return section(
    'Decisions',
    table(
      'Decisions',
      ['When', 'Who', 'What', 'Why', 'Took effect'],
      decisions.map(({ decidedAt, name, verdict, withoutBackup, reason, effectiveAt }) =>
        row(
          time(decidedAt),
          name,
          [readable(verdict), withoutBackup && ', without a backup'],
          reason ?? '–',
          effectiveAt === null ? 'no' : time(effectiveAt),
        ),
      ),
    ),
  );
}

const lostWords: Readonly<Record<DeletionView['lost'][number]['state'], string>> = {
  lost: 'gone',
  reserved: 'kept, reserved',
  restored: 'back',
  freed: 'free',
  missing: 'did not come back',
};

/** What a merged branch took: until the end the addresses alone are there. */
function lostOf({ lost }: DeletionView): Html | null {
  if (lost.length === 0) return null;
  return section(
    'What a merged branch deleted in NetBox',
    h(
      'p',
      { class: 'hint' },
      'Unless the guest is destroyed, it all comes back: under new ids, and without journal, contacts, services and images.',
    ),
    table(
      'Objects of NetBox',
      ['What', 'Name', 'Id before', 'Id now', 'State'],
      lost.map(({ type, name, was, is, state, message }) =>
        row(type.split('.')[1] ?? type, name, String(was), is === null ? '–' : String(is), [
          lostWords[state],
          message !== null && h('small', { class: 'under' }, message),
        ]),
      ),
    ),
  );
}

const receiptOf = ({ receipt }: DeletionView): Html | null =>
  receipt === null
    ? null
    : section(
        'Receipt',
        h('p', { class: 'hint' }, 'Everything that is needed to make the guest anew, but its disks.'),
        h('details', null, h('summary', null, 'Show it'), h('pre', { class: 'detail' }, JSON.stringify(receipt, null, 2))),
      );

/** Every row of the audit log about the request: two for each effect. */
function chain(rows: readonly AuditRow[]): Html | null {
  if (rows.length === 0) return null;
  return section(
    'Audit chain',
    table(
      'Audit rows of this request',
      ['Row', 'When', 'Who', 'What', 'Result'],
      rows.map(({ seq, time: at, actor, action, phase, result, reason }) =>
        row(link(`/ui/audit/${seq}`, String(seq)), time(at), actor.name, action, [
          result ?? phase,
          reason !== null && `: ${reason}`,
        ]),
      ),
    ),
  );
}
