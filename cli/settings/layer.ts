import type { EndpointView } from '../../api/endpoints/schema';
import type { SettingListView, SettingView } from '../../api/settings/schema';
import { requireChoice } from '../choice';
import type { ApiClient } from '../connection/client';
import { ifMatch } from '../connection/if-match';
import { findEndpoint } from '../endpoints/find-endpoint';

/** Settings of the installation, or of one endpoint. */
export interface Layer {
  endpoint: EndpointView | undefined;
  items: SettingView[];
  version: number;
}

export async function readLayer(api: ApiClient, endpointName: string | undefined): Promise<Layer> {
  const endpoint = endpointName === undefined ? undefined : await findEndpoint(api, endpointName);
  const path = endpoint === undefined ? '/settings' : `/endpoints/${endpoint.id}/settings`;
  const { items, version } = (await api.get<SettingListView>(path)).body;
  return { endpoint, items, version };
}

/** What is absent stays; null goes back to what others decide. */
export async function writeLayer(api: ApiClient, { endpoint, version }: Layer, values: Record<string, unknown>): Promise<void> {
  const headers = ifMatch({ version });
  if (endpoint === undefined) await api.send('PATCH', '/settings', { body: values, headers });
  else await api.send('PATCH', `/endpoints/${endpoint.id}`, { body: { policy: values }, headers });
}

/** @throws UsageError with the nearest name. */
export function findSetting(items: readonly SettingView[], name: string): SettingView {
  const found = items.find(item => item.name === name);
  if (found !== undefined) return found;
  requireChoice(
    name,
    items.map(item => item.name),
    'setting',
    'proxbox settings list',
  );
  throw new Error(`${name} is listed and not found.`);
}
