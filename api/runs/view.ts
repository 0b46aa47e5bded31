import type { ApiDatabase, TemporalUi } from '../dependencies';
import { countFindings, listFindings } from '../../database/repositories/finding-reads';
import { type ChangeRead, countChanges, listChanges } from '../../database/repositories/plan-reads';
import { listChildren, type RunRead } from '../../database/repositories/run-reads';
import { sameValue } from '../../domain/reflection/values';
import { viewResults } from '../intent/view';
import type { ChangeView, RunSummaryView, RunView } from './schema';

/** How many refused objects and findings stand in a run's own answer. */
const EXAMPLES = 100;

/** A run with all that belongs to it. */
export async function viewRun(database: ApiDatabase, run: RunRead, ui: TemporalUi): Promise<RunView> {
  const first = { after: undefined, limit: EXAMPLES };
  const [intent, children, changeTotals, refused, findingTotals, findings] = await Promise.all([
    run.kind === 'intent-apply' ? viewResults(database, run.id) : null,
    listChildren(database, run.id),
    countChanges(database, run.id),
    listChanges(database, run.id, { state: 'refused' }, first),
    countFindings(database, run.id),
    listFindings(database, run.id, {}, first),
  ]);
  const refusedTotal = changeTotals.filter(({ state }) => state === 'refused').reduce((sum, { count }) => sum + count, 0);
  return {
    ...summariseRun(run, ui),
    netboxVersion: run.netboxVersion,
    planDigest: run.planDigest,
    confirmedBy: run.confirmedBy,
    confirmedAt: run.confirmedAt?.toISOString() ?? null,
    report: run.report,
    plan: { url: `/runs/${run.id}/plan`, totals: changeTotals },
    refused: { total: refusedTotal, items: refused.rows.map(viewChange) },
    findings: { url: `/runs/${run.id}/findings`, totals: findingTotals, items: findings.rows },
    intent,
    children: children.map(child => summariseRun(child, ui)),
  };
}

export const summariseRun = (run: RunRead, ui: TemporalUi): RunSummaryView => ({
  id: run.id,
  kind: run.kind,
  parentId: run.parentId,
  endpoint: run.endpoint,
  scope: run.scope,
  requestedBy: run.requestedBy,
  state: run.state,
  phase: run.phase,
  reason: run.reason,
  message: run.message,
  counts: run.counts,
  workflow: { id: run.workflowId, url: workflowUrl(run.workflowId, ui) },
  createdAt: run.createdAt.toISOString(),
  startedAt: run.startedAt?.toISOString() ?? null,
  finishedAt: run.finishedAt?.toISOString() ?? null,
});

/** A plan row field by field; of an update only the fields that differ. */
export function viewChange({ before, after, ...row }: ChangeRead): ChangeView {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const shown = row.action === 'update' ? names.filter(name => !sameValue(before[name], after[name])) : names;
  return { ...row, fields: shown.map(field => ({ field, before: before[field] ?? null, after: after[field] ?? null })) };
}

function workflowUrl(workflowId: string, { url, namespace }: TemporalUi): string | null {
  if (url === undefined) return null;
  return `${url.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
