import packageJson from '../../package.json';
import type { ApiDependencies } from '../dependencies';
import { type ClockSkew, databaseSkew, temporalSkew } from '../system/clocks';
import { checkHealth } from '../system/health';
import { readinessOf } from '../../telemetry/readiness';
import { readinessChecks } from '../system/readiness';
import type { HealthView } from '../system/schema';
import type { GuardedPages } from './guarded-pages';
import { h, type Html } from './html/h';
import { sendPage } from './html/layout';
import { facts, heading, link, notice, row, section, table } from './html/parts';
import { badge } from './html/state';
import { duration } from './html/words';

const sentences: Record<HealthView['status'], readonly ['good' | 'warn' | 'bad', string]> = {
  ok: ['good', 'Everything that the service stands on answers, and workers take work.'],
  degraded: ['warn', 'No worker asks for work on some queue: runs can be started, and wait. Start a worker.'],
  unavailable: ['bad', 'Something that the service stands on does not answer. Pages may show less; nothing can be started.'],
};

/** One line about the state of the service, for pages that are about something else. */
export function healthNotice({ status }: HealthView): Html | null {
  if (status === 'ok') return null;
  const [tone, text] = sentences[status];
  return notice(tone, text, ' ', link('/ui/health', 'See its health'));
}

const part = (state: 'ok' | 'unreachable'): Html => (state === 'ok' ? badge('good', 'answers') : badge('bad', 'does not answer'));

export function healthPage({ on }: GuardedPages, dependencies: ApiDependencies): void {
  on('GET /ui/health', async (_req, res) => {
    const health = await checkHealth(dependencies);
    const temporalUp = health.temporal === 'ok';
    const [clocks, ready] = await Promise.all([
      Promise.all([
        databaseSkew(dependencies).catch(() => undefined),
        temporalUp ? temporalSkew(dependencies).catch(() => undefined) : undefined,
      ]),
      readinessOf(readinessChecks(dependencies)),
    ]);
    const { databaseEngine, temporalUi } = dependencies;
    const [tone, text] = sentences[health.status];
    sendPage(res, {
      title: 'Health',
      place: 'health',
      body: [
        heading('Health'),
        notice(tone, text),
        section(
          'Stands on',
          table(
            'What the service stands on',
            ['Part', 'State', 'Which'],
            [
              row('Pages and API', badge('good', 'answers'), `version ${packageJson.version}`),
              row(
                'PostgreSQL',
                part(health.database),
                databaseEngine === 'embedded' ? 'started by the service' : 'given by its address',
              ),
              row('Temporal', part(health.temporal), `namespace ${temporalUi.namespace}`),
            ],
          ),
        ),
        section(
          'Workers',
          table('Workers by task queue', ['Task queue', 'Workers', 'State'], Object.entries(health.pollers).map(queueRow)),
          h('p', { class: 'hint' }, 'Workers that asked for work within the last 90 seconds.'),
        ),
        section(
          'Clocks',
          table(
            'Clocks against the one of these pages',
            ['Clock', 'Against this one', 'State'],
            [clockRow('PostgreSQL', clocks[0]), clockRow('Temporal', clocks[1])],
          ),
          h(
            'p',
            { class: 'hint' },
            'Times on these pages are of three clocks. Temporal tells its time only by when it last heard of a worker: that it is behind is not seen here.',
          ),
        ),
        ready.problems.length > 0 &&
          section(
            'Not ready',
            table(
              'What is missing',
              ['Part', 'Problem'],
              ready.problems.map(({ part: name, problem }) => row(name, problem)),
            ),
          ),
        temporalUi.url !== undefined && section('Elsewhere', facts([['Temporal Web UI', link(temporalUi.url, temporalUi.url)]])),
      ],
    });
  });
}

const queueRow = ([queue, count]: [string, number | null]): Html =>
  row(
    h('code', null, queue),
    count ?? '–',
    count === null ? badge('calm', 'unknown') : count > 0 ? badge('good', 'takes work') : badge('warn', 'nobody takes work'),
  );

/** Clocks that differ by more than this make times on pages hard to compare, and tokens end early or late. */
const MOST_SKEW_MS = 2_000;

function clockRow(name: string, skew: ClockSkew | undefined): Html {
  if (skew === undefined) return row(name, '–', badge('calm', 'not measured'));
  const { ahead, within } = skew;
  const off = Math.abs(ahead) > MOST_SKEW_MS + (within ?? 0);
  return row(name, skewText(skew), off ? badge('warn', 'differs') : badge('good', 'agrees'));
}

function skewText({ ahead, within }: ClockSkew): string {
  const size = Math.round(Math.abs(ahead));
  if (within === null) return size === 0 ? 'not ahead' : `ahead by at least ${duration(size)}`;
  const bound = `±${duration(Math.max(1, within))}`;
  return size <= within ? `equal (${bound})` : `${duration(size)} ${ahead > 0 ? 'ahead' : 'behind'} (${bound})`;
}
