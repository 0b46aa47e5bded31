import type { EndpointListView, EndpointView } from '../../api/endpoints/schema';
import type { SettingListView, SettingView } from '../../api/settings/schema';
import type { ApiClient } from '../connection/client';

/** What people decide about an endpoint, without its secrets. */
export const endpointFields = [
  'url',
  'tls',
  'enabled',
  'allowWrites',
  'siteSlug',
  'netboxClusterName',
  'netboxVrf',
] as const satisfies readonly (keyof EndpointView)[];

/** An endpoint in the file. What is absent stays as it is; `settings` that are there are all that it decides. */
export type EndpointState = Partial<Pick<EndpointView, (typeof endpointFields)[number]>> & { settings?: Record<string, unknown> };

/** The file: what people decided. A part that is absent stays as it is. */
export interface State {
  version: 1;
  /** All that is decided for the installation: what is not here goes back to its default. */
  settings?: Record<string, unknown>;
  /** By name. Endpoints that are not here stay as they are. */
  endpoints?: Record<string, EndpointState>;
}

/** Only people switch these on, typing a phrase: no file does. */
export const byPeopleOnly: readonly string[] = ['netbox_to_proxmox_enabled', 'netbox_to_proxmox_typed_confirmation'];

/** The installation as it is. */
export interface Current {
  settings: SettingListView;
  endpoints: EndpointView[];
}

export async function readCurrent(api: ApiClient): Promise<Current> {
  const [settings, endpoints] = await Promise.all([
    api.get<SettingListView>('/settings'),
    api.collect<EndpointListView['items'][number]>('/endpoints', {}),
  ]);
  return { settings: settings.body, endpoints };
}

/** What the file says when it is written from the installation. */
export function stateOf({ settings, endpoints }: Current): State {
  return {
    version: 1,
    settings: decidedGlobally(settings.items),
    endpoints: Object.fromEntries(endpoints.map(endpoint => [endpoint.name, endpointState(endpoint)])),
  };
}

export const decidedGlobally = (items: readonly SettingView[]): Record<string, unknown> =>
  Object.fromEntries(
    items.flatMap(({ name, global }) => (global === null || byPeopleOnly.includes(name) ? [] : [[name, global]])),
  );

export const decidedByEndpoint = ({ policy }: Pick<EndpointView, 'policy'>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== null));

const endpointState = (endpoint: EndpointView): EndpointState => ({
  ...(Object.fromEntries(endpointFields.map(field => [field, endpoint[field]])) as Pick<
    EndpointView,
    (typeof endpointFields)[number]
  >),
  settings: decidedByEndpoint(endpoint),
});
