import type { NetBoxClient } from '../../clients/netbox/client';
import type { ProxmoxClient } from '../../clients/proxmox/client';
import type { BindingOutcome, BoundCluster } from '../../database/repositories/bindings';
import type { EndpointProbe } from '../../database/repositories/endpoint-probes';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { ProbeProblem, ProbeResult } from '../../domain/endpoints/probe';

/** Proxmox as a test of its connection sees it. */
export type ProbedProxmox = Pick<
  ProxmoxClient,
  'version' | 'permissions' | 'clusterStatus' | 'clusterResources' | 'nodes' | 'close'
>;

export interface ProbeDeps {
  findProbe(id: string): Promise<EndpointProbe | undefined>;
  findEndpoint(id: string): Promise<Endpoint | undefined>;
  /** What a run would come to that binds the endpoint to this cluster. Nothing is bound. */
  judgeBinding(endpointId: string, cluster: BoundCluster): Promise<BindingOutcome | { outcome: 'unbound' }>;
  finishProbe(id: string, result: ProbeResult): Promise<void>;
  openReading(endpoint: Endpoint): Promise<ProbedProxmox>;
  /** Undefined when the endpoint allows no changes, or has no credential for them. */
  openWriting(endpoint: Endpoint): Promise<ProbedProxmox | undefined>;
  netbox: Pick<NetBoxClient, 'open' | 'allowedActions'>;
  explain(error: unknown): ProbeProblem;
}
