import type { Endpoint } from '../../../database/repositories/endpoints';
import type { AuditReport } from '../../../database/audit-verify';
import { auditActions } from '../../../domain/audit/actions';
import type { AuditRow } from '../../../domain/audit/record';
import type { Identity } from '../../auth/identity';
import { button } from '../html/form';
import { h, type Html } from '../html/h';
import { pager, type Paging } from '../html/pager';
import { choice, empty, filters, heading, link, notice, row, section, table } from '../html/parts';
import { time } from '../html/time';
import { counted } from '../html/words';
import { actionText, type Names, objectOf, resultBadge, resultText, whoText } from './words';

/** What the address asks for, as text. */
export interface AuditChoice {
  actor?: string | undefined;
  action?: string | undefined;
  result?: string | undefined;
  endpointId?: string | undefined;
  runId?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

interface AuditList extends Paging {
  caller: Identity;
  rows: readonly AuditRow[];
  choice: AuditChoice;
  endpoints: readonly Endpoint[];
  names: Names;
  /** How many intents are open for longer than a minute. */
  open: number;
}

export function auditListBody({ caller, rows, choice: chosen, endpoints, names, open, ...paging }: AuditList): (Html | null)[] {
  return [
    heading(
      'Audit',
      link('/ui/audit/open', open === 0 ? 'Open intents' : `${open} open`),
      button(caller, '/ui/audit/verify', 'Verify the chain', { tone: 'primary' }),
    ),
    open === 0
      ? null
      : notice('warn', `Of ${counted(open, 'act')} nobody wrote what became of it. `, link('/ui/audit/open', 'See which')),
    auditFilters(chosen, endpoints),
    section(
      'Who did what',
      rows.length === 0 ? empty('No row is like that.') : auditTable('Audit rows', rows, names),
      pager('/ui/audit', { ...chosen }, paging),
    ),
  ];
}

const textField = (name: string, label: string, value: string | undefined, type: 'search' | 'date', placeholder?: string): Html =>
  h('label', null, label, h('input', { type, name, value: value ?? '', placeholder }));

const auditFilters = (chosen: AuditChoice, endpoints: readonly Endpoint[]): Html =>
  filters(
    'Filter audit rows',
    textField('actor', 'Who', chosen.actor, 'search', 'user name'),
    choice(
      'action',
      'What',
      [['', 'anything'], ...auditActions.map(action => [action, actionText(action)] as const)],
      chosen.action,
    ),
    choice(
      'result',
      'What came of it',
      [
        ['', 'anything'],
        ...(['succeeded', 'refused', 'failed', 'unknown'] as const).map(each => [each, resultText(each)] as const),
      ],
      chosen.result,
    ),
    choice('endpointId', 'Endpoint', [['', 'any'], ...endpoints.map(({ id, name }) => [id, name] as const)], chosen.endpointId),
    textField('runId', 'Run', chosen.runId, 'search', 'id of a run'),
    textField('since', 'From (UTC)', chosen.since, 'date'),
    textField('until', 'To (UTC)', chosen.until, 'date'),
  );

export const auditTable = (caption: string, rows: readonly AuditRow[], names: Names): Html =>
  table(
    caption,
    ['Row', 'When', 'Who', 'What', 'About', 'Endpoint', 'Result'],
    rows.map(each =>
      row(
        link(`/ui/audit/${each.seq}`, String(each.seq)),
        time(each.time),
        [whoText(each), each.actor.label !== null && h('small', { class: 'under' }, `says it is ${each.actor.label}`)],
        actionText(each.action),
        objectOf(each, names),
        each.endpointId === null ? '–' : (names.get(each.endpointId) ?? 'deleted'),
        [resultBadge(each), each.reason !== null && h('small', { class: 'under' }, each.reason)],
      ),
    ),
  );

export const openIntentsBody = (rows: readonly AuditRow[], names: Names): Html[] => [
  heading('Open intents', link('/ui/audit', 'Whole log')),
  h(
    'p',
    { class: 'hint' },
    'Each was written before something was done, more than a minute ago, and nothing says what became of it: the process ended in between, or the database was away. Look at what it is about.',
  ),
  section(
    'Begun and never completed',
    rows.length === 0
      ? empty('There is none: of all that was begun, the end is known.')
      : auditTable('Open intents', rows, names),
  ),
];

export const verifiedBody = (caller: Identity, { rows, head, heads, fault }: AuditReport): (Html | null)[] => [
  heading('Audit chain', link('/ui/audit', 'Whole log'), button(caller, '/ui/audit/verify', 'Verify again')),
  fault === null
    ? notice(
        'good',
        h('h2', null, 'The log is as it was written'),
        h('p', null, `${counted(rows, 'row')}: none was altered, dropped or reordered.`),
      )
    : notice(
        'bad',
        h('h2', null, 'The log is not as it was written'),
        h('p', null, fault.message),
        fault.seq !== null &&
          rows >= 1 &&
          h(
            'p',
            null,
            `${counted(rows, 'row')} before it are in their place. `,
            link(`/ui/audit/${Math.max(1, fault.seq - 1)}`, 'See the last of them'),
          ),
      ),
  heads === 0
    ? notice(
        'warn',
        'No end of the chain was noted outside of the database yet, so rows that were cut off its end would not be seen. One is noted every hour.',
      )
    : h('p', { class: 'hint' }, `Compared with ${counted(heads, 'end')} of the chain that were noted outside of the database.`),
  head === null ? null : h('p', { class: 'hint' }, `Last row in its place: ${head.seq}, `, h('code', null, head.hash)),
];
