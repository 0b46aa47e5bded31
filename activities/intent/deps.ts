import type { NetBoxBranching } from '../../clients/netbox/branching/client';
import type { NetBoxClient } from '../../clients/netbox/client';
import type { SnippetFolders } from '../../clients/snippets/folders';
import type { ProxmoxClient } from '../../clients/proxmox/client';
import type { AuditOutcome } from '../../database/audit-chain';
import type { IntentStore } from '../../database/intent-store';
import type { IntentFilter } from '../../database/repositories/audit';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { AuditActor, AuditEntry, AuditRow } from '../../domain/audit/record';
import type { WorkflowStanding } from '../../domain/lost-runs';
import type { SettingValues } from '../../domain/settings/register';
import type { NetBoxHook } from './netbox-hook';
import type { Explanation } from '../reflection/deps';

/** Proxmox as plans and rechecks see it. */
export type IntentReader = Pick<
  ProxmoxClient,
  | 'clusterResources'
  | 'nodes'
  | 'nodeNetwork'
  | 'nodeStorages'
  | 'storageContent'
  | 'guestConfig'
  | 'guestPending'
  | 'guestStatus'
  | 'nodeTasks'
  | 'request'
  | 'close'
>;

/** Proxmox as the one activity sees it that writes. */
export type IntentWriter = Pick<ProxmoxClient, 'request' | 'awaitTask' | 'close'>;

/** The two rows around each write. */
export interface IntentAudit {
  /** Before the write; gives the row's number. */
  begin(entry: AuditEntry): Promise<number>;
  /** After it, also when another attempt wrote the first row. */
  complete(seq: number, outcome: AuditOutcome): Promise<void>;
  /** Rows before writes. */
  listIntents(filter: IntentFilter): Promise<Pick<AuditRow, 'seq' | 'action'>[]>;
  /** What happened and was no write of ours. */
  note(entry: AuditEntry): Promise<void>;
  /** Who asked our API to apply what a run applies; undefined for a merge. */
  whoApplied(runId: string): Promise<AuditActor | undefined>;
}

export interface IntentDeps {
  store: IntentStore;
  /** A client with the read credential; the caller closes it. */
  openReading(endpoint: Endpoint): Promise<IntentReader>;
  /** One with the write credential; undefined when the endpoint allows no changes, or has none. */
  openWriting(endpoint: Endpoint): Promise<IntentWriter | undefined>;
  netbox: NetBoxClient;
  branching: NetBoxBranching;
  netboxUrl: string;
  /** Has NetBox call us when a branch is merged; `no-public-url`: nobody said how NetBox reaches us. */
  installHook(): Promise<NetBoxHook | { kind: 'no-public-url' }>;
  /** Aborted when this process stops: what waits without end hands over to another one. */
  stopping: AbortSignal;
  /** What Temporal knows of the latest workflow with this id. */
  standingOf(workflowId: string): Promise<WorkflowStanding>;
  /** Of the workflow of a run. */
  workflowIdOf(runId: string): string;
  /** Of the workflow of a merge. */
  mergeWorkflowIdOf(mergeId: string): string;
  settings: {
    ofInstallation(): Promise<SettingValues>;
    ofEndpoint(endpoint: Endpoint): Promise<SettingValues>;
  };
  /** A stored secret of a plan. */
  openSecret(planId: string, id: string): Promise<string | undefined>;
  /** Stores one, until the plan's run has ended or the plan is forgotten. */
  keepSecret(planId: string, secret: { id: string; plain: string }): Promise<void>;
  /** Where files of cloud-init are written. */
  snippets: SnippetFolders;
  audit: IntentAudit;
  explain(error: unknown): Explanation;
}
