import type { RunView } from '../../runs/schema';
import { timeLine } from '../html/chart';
import { h, type Html } from '../html/h';
import { facts, heading, link, notice, section, tile } from '../html/parts';
import { countOf, runTable, runTime, runTitle } from '../html/run-row';
import { runBadge } from '../html/state';
import { time } from '../html/time';
import { duration, readable } from '../html/words';
import type { RunActions } from './actions';
import { findingsOf, refusedOf } from './outcome';
import { stagesOf } from './stages';

export const isLive = ({ state }: Pick<RunView, 'state'>): boolean => state === 'pending' || state === 'running';

export const runBody = (run: RunView, { cancel, confirm }: RunActions): (Html | null)[] => [
  heading(runTitle(run), cancel, link(`/ui/runs/${run.id}/plan`, 'Plan'), temporalLink(run)),
  confirm,
  progress(run),
];

/** What changes while the run is at work; while it is, the browser asks for it again. */
export function progress(run: RunView): Html {
  const live = isLive(run);
  return h(
    'div',
    {
      id: 'progress',
      'aria-live': 'polite',
      'hx-get': live ? `/ui/runs/${run.id}/progress` : null,
      'hx-trigger': live ? 'every 1500ms' : null,
      'hx-swap': live ? 'outerHTML' : null,
    },
    run.message !== null && run.state !== 'awaiting_confirmation' && notice(toneOf(run), run.message),
    run.kind === 'endpoint-sync' && stagesOf(run),
    section('Run', factsOf(run)),
    tiles(run),
    run.children.length > 0 && section('Endpoints of this run', runTable('Endpoints of this run', run.children)),
    timeLineOf(run),
    refusedOf(run),
    findingsOf(run),
  );
}

function factsOf(run: RunView): Html {
  const took = runTime(run);
  return facts([
    ['State', runBadge(run.state)],
    ...(run.reason === null ? [] : [['Why', readable(run.reason)] as const]),
    ['Asked for by', run.requestedBy],
    ['Asked for', time(run.createdAt)],
    ['Started', time(run.startedAt)],
    ['Ended', time(run.finishedAt)],
    ['Took', took === null ? '–' : duration(took)],
    ...(run.endpoint === null
      ? []
      : [['Endpoint', link(`/ui/endpoints/${run.endpoint.id}`, run.endpoint.name ?? 'deleted')] as const]),
    ...(run.parentId === null ? [] : [['Part of', link(`/ui/runs/${run.parentId}`, 'a full sync')] as const]),
    ...(run.netboxVersion === null ? [] : [['NetBox', run.netboxVersion] as const]),
  ]);
}

const shown = [
  ['guests', 'Guests', ''],
  ['created', 'Created', 'good'],
  ['updated', 'Changed', 'busy'],
  ['deleted', 'Deleted', 'bad'],
  ['refused', 'Refused by NetBox', 'bad'],
  ['skipped', 'Skipped', 'warn'],
  ['notReflected', 'Not reflected', 'warn'],
  ['newConflicts', 'New conflicts', 'warn'],
] as const;

function tiles({ counts }: RunView): Html | null {
  const known = shown.flatMap(([name, label, tone]) => {
    const count = countOf(counts, name);
    return count === null ? [] : [tile(label, count.toLocaleString('en'), count > 0 ? tone : 'none')];
  });
  return known.length === 0 ? null : h('div', { class: 'tiles' }, ...known);
}

function timeLineOf(run: RunView): Html | null {
  const line = timeLine(run.children.length > 0 ? run.children : [run]);
  return line && section('Time line', line);
}

const toneOf = ({ state }: RunView): 'good' | 'warn' | 'bad' | 'calm' =>
  state === 'failed' ? 'bad' : state === 'partial' ? 'warn' : state === 'completed' ? 'good' : 'calm';

const temporalLink = ({ workflow }: RunView): Html | null =>
  workflow.url === null ? null : h('a', { href: workflow.url, rel: 'noreferrer', class: 'out' }, 'Temporal Web UI');
