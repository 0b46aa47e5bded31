import type { JsonObject } from '../../json';

/** The site that a scoped object (cluster, prefix) lies in, or null. Only sites are modelled as scopes. */
export function siteOfScope(values: Readonly<JsonObject>): number | null {
  const id = values['scope_id'];
  return values['scope_type'] === 'dcim.site' && typeof id === 'number' ? id : null;
}

/** Content types that NetBox accepts as the scope of clusters and prefixes. */
export const LOCATION_SCOPES = ['dcim.region', 'dcim.sitegroup', 'dcim.site', 'dcim.location'];
