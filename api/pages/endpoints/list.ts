import type { Identity } from '../../auth/identity';
import type { EndpointView } from '../../endpoints/schema';
import { h, type Html } from '../html/h';
import { empty, heading, link, row, section, table } from '../html/parts';
import { badge } from '../html/state';

export const tlsWords: Record<EndpointView['tls']['mode'], string> = {
  verify: 'trusted authorities',
  ca: 'an authority of its own',
  fingerprint: 'its fingerprint',
  insecure: 'not checked',
};

export function endpointListBody(endpoints: readonly EndpointView[], caller: Identity): Html[] {
  const add =
    caller.permissions('manage_endpoints') && h('a', { class: 'button primary', href: '/ui/endpoints/new' }, 'Add an endpoint');
  return [
    heading('Endpoints', add),
    section(
      'Proxmox clusters and hosts',
      endpoints.length === 0
        ? empty('There is none yet.')
        : table('Endpoints', ['Endpoint', 'Address', 'Certificate checked by', 'Reads as', 'State'], endpoints.map(endpointRow)),
    ),
  ];
}

const endpointRow = ({ id, name, url, tls, credentials, enabled, allowWrites }: EndpointView): Html =>
  row(
    link(`/ui/endpoints/${id}`, name),
    h('code', null, url),
    tls.mode === 'insecure' ? badge('warn', tlsWords.insecure) : tlsWords[tls.mode],
    credentials.read?.principal ?? '–',
    [enabled ? badge('good', 'Enabled') : badge('calm', 'Disabled'), ' ', allowWrites && badge('warn', 'Changes allowed')],
  );
