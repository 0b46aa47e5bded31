import type { DeletionRowView, DeletionView } from '../../api/deletion/schema';
import { type Paints, plain } from '../output/colors';
import { properties, table } from '../output/table';
import { spanText, timeText } from '../runs/times';
import { deletionPaint } from './states';

export const guestText = ({ name, kind, vmid, endpoint }: Pick<DeletionRowView, 'name' | 'kind' | 'vmid' | 'endpoint'>): string =>
  `${name === null || name === '' ? '(no name)' : name} (${kind}/${vmid}) on ${endpoint.name}`;

export function deletionTable(items: readonly DeletionRowView[], paints: Paints): string[] {
  const head = ['REQUEST', 'GUEST', 'STATE', 'EXPIRES', 'ASKED FOR BY', 'WHY'].map(text => ({ text, paint: paints.bold }));
  const rows = items.map(item => [
    item.id.slice(0, 8),
    guestText(item),
    { text: item.state.replaceAll('_', ' '), paint: deletionPaint(item.state, paints) },
    item.endedAt === null ? `in ${leftText(item)}` : `ended ${timeText(item.endedAt)}`,
    item.requestedBy.map(({ name }) => name).join(', '),
    item.reason,
  ]);
  return table([head, ...rows]);
}

const leftText = ({ deadline }: Pick<DeletionRowView, 'deadline'>): string =>
  spanText(Math.max(0, Date.parse(deadline) - Date.now()));

/** Everything that one decides by. */
export function reportDeletion(request: DeletionView, paints: Paints): string[] {
  const { about, snapshot, decisions, you, lost } = request;
  return [
    ...properties([
      ['request', request.id],
      ['guest', guestText(request)],
      ['state', { text: request.state.replaceAll('_', ' '), paint: deletionPaint(request.state, paints) }],
      ['why', request.reason],
      [
        'asked for by',
        request.requestedBy.map(({ name, how, known }) => `${name} (${how}${known ? '' : ', none of our users'})`).join(', '),
      ],
      ['asked for', timeText(request.openedAt)],
      ['expires', request.endedAt === null ? `${timeText(request.deadline)}, in ${leftText(request)}` : null],
      [
        'ended',
        request.endedAt === null
          ? null
          : `${timeText(request.endedAt)}${request.endedBy === null ? '' : ` by ${request.endedBy}`}`,
      ],
      [
        'on the guest',
        request.leftSince === null
          ? null
          : `our tag, and what a hold changed, since ${timeText(request.leftSince)}: it may not be written to, or could not be reached`,
      ],
      ['node', request.node],
      ['digest', request.digest ?? 'the guest is being read'],
      ['approvals', `${decisions.filter(approvalOf(request)).length} of ${request.quorum}`],
      ['task', request.task],
    ]),
    ...section(
      'what keeps or ended it',
      request.reasons.map(({ code, message }) => `  ${plain(message)} ${paints.dim(code)}`),
    ),
    ...section('the guest, which an approval is about', valuesOf(about)),
    ...section('what else was there', valuesOf(snapshot)),
    ...section(
      'decisions',
      table(
        decisions.map(({ decidedAt, name, verdict, reason, effectiveAt }) => [
          `  ${timeText(decidedAt)}`,
          name,
          verdict,
          effectiveAt === null ? 'without effect' : '',
          reason ?? '',
        ]),
      ),
    ),
    ...section(
      'what a merged branch deleted in NetBox',
      table(lost.map(({ type, name, state, message }) => [`  ${type.split('.')[1] ?? type}`, name, state, message ?? ''])),
    ),
    ...section(
      'you',
      request.endedAt === null
        ? (['approve', 'reject', 'cancel'] as const).map(
            verdict => `  ${verdict}: ${you[verdict].allowed ? 'yes' : plain(you[verdict].message ?? 'no')}`,
          )
        : [],
    ),
  ];
}

const approvalOf =
  ({ round }: DeletionView) =>
  (decision: DeletionView['decisions'][number]): boolean =>
    decision.verdict === 'approve' && decision.round === round && decision.effectiveAt !== null;

/** Names and values, one under the other; what is nested as JSON. */
function valuesOf(values: Record<string, unknown> | null): string[] {
  if (values === null) return [];
  return properties(
    Object.entries(values).map(
      ([name, value]) => [`  ${name}`, typeof value === 'string' ? value : JSON.stringify(value)] as const,
    ),
  );
}

const section = (title: string, lines: string[]): string[] => (lines.length === 0 ? [] : ['', `${title}:`, ...lines]);
