import type { EndpointView } from '../../api/endpoints/schema';
import { properties } from '../output/table';
import { valueText } from '../runs/value-text';
import { timeText } from '../runs/times';

/** Everything about an endpoint, for people; the API tells no secret. */
export function reportEndpoint(endpoint: EndpointView): string[] {
  const { credentials, boundCluster } = endpoint;
  return properties([
    ['name', endpoint.name],
    ['id', endpoint.id],
    ['address', endpoint.url],
    ['certificate', certificateText(endpoint)],
    ['enabled', yesNo(endpoint.enabled)],
    ['read credential', credentialText(credentials.read)],
    ['writes to Proxmox', endpoint.allowWrites ? 'allowed' : 'never'],
    ['write credential', endpoint.allowWrites ? credentialText(credentials.write) : null],
    ['NetBox site', endpoint.siteSlug],
    ['NetBox cluster', endpoint.netboxClusterName],
    ['NetBox VRF', endpoint.netboxVrf],
    ['own settings', decided(endpoint) || 'none; those of the installation count'],
    ['bound to', boundCluster === null ? 'no cluster yet: the first sync binds it' : clusterText(boundCluster)],
    ['version', String(endpoint.version)],
    ['changed', timeText(endpoint.updatedAt)],
  ]);
}

function certificateText({ tls }: EndpointView): string {
  if (tls.mode === 'fingerprint') return `pinned to ${tls.fingerprint}`;
  return { verify: 'verified', insecure: 'NOT verified', ca: 'verified with its own authority' }[tls.mode];
}

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

const credentialText = (credential: EndpointView['credentials']['read']): string =>
  credential === null ? 'none' : `${credential.kind} ${credential.principal}`;

/** What the endpoint decides for itself. */
const decided = ({ policy }: EndpointView): string =>
  Object.entries(policy)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${valueText(value)}`]))
    .join(' ');

const clusterText = (cluster: Record<string, unknown>): string =>
  Object.entries(cluster)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(', ');
