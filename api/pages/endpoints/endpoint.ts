import type { Identity } from '../../auth/identity';
import type { EndpointView } from '../../endpoints/schema';
import type { RunSummaryView } from '../../runs/schema';
import { runChart } from '../html/chart';
import { button } from '../html/form';
import { h, type Html } from '../html/h';
import { empty, facts, heading, link, section } from '../html/parts';
import { runTable } from '../html/run-row';
import { badge } from '../html/state';
import { time } from '../html/time';
import { readable } from '../html/words';
import { tlsWords } from './list';

export function endpointBody(endpoint: EndpointView, runs: readonly RunSummaryView[], caller: Identity): Html[] {
  const { id, name, enabled } = endpoint;
  const [manages, syncs] = [caller.permissions('manage_endpoints', id), caller.permissions('run_sync', id)];
  const chart = runChart(runs);
  return [
    heading(
      name,
      h('a', { class: 'button', href: `/ui/endpoints/${id}/settings` }, 'Settings'),
      manages && h('a', { class: 'button', href: `/ui/endpoints/${id}/edit` }, 'Change'),
      syncs && enabled && button(caller, `/ui/endpoints/${id}/test`, 'Test connection'),
      syncs && enabled && button(caller, '/ui/sync', 'Dry run', { fields: { endpoint: id, dryRun: 'on' } }),
      syncs && enabled && button(caller, '/ui/sync', 'Sync now', { tone: 'primary', fields: { endpoint: id } }),
    ),
    section('Endpoint', factsOf(endpoint)),
    section(
      'Last runs',
      chart,
      runs.length === 0 ? empty('This endpoint was never synchronised.') : runTable('Last runs', runs),
      runs.length > 0 && h('p', null, link(`/ui/runs?endpoint=${id}`, 'All its runs')),
    ),
    ...(manages || syncs ? [section('When things moved', ...repairs(endpoint, caller, manages, syncs))] : []),
  ];
}

function factsOf(endpoint: EndpointView): Html {
  const { tls, credentials, boundCluster } = endpoint;
  const principal = (credential: EndpointView['credentials']['read']) =>
    credential === null ? 'none' : [h('code', null, credential.principal), ` (${credential.kind}, secret stored)`];
  const bound = Object.entries(boundCluster ?? {}).filter(([, value]) => typeof value === 'string' && value !== '');
  return facts([
    ['Address', h('code', null, endpoint.url)],
    [
      'State',
      [
        endpoint.enabled ? badge('good', 'Enabled') : badge('calm', 'Disabled'),
        ' ',
        endpoint.allowWrites && badge('warn', 'Changes allowed'),
      ],
    ],
    ['Certificate checked by', tls.mode === 'insecure' ? badge('warn', tlsWords.insecure) : tlsWords[tls.mode]],
    ['Reads as', principal(credentials.read)],
    ['Writes as', principal(credentials.write)],
    ['Site in NetBox', endpoint.siteSlug ?? 'the default'],
    ['Cluster in NetBox', endpoint.netboxClusterName ?? 'as in Proxmox'],
    ['VRF in NetBox', endpoint.netboxVrf ?? 'global'],
    [
      'Bound to',
      boundCluster === null
        ? 'nothing yet: the first run binds it'
        : bound.map(([key, value]) => h('div', null, `${readable(key)}: `, h('code', null, String(value)))),
    ],
    ['Changed', time(endpoint.updatedAt)],
  ]);
}

function repairs({ id, name, enabled, version }: EndpointView, caller: Identity, manages: boolean, syncs: boolean): Html[] {
  const repair = (words: string, action: string, text: string, tone = '', fields = {}) =>
    h('div', { class: 'repair' }, h('p', null, words), button(caller, `/ui/endpoints/${id}/${action}`, text, { tone, fields }));
  return [
    ...(manages
      ? [
          repair(
            'Another cluster is behind the address, and you know it: forget the one that was first found there. The next run binds the endpoint to the one that it reaches.',
            'rebind',
            'Accept another cluster',
          ),
        ]
      : []),
    ...(syncs && enabled
      ? [
          repair(
            'NetBox was restored, or its objects were moved: forget which of them show these guests, and match them anew. The plan waits for your confirmation before anything is written.',
            'relink',
            'Link again',
          ),
        ]
      : []),
    ...(manages
      ? [
          repair(
            `Delete ${name} with its credentials and links. What it wrote to NetBox and its runs stay.`,
            'delete',
            'Delete the endpoint',
            'danger',
            { version: String(version) },
          ),
        ]
      : []),
  ];
}
