import { type Endpoint, listEndpoints } from '../../database/repositories/endpoints';
import { listRuns } from '../../database/repositories/run-reads';
import type { Identity } from '../auth/identity';
import type { ApiDependencies } from '../dependencies';
import { fullUpdateSchema } from '../runs/schema';
import { launchFullSync } from '../runs/launch';
import { scopeOf } from '../runs/scope';
import { summariseRun } from '../runs/view';
import { visiblePart } from '../runs/visible';
import { checkHealth } from '../system/health';
import { visibleSchedules } from '../schedules/routes';
import { viewSchedules } from '../schedules/view';
import { attentionOf, type EndpointNow } from './attention';
import { comingOf, troubledSchedules } from './coming';
import { orNull, typedOf } from './form-input';
import type { GuardedPages } from './guarded-pages';
import { healthNotice } from './health';
import { runChart } from './html/chart';
import { button } from './html/form';
import { h, type Html } from './html/h';
import { sendPage } from './html/layout';
import { empty, heading, link, row, section, table, tile } from './html/parts';
import { countOf, runTable, runTime, writtenOf } from './html/run-row';
import { badge, runBadge } from './html/state';
import { time } from './html/time';
import { duration } from './html/words';

const RECENT = 8;
/** Runs in the charts. */
const CHARTED = 24;

/** What is going on, at a glance, and the button that starts a sync. */
export function overviewPages({ on }: GuardedPages, dependencies: ApiDependencies): void {
  const { database, temporalUi } = dependencies;

  on('GET /ui', async (_req, res) => {
    const { caller, audit } = res.locals;
    const visible = caller.endpointsWith('view');
    const [health, all, recent, charted] = await Promise.all([
      checkHealth(dependencies),
      listEndpoints(database),
      listRuns(database, { on: visible }, { after: undefined, limit: RECENT }),
      listRuns(database, { on: visible, kind: 'full-sync' }, { after: undefined, limit: CHARTED }),
    ]);
    const schedules =
      health.temporal === 'ok'
        ? await viewSchedules(dependencies, audit, await visibleSchedules(dependencies, caller))
        : undefined;
    const endpoints = await Promise.all(
      all.filter(({ id }) => caller.permissions('view', id)).map(endpoint => lastSync(dependencies, endpoint)),
    );
    const guests = endpoints.reduce((sum, { last }) => sum + ((last && countOf(last.counts, 'guests')) ?? 0), 0);
    const attention = [...attentionOf(endpoints), ...troubledSchedules(schedules ?? [])];
    const chart = runChart(charted.runs.map(run => summariseRun(visiblePart(run, caller), temporalUi)));
    const live = recent.runs.some(({ state }) => state === 'running' || state === 'pending');
    sendPage(res, {
      title: 'Overview',
      place: 'overview',
      refresh: live ? 10 : undefined,
      body: [
        heading('Overview', endpoints.length > 0 && syncButtons(caller)),
        healthNotice(health),
        h(
          'div',
          { class: 'tiles' },
          tile('Endpoints', endpoints.length),
          tile('Guests at their last sync', guests.toLocaleString('en')),
          tile('Need attention', attention.length, attention.length > 0 ? 'warn' : 'good'),
          tile('Workers', health.temporal === 'ok' ? Math.max(...Object.values(health.pollers).map(count => count ?? 0)) : '–'),
        ),
        attention.length > 0 && section('Needs attention', h('ul', { class: 'attention' }, ...attention)),
        section('Endpoints', endpointsOf(endpoints, caller)),
        h(
          'div',
          { class: 'beside' },
          chart !== null && section('Last syncs', chart),
          visible.length > 0 && section('Next', comingOf(schedules, caller)),
        ),
        recent.runs.length > 0 &&
          section(
            'Recent runs',
            runTable(
              'Recent runs',
              recent.runs.map(run => summariseRun(visiblePart(run, caller), temporalUi)),
            ),
            h('p', null, link('/ui/runs', 'All runs')),
          ),
      ],
    });
  });

  on('POST /ui/sync', async (req, res) => {
    const { caller } = res.locals;
    const { endpoint, dryRun } = typedOf(req);
    const wanted = fullUpdateSchema.parse({ dryRun: dryRun === 'on', ...(orNull(endpoint) && { endpoints: [endpoint] }) });
    const runId = await launchFullSync(dependencies, res.locals, await scopeOf(database, wanted, caller));
    res.redirect(303, `/ui/runs/${runId}`);
  });
}

async function lastSync({ database }: Pick<ApiDependencies, 'database'>, endpoint: Endpoint): Promise<EndpointNow> {
  const filter = { endpoint: endpoint.id, kind: 'endpoint-sync', on: [endpoint.id] } as const;
  const { runs } = await listRuns(database, filter, { after: undefined, limit: 1 });
  return { endpoint, last: runs[0] };
}

const syncButtons = (caller: Identity): Html | null =>
  caller.endpointsWith('run_sync').length === 0
    ? null
    : h(
        'div',
        { class: 'actions' },
        button(caller, '/ui/sync', 'Dry run', { fields: { dryRun: 'on' } }),
        button(caller, '/ui/sync', 'Sync now', { tone: 'primary' }),
      );

function endpointsOf(endpoints: readonly EndpointNow[], caller: Identity): Html {
  if (endpoints.length === 0) {
    const may = caller.permissions('manage_endpoints');
    return empty(
      'There is no endpoint yet. ',
      may ? link('/ui/endpoints/new', 'Add your first Proxmox cluster') : 'Somebody who manages endpoints can add one.',
    );
  }
  return table(
    'Endpoints',
    ['Endpoint', 'Last sync', 'State', 'Took', 'Guests', 'Written', ''],
    endpoints.map(item => endpointRow(item, caller)),
  );
}

function endpointRow({ endpoint, last }: EndpointNow, caller: Identity): Html {
  const took =
    last && runTime({ startedAt: last.startedAt?.toISOString() ?? null, finishedAt: last.finishedAt?.toISOString() ?? null });
  return row(
    [link(`/ui/endpoints/${endpoint.id}`, endpoint.name), h('small', { class: 'under' }, endpoint.url)],
    last === undefined ? 'never' : time(last.startedAt ?? last.createdAt),
    !endpoint.enabled
      ? badge('calm', 'Disabled')
      : last === undefined
        ? badge('calm', 'No sync yet')
        : h('a', { href: `/ui/runs/${last.id}` }, runBadge(last.state)),
    took === undefined || took === null ? '–' : h('span', { class: 'whole' }, duration(took)),
    (last && countOf(last.counts, 'guests')) ?? '–',
    last === undefined ? '–' : writtenOf(last.counts),
    endpoint.enabled && caller.permissions('run_sync', endpoint.id)
      ? button(caller, '/ui/sync', 'Sync', { tone: 'quiet', fields: { endpoint: endpoint.id } })
      : '',
  );
}
