import packageJson from '../../package.json';
import type { ApiDependencies } from '../dependencies';
import { checkHealth } from '../system/health';
import type { HealthView } from '../system/schema';
import type { GuardedPages } from './guarded-pages';
import { h, type Html } from './html/h';
import { sendPage } from './html/layout';
import { facts, heading, link, notice, row, section, table } from './html/parts';
import { badge } from './html/state';

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
