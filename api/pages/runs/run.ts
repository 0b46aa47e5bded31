import type { RunView } from '../../runs/schema';
import { runEventNames } from '../../../domain/run-events';
import { h, type Html } from '../html/h';
import { facts, heading, link, notice, section, tile } from '../html/parts';
import { countOf, runTable, runTime, runTitle } from '../html/run-row';
import { runBadge } from '../html/state';
import { timeLine } from '../html/time-line';
import { time } from '../html/time';
import { duration, readable } from '../html/words';
import type { RunActions } from './actions';
import { resultsOf } from '../intent/results';
import { findingsOf, refusedOf } from './outcome';
import { stagesOf } from './stages';
import { newsOf, type RunStory } from './story';

export const isLive = ({ state }: Pick<RunView, 'state'>): boolean => state === 'pending' || state === 'running';

export const runBody = (run: RunView, story: RunStory, { steer, cancel, confirm }: RunActions): (Html | null)[] => [
  heading(runTitle(run), steer, cancel, planLink(run), temporalLink(run)),
  confirm,
  isLive(run) ? liveNews(run) : null,
  progress(run, story),
];

const planLink = ({ id, intent }: RunView): Html =>
  link(intent === null ? `/ui/runs/${id}/plan` : `/ui/intent/plans/${intent.planId}`, 'Plan');

/** Hears of news while the run is at work, and says so to the rest of the page. */
const liveNews = ({ id }: RunView): Html =>
  h('div', { id: 'news', hidden: true, 'hx-sse:connect': `/runs/${id}/events`, 'hx-sse:close': 'complete' });

/** What changes while the run is at work; the browser asks for it again when there is news, and now and then in case it hears of none. */
export function progress(run: RunView, story: RunStory): Html {
  const live = isLive(run);
  return h(
    'div',
    {
      id: 'progress',
      'aria-live': 'polite',
      'hx-get': live ? `/ui/runs/${run.id}/progress` : null,
      'hx-trigger': live ? refreshOn : null,
      'hx-swap': live ? 'outerHTML' : null,
    },
    run.message !== null && run.state !== 'awaiting_confirmation' && notice(toneOf(run), run.message),
    run.kind === 'endpoint-sync' && stagesOf(run, story),
    resultsOf(run),
    section('Run', factsOf(run)),
    run.intent === null ? tiles(run) : null,
    run.children.length > 0 && section('Endpoints of this run', runTable('Endpoints of this run', run.children)),
    run.intent === null ? timeLineOf(run, story) : null,
    newsOf(run, story, live ? 8 : 15),
    refusedOf(run),
    findingsOf(run),
  );
}

/** Many at once count as one; one that comes while an answer is on its way is lost, so it also asks by the clock. */
const refreshOn = [...runEventNames.map(name => `${name} from:#news throttle:1s`), 'every 2s'].join(', ');

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
    ...(run.parentId === null
      ? []
      : [
          [
            'Part of',
            link(`/ui/runs/${run.parentId}`, run.scope.guests === undefined ? 'a full sync' : 'a run of changes'),
          ] as const,
        ]),
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

function timeLineOf(run: RunView, { steps }: RunStory): Html | null {
  const line = timeLine(run.children.length > 0 ? run.children : [run], steps);
  return line && section('Time line', line);
}

const toneOf = ({ state }: RunView): 'good' | 'warn' | 'bad' | 'calm' =>
  state === 'failed' ? 'bad' : state === 'partial' ? 'warn' : state === 'completed' ? 'good' : 'calm';

const temporalLink = ({ workflow }: RunView): Html | null =>
  workflow.url === null ? null : h('a', { href: workflow.url, rel: 'noreferrer', class: 'out' }, 'Temporal Web UI');
