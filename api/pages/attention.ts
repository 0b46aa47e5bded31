import type { Endpoint } from '../../database/repositories/endpoints';
import type { RunRead } from '../../database/repositories/run-reads';
import { h, type Html } from './html/h';
import { link } from './html/parts';
import { badge, runBadge } from './html/state';

/** An endpoint with its last sync, if there was one. */
export interface EndpointNow {
  endpoint: Endpoint;
  last: RunRead | undefined;
}

/** What somebody should look at, the most urgent first: one line for each endpoint whose last sync did not simply succeed. */
export function attentionOf(endpoints: readonly EndpointNow[]): Html[] {
  const order = ['awaiting_confirmation', 'failed', 'partial'];
  const enabled = endpoints.filter(({ endpoint }) => endpoint.enabled);
  const waiting = enabled
    .flatMap(({ endpoint, last }) => (last !== undefined && order.includes(last.state) ? [{ endpoint, last }] : []))
    .toSorted((a, b) => order.indexOf(a.last.state) - order.indexOf(b.last.state))
    .map(({ endpoint, last }) =>
      h(
        'li',
        null,
        runBadge(last.state),
        link(`/ui/runs/${last.id}`, endpoint.name),
        h('span', null, last.message ?? last.reason),
      ),
    );
  const never = enabled
    .filter(({ last }) => last === undefined)
    .map(({ endpoint }) =>
      h(
        'li',
        null,
        badge('calm', 'No sync yet'),
        link(`/ui/endpoints/${endpoint.id}`, endpoint.name),
        h('span', null, 'Start a dry run first: it shows what would be written to NetBox, and writes nothing.'),
      ),
    );
  return [...waiting, ...never];
}
