import type { EndpointListView, EndpointView } from '../../api/endpoints/schema';
import { requireChoice } from '../choice';
import type { ApiClient } from '../connection/client';

export const listEndpoints = async (api: ApiClient): Promise<EndpointView[]> =>
  (await api.get<EndpointListView>('/endpoints')).body.items;

/**
 * By name, in any case, or by id.
 * @throws UsageError with the nearest name.
 */
export async function findEndpoint(api: ApiClient, wanted: string): Promise<EndpointView> {
  const endpoints = await listEndpoints(api);
  const found =
    endpoints.find(({ id }) => id === wanted.toLowerCase()) ??
    endpoints.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return found;
  requireChoice(
    wanted,
    endpoints.map(({ name }) => name),
    'endpoint',
    'proxbox endpoint list',
  );
  throw new Error('An endpoint has two spellings.');
}
