import type { RunSummaryView, RunView } from '../../api/runs/schema';
import type { Paint, Paints } from '../output/colors';
import { resultLines } from '../intent/states';
import { properties, table } from '../output/table';
import { adviceFor } from './advice';
import { summariseChanges } from './changes';
import { countsText } from './progress';
import { type RunState, isOpen, stageText, stateText } from './states';
import { durationText, timeText } from './times';

/** At most so many refused objects stand in a report. */
const EXAMPLES = 10;

export const statePaint = (state: RunState, paints: Paints): Paint => {
  if (state === 'completed') return paints.green;
  if (state === 'failed') return paints.red;
  return state === 'pending' || state === 'running' ? paints.bold : paints.yellow;
};

/** Everything about a run, for people. */
export function reportRun(run: RunView, paints: Paints): string[] {
  return [
    ...properties([
      ['run', run.id],
      ['what', whatOf(run)],
      ['state', { text: isOpen(run) ? stageText(run) : stateText(run.state), paint: statePaint(run.state, paints) }],
      ['message', run.message],
      ['requested by', run.requestedBy],
      ['started', timeText(run.createdAt)],
      ['took', durationText(run)],
      ['confirmed by', run.confirmedBy],
      ['NetBox', run.netboxVersion],
      ['changes', run.intent === null ? summariseChanges(run.plan.totals) : null],
      ['plan', run.intent === null ? null : `proxbox plan show ${run.intent.planId}`],
      ['counts', countsText(run.counts) || null],
      ['workflow', run.workflow.url ?? run.workflow.id],
    ]),
    ...section('endpoints', table(run.children.map(child => endpointRow(child, paints)))),
    ...section('guests', run.intent === null ? [] : resultLines(run.intent, paints)),
    ...section('refused by NetBox', refusedLines(run)),
    ...section('findings', table(run.findings.totals.map(({ severity, code, count }) => [`  ${severity}`, code, String(count)]))),
    ...section('next', adviceLines(run)),
  ];
}

/** `all endpoints (dry run)` */
export function whatOf({ kind, endpoint, scope }: RunSummaryView): string {
  const where =
    endpoint !== null
      ? (endpoint.name ?? endpoint.id)
      : scope.endpoints === undefined
        ? 'all endpoints'
        : `${scope.endpoints.length} endpoint(s)`;
  const marks = [
    ...(scope.dryRun === true ? ['dry run'] : []),
    ...(scope.relink === true ? ['relink'] : []),
    ...(scope.confirms !== undefined ? ['confirmed'] : []),
    ...(scope.kinds !== undefined ? [scope.kinds.join(', ')] : []),
  ];
  if (kind === 'intent-apply') return `changes of guests${scope.endpoints === undefined ? '' : ` on ${where}`}`;
  const what = kind === 'full-sync' ? `sync of ${where}` : where;
  return what + (marks.length > 0 ? ` (${marks.join('; ')})` : '');
}

function endpointRow(child: RunSummaryView, paints: Paints): (string | { text: string; paint: Paint })[] {
  const { id, endpoint, state, message, counts } = child;
  const shown = [countsText(counts), message ?? ''].filter(text => text !== '').join('. ');
  return [
    `  ${endpoint?.name ?? endpoint?.id ?? ''}`,
    { text: stageText(child), paint: statePaint(state, paints) },
    { text: id, paint: paints.dim },
    shown,
  ];
}

function refusedLines({ id, refused: { total, items } }: RunView): string[] {
  const shown = items.slice(0, EXAMPLES);
  const rows = table(shown.map(({ kind, label, error }) => [`  ${kind}`, label, error?.text ?? '']));
  return total > shown.length ? [...rows, `  … and ${total - shown.length} more: proxbox run plan ${id} --state refused`] : rows;
}

/** A sync of several endpoints is as it is because of them. */
function adviceLines(run: RunView): string[] {
  const causes = run.children.some(({ reason }) => reason !== null) ? run.children : [run];
  const lines = causes.flatMap(each => (isOpen(each) || each.reason === null ? [] : [adviceFor(each)]));
  return [...new Set(lines)].flatMap(line => (line === undefined ? [] : [`  ${line}`]));
}

const section = (title: string, lines: string[]): string[] => (lines.length === 0 ? [] : ['', `${title}:`, ...lines]);
