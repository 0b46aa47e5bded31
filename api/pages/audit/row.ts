import type { AuditRow } from '../../../domain/audit/record';
import { h, type Html } from '../html/h';
import { facts, heading, link, notice, section } from '../html/parts';
import { time } from '../html/time';
import { actionText, type Names, objectOf, resultBadge, whoText } from './words';

/** A row of the log, with the other half of the same act: the outcome of an intent, or the intent of an outcome. */
export function auditRowBody(row: AuditRow, other: AuditRow | undefined, names: Names): (Html | null)[] {
  const { seq, phase, actor, runId, endpointId, reason } = row;
  const digests = {
    before: row.beforeDigest ?? other?.beforeDigest ?? null,
    after: row.afterDigest ?? other?.afterDigest ?? null,
  };
  return [
    heading(`Row ${seq}: ${actionText(row.action)}`, resultBadge(row), link('/ui/audit', 'Whole log')),
    reason === null ? null : notice(row.result === 'succeeded' ? 'calm' : 'warn', reason),
    section(
      'What was noted',
      facts([
        ['When', time(row.time)],
        ['Who', whoText(row)],
        ...(actor.label === null ? [] : [['Says it is', actor.label] as const]),
        ['About', objectOf(row, names)],
        ...(endpointId === null
          ? []
          : [['Endpoint', link(`/ui/endpoints/${endpointId}`, names.get(endpointId) ?? endpointId)] as const]),
        ...(runId === null ? [] : [['Run', link(`/ui/runs/${runId}`, runId)] as const]),
        ['Kind of row', phases[phase]],
        ...otherHalf(row, other),
        ...(row.requestId === null ? [] : [['Request', h('code', null, row.requestId)] as const]),
      ]),
    ),
    section(
      'What changed',
      facts([
        ['Digest before', digestText(digests.before)],
        ['Digest after', digestText(digests.after)],
      ]),
      digests.before !== null &&
        digests.before === digests.after &&
        h('p', { class: 'hint' }, 'Both are equal: it is as it was.'),
    ),
    section('Detail', detailOf({ ...other?.detail, ...row.detail })),
    section(
      'Seal',
      facts([
        ['Hash of this row', h('code', null, row.hash)],
        ['Hash of the row before', h('code', null, row.previous)],
        ['Under the key', h('code', null, row.keyId)],
      ]),
    ),
  ];
}

const phases: Record<AuditRow['phase'], string> = {
  intent: 'intent: written before it was done',
  outcome: 'outcome: written after it was done',
  event: 'event: something that happened',
};

function otherHalf({ phase }: AuditRow, other: AuditRow | undefined): [string, Html | string][] {
  if (phase === 'event') return [];
  const name = phase === 'intent' ? 'What came of it' : 'Begun as';
  if (other === undefined) return [[name, 'not known: nothing was written after it']];
  return [
    [name, h('span', null, link(`/ui/audit/${other.seq}`, `row ${other.seq}`), ' ', phase === 'intent' && resultBadge(other))],
  ];
}

const digestText = (digest: string | null): Html | string => (digest === null ? 'none' : h('code', null, digest));

const detailOf = (detail: AuditRow['detail']): Html =>
  Object.keys(detail).length === 0
    ? h('p', { class: 'empty' }, 'Nothing more was noted.')
    : h('pre', { class: 'detail', tabindex: 0 }, JSON.stringify(detail, null, 2));
