import type { RunSummaryView } from '../../runs/schema';
import { h, type Html } from './h';
import { link, row, table } from './parts';
import { runBadge } from './state';
import { time } from './time';
import { counted, duration } from './words';

/** What a run is, in few words. */
export function runTitle({ kind, endpoint, scope }: Pick<RunSummaryView, 'kind' | 'endpoint' | 'scope'>): string {
  if (kind === 'intent-apply')
    return scope.endpoints === undefined
      ? 'Changes of guests'
      : `Changes of guests on ${counted(scope.endpoints.length, 'endpoint')}`;
  const what =
    scope.confirms !== undefined ? 'Confirmed sync' : scope.relink === true ? 'Link again' : scope.dryRun ? 'Dry run' : 'Sync';
  if (endpoint !== null) return `${what} of ${endpoint.name ?? 'a deleted endpoint'}`;
  if (kind === 'full-sync' && scope.endpoints === undefined) return `${what} of all endpoints`;
  return `${what} of ${counted(scope.endpoints?.length ?? 0, 'endpoint')}`;
}

/** How long a run took, or takes so far. */
export function runTime({ startedAt, finishedAt }: Pick<RunSummaryView, 'startedAt' | 'finishedAt'>): number | null {
  if (startedAt === null) return null;
  return (finishedAt === null ? Date.now() : Date.parse(finishedAt)) - Date.parse(startedAt);
}

/** A count of a run that may not be there yet. */
export const countOf = (counts: Record<string, unknown>, name: string): number | null => {
  const count = counts[name];
  return typeof count === 'number' ? count : null;
};

/** Created, changed and deleted objects as `+12 ~3 −0`; a dash while nothing is known. */
export function writtenOf(counts: Record<string, unknown>): Html | string {
  const [created, updated, deleted] = ['created', 'updated', 'deleted'].map(name => countOf(counts, name));
  if (created === null && updated === null && deleted === null) return '–';
  const part = (sign: string, count: number | null | undefined, tone: string, word: string) =>
    h('span', { class: count ? tone : 'none', title: `${count ?? 0} ${word}` }, `${sign}${count ?? 0}`);
  return h(
    'span',
    { class: 'written' },
    part('+', created, 'good', 'created'),
    part('~', updated, 'busy', 'changed'),
    part('−', deleted, 'bad', 'deleted'),
  );
}

export function runTable(caption: string, runs: readonly RunSummaryView[]): Html {
  const heads = ['Run', 'State', 'Started', 'Took', 'Written', 'By'];
  return table(
    caption,
    heads,
    runs.map(run => {
      const took = runTime(run);
      return row(
        link(`/ui/runs/${run.id}`, runTitle(run)),
        runBadge(run.state),
        time(run.startedAt ?? run.createdAt),
        took === null ? '–' : h('span', { class: 'whole' }, duration(took)),
        writtenOf(run.counts),
        run.requestedBy,
      );
    }),
  );
}
