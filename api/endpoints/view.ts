import type { Queryable } from '../../database/queryable';
import { type CredentialPurpose, type CredentialSummary, summariseCredentials } from '../../database/repositories/credentials';
import type { Endpoint } from '../../database/repositories/endpoints';
import { viewPolicy } from './policy';
import type { EndpointView } from './schema';

export async function viewEndpoints(db: Queryable, endpoints: readonly Endpoint[]): Promise<EndpointView[]> {
  const credentials = await summariseCredentials(
    db,
    endpoints.map(({ id }) => id),
  );
  return endpoints.map(endpoint => viewEndpoint(endpoint, credentials));
}

function viewEndpoint(endpoint: Endpoint, credentials: CredentialSummary[]): EndpointView {
  const own = (purpose: CredentialPurpose): EndpointView['credentials']['read'] => {
    const found = credentials.find(({ endpointId, purpose: its }) => endpointId === endpoint.id && its === purpose);
    return found === undefined ? null : { kind: found.kind, principal: found.principal, set: true };
  };
  return {
    ...endpoint,
    policy: viewPolicy(endpoint.policy),
    credentials: { read: own('read'), write: own('write') },
    createdAt: endpoint.createdAt.toISOString(),
    updatedAt: endpoint.updatedAt.toISOString(),
  };
}
