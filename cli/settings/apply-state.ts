import type { EndpointView } from '../../api/endpoints/schema';
import type { ApiClient } from '../connection/client';
import { ifMatch } from '../connection/if-match';
import { type Comparison, type Difference, endpointNamed } from './compare';
import { type Current, endpointFields } from './state';

/** Makes the installation as the comparison says: settings first, then endpoint by endpoint. */
export async function applyState(
  api: ApiClient,
  { differences, create }: Comparison,
  current: Current,
  tell: (line: string) => void,
): Promise<void> {
  const global = differences.filter(({ endpoint }) => endpoint === null);
  if (global.length > 0) {
    await api.send('PATCH', '/settings', { body: valuesOf(global), headers: ifMatch(current.settings) });
    tell(`Changed ${global.length} setting(s) of the installation.`);
  }
  for (const name of new Set([...create, ...differences.flatMap(({ endpoint }) => endpoint ?? [])])) {
    const own = differences.filter(({ endpoint }) => endpoint === name);
    const body = {
      ...valuesOf(own.filter(isField)),
      ...(own.some(item => !isField(item)) && { policy: valuesOf(own.filter(item => !isField(item))) }),
    };
    const known = endpointNamed(current, name);
    if (known === undefined) await api.send<EndpointView>('POST', '/endpoints', { body: { name, ...body, enabled: false } });
    else await api.send<EndpointView>('PATCH', `/endpoints/${known.id}`, { body, headers: ifMatch(known) });
    tell(known === undefined ? `Made the endpoint ${name}, disabled.` : `Changed the endpoint ${name}.`);
  }
}

const isField = ({ name }: Difference): boolean => endpointFields.some(field => field === name);

const valuesOf = (differences: readonly Difference[]): Record<string, unknown> =>
  Object.fromEntries(differences.map(({ name, to }) => [name, to]));
