import type { NetBoxClient } from '../../clients/netbox/client';
import type { ProxmoxClient } from '../../clients/proxmox/client';
import type { ReflectionStore } from '../../database/reflection-store';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { RunRecord } from '../../database/repositories/run-records';
import type { ReflectionPolicy } from '../../domain/reflection/policy';
import type { RunReason } from '../../domain/run';
import type { SupportAhead } from './support-ahead';

/** Proxmox as reflection sees it: reads alone. */
export type ProxmoxReader = Pick<
  ProxmoxClient,
  | 'version'
  | 'permissions'
  | 'clusterStatus'
  | 'clusterResources'
  | 'clusterOptions'
  | 'nodes'
  | 'guestConfig'
  | 'guestStatus'
  | 'agentInterfaces'
  | 'agentHostName'
  | 'containerInterfaces'
  | 'close'
>;

/** What became of a call, in the operator's words. */
export interface Explanation {
  reason: RunReason;
  message: string;
  /** The same call may succeed later by itself. */
  retryable: boolean;
}

export interface ReflectionDeps {
  store: ReflectionStore;
  /** A client with the endpoint's read credential; reflection cannot get the other one. The caller closes it. */
  openProxmox(endpoint: Endpoint): Promise<ProxmoxReader>;
  /** One client for all runs of this process: it measures how much NetBox can take. */
  netbox: NetBoxClient;
  netboxUrl: string;
  /** Where people reach our pages; undefined where nobody said it. */
  publicUrl: string | undefined;
  supportAhead: SupportAhead;
  /** As the run's first activity found it: a change in the middle of a run holds for the next one. */
  policyOf(endpoint: Endpoint, run: Pick<RunRecord, 'id'>): Promise<ReflectionPolicy>;
  /** How many days the fields of a change that was not made are left alone. */
  holdDays(): Promise<number>;
  explain(error: unknown): Explanation;
  /** Objects in one bulk request. */
  batchSize: number;
  /** How long an unanswered write may still land. */
  settleMs: number;
}
