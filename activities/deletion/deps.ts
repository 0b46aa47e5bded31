import type { NetBoxBranching } from '../../clients/netbox/branching/client';
import type { NetBoxClient } from '../../clients/netbox/client';
import type { ProxmoxClient } from '../../clients/proxmox/client';
import type { DeletionStore } from '../../database/deletion-store';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { SettingValues } from '../../domain/settings/register';
import type { WorkflowStanding } from '../../domain/lost-runs';
import type { AuditEntry, AuditResult } from '../../domain/audit/record';
import type { IntentAudit, IntentReader } from '../intent/deps';
import type { Explanation } from '../reflection/deps';

/** Proxmox as it is looked at before and after a guest is destroyed: with the read credential. */
export type DeletionReader = IntentReader &
  Pick<
    ProxmoxClient,
    'clusterStatus' | 'permissions' | 'snapshots' | 'replications' | 'haResources' | 'haGroupsOrRules' | 'backupJobs'
  >;

/** Proxmox as whoever marks, protects and destroys sees it: with the write credential. */
export type DeletionWriter = Pick<ProxmoxClient, 'request' | 'awaitTask' | 'nodeTasks' | 'close'>;

export interface DeletionAudit extends Pick<IntentAudit, 'begin' | 'complete'> {
  /** What happened and was no write of ours. */
  note(entry: AuditEntry, result?: AuditResult): Promise<void>;
}

export interface DeletionDeps {
  store: DeletionStore;
  /** A client with the read credential; the caller closes it. */
  openReading(endpoint: Endpoint): Promise<DeletionReader>;
  /** One with the write credential; undefined when the endpoint allows no changes, or has none. */
  openWriting(endpoint: Endpoint): Promise<DeletionWriter | undefined>;
  netbox: NetBoxClient;
  branching: Pick<NetBoxBranching, 'find'>;
  /** Where people reach our pages; undefined where nobody said it. */
  publicUrl: string | undefined;
  /** Whether there is a mail server: without one nobody is told personally. */
  mails: boolean;
  settings: {
    ofInstallation(): Promise<SettingValues>;
    ofEndpoint(endpoint: Endpoint): Promise<SettingValues>;
  };
  audit: DeletionAudit;
  /** What Temporal knows of the latest workflow with this id. */
  standingOf(workflowId: string): Promise<WorkflowStanding>;
  explain(error: unknown): Explanation;
}

/** What an attempt of an activity gives its work. */
export interface Attempt {
  beat: (what: string) => void;
  signal: AbortSignal;
}
