import { parseGuestConfig, type GuestConfig } from '../../domain/proxmox/guest-config';
import type { Permissions } from '../../domain/proxmox/permissions';
import {
  parseClusterOptions,
  parseClusterResources,
  parseClusterStatus,
  parseNodes,
  parsePermissions,
  parsePools,
  parseVersion,
  type ClusterOptions,
  type ClusterResources,
  type ClusterStatus,
  type NodeRow,
  type Pool,
  type Version,
} from './answers/cluster';
import {
  parseAgentHostName,
  parseAgentInterfaces,
  parseContainerInterfaces,
  parseGuestStatus,
  parsePending,
  parseSnapshots,
  type GuestInterface,
  type GuestRef,
  type GuestStatus,
  type PendingKey,
  type SnapshotList,
} from './answers/guest';
import {
  parseBackupJobs,
  parseHaGroups,
  parseHaResources,
  parseHaRules,
  parseHaStatus,
  parseReplications,
  type BackupJob,
  type HaPlacement,
  type HaResource,
  type HaStatusRow,
  type ReplicationJob,
} from './answers/jobs';
import { parseNodeNetwork, parseNodeStatus, type NodeInterface, type NodeStatus } from './answers/node';
import {
  parseNodeStorages,
  parseStorageContent,
  parseStorages,
  type NodeStorage,
  type StorageDefinition,
  type StorageVolume,
} from './answers/storage';
import { parseTaskLog, parseTasks, parseTaskStatus, type TaskLog, type TaskRow, type TaskStatus } from './answers/task';
import { agentAnswer, type AgentAnswer } from './agent-answer';
import { awaitTask, type AwaitTaskOptions, type TaskResult } from './await-task';
import { Connection, type ApiMethod, type CallSettings } from './connection';
import { ProxmoxNotImplementedError, ProxmoxRefusedError, ProxmoxResponseError } from './errors';
import { asObject, type Envelope } from './envelope';
import { ShapeError } from './fields';
import { resolveOptions, type ProxmoxClientOptions } from './options';
import { apiPath, type Parameters } from './request-parts';
import { nodeOfTask } from './task-node';

export interface CallOptions {
  /** Ends the wait. A read then fails with the signal's reason, a write that was sent with `ProxmoxUnknownOutcomeError`. */
  readonly signal?: AbortSignal;
}

export interface RequestOptions extends CallOptions {
  /** Instead of the client's `timeoutMs`. */
  readonly timeoutMs?: number;
}

/** What a task list is narrowed to; times in seconds since 1970. Without `source` running tasks are left out. */
export interface TaskFilter {
  readonly vmid?: number;
  /** Exactly this type. */
  readonly typefilter?: string;
  readonly since?: number;
  readonly until?: number;
  readonly source?: 'archive' | 'active' | 'all';
  /** Default 50. */
  readonly limit?: number;
  readonly start?: number;
}

/** One Proxmox endpoint. Every failure is a `ProxmoxError`, or the reason of the caller's own signal. */
export type ProxmoxClient = ReturnType<typeof createProxmoxClient>;

/** Connects lazily; throws `RangeError` for options that cannot work. Call `close` at the end. */
export function createProxmoxClient(options: ProxmoxClientOptions) {
  const settings = resolveOptions(options);
  const connection: Connection = new Connection(settings, async () => (await nodes()).map(row => row.node));

  async function read<T>(
    path: string,
    parse: (answer: Envelope) => T,
    parameters: Parameters = {},
    call: CallSettings = {},
  ): Promise<T> {
    const answer = await connection.call('GET', path, parameters, call);
    try {
      return parse(answer);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new ProxmoxResponseError({ method: 'GET', path }, `the answer has an unexpected shape: ${error.message}`);
    }
  }

  const reader =
    <T>(path: string, parse: (data: unknown) => T) =>
    (call: CallOptions = {}): Promise<T> =>
      read(path, answer => parse(answer.data), {}, call);

  const nodeReader =
    <T>(tail: string, parse: (data: unknown) => T) =>
    (node: string, call: CallOptions = {}): Promise<T> =>
      read(apiPath`/nodes/${node}` + tail, answer => parse(answer.data), {}, call);

  const guestReader =
    <T>(tail: string, parse: (data: unknown) => T, how: CallSettings = {}) =>
    (guest: GuestRef, call: CallOptions = {}): Promise<T> =>
      read(guestPath(guest) + tail, answer => parse(answer.data), {}, { ...how, ...call });

  async function nodes(call: CallOptions = {}): Promise<NodeRow[]> {
    const rows = await read('/nodes', answer => parseNodes(answer.data), {}, call);
    connection.nodes.learn(rows.map(row => row.node));
    return rows;
  }

  const slow: CallSettings = { lane: 'slow', timeoutMs: settings.agentTimeoutMs };
  const agentInterfaces = guestReader('/agent/network-get-interfaces', parseAgentInterfaces, slow);
  const agentHostName = guestReader('/agent/get-host-name', parseAgentHostName, slow);
  const haRules = reader('/cluster/ha/rules', parseHaRules);
  const haGroups = reader('/cluster/ha/groups', parseHaGroups);

  const taskStatus = (upid: string, call: CallOptions = {}): Promise<TaskStatus> =>
    read(taskPath(upid) + '/status', answer => parseTaskStatus(answer.data), {}, call);

  const taskLog = (upid: string, range: { start?: number; limit?: number } = {}, call: CallOptions = {}): Promise<TaskLog> =>
    read(taskPath(upid) + '/log', answer => parseTaskLog(answer.data, answer.total), { ...range }, call);

  return {
    version: reader<Version>('/version', parseVersion),
    /** The caller's own rights: path → privilege → whether it propagates. */
    permissions: reader<Permissions>('/access/permissions', parsePermissions),
    clusterStatus: reader<ClusterStatus>('/cluster/status', parseClusterStatus),
    /** Nodes, guests, storages and pools in one call; what the caller may not see is left out silently. */
    clusterResources: reader<ClusterResources>('/cluster/resources', parseClusterResources),
    clusterOptions: reader<ClusterOptions>('/cluster/options', parseClusterOptions),
    nodes,
    nodeStatus: nodeReader<NodeStatus>('/status', parseNodeStatus),
    nodeNetwork: nodeReader<NodeInterface[]>('/network', parseNodeNetwork),

    /** With pending changes merged in; with `current` the values that are in effect. */
    guestConfig: (guest: GuestRef, which: { readonly current?: boolean } = {}, call: CallOptions = {}): Promise<GuestConfig> =>
      read(
        guestPath(guest) + '/config',
        answer => parseGuestConfig(guest.kind, configObject(answer.data)),
        which.current ? { current: true } : {},
        call,
      ),
    guestPending: guestReader<PendingKey[]>('/pending', parsePending),
    guestStatus: guestReader<GuestStatus>('/status/current', parseGuestStatus),
    snapshots: guestReader<SnapshotList>('/snapshot', parseSnapshots),
    /** QEMU. Ask only for running guests whose `agent` is enabled: a dead agent holds a worker of the node for 3 s. */
    agentInterfaces: (guest: GuestRef, call: CallOptions = {}): Promise<AgentAnswer<GuestInterface[]>> =>
      agentAnswer(agentInterfaces(guest, call)),
    agentHostName: (guest: GuestRef, call: CallOptions = {}): Promise<AgentAnswer<string | null>> =>
      agentAnswer(agentHostName(guest, call)),
    /** LXC; `null` for a container that is stopped or not there. */
    containerInterfaces: guestReader<GuestInterface[] | null>('/interfaces', parseContainerInterfaces, slow),

    storages: reader<StorageDefinition[]>('/storage', parseStorages),
    nodeStorages: nodeReader<NodeStorage[]>('/storage', parseNodeStorages),
    /** Slow on network storages. */
    storageContent: (
      node: string,
      storage: string,
      filter: { readonly content?: string; readonly vmid?: number } = {},
      call: CallOptions = {},
    ): Promise<StorageVolume[]> =>
      read(
        apiPath`/nodes/${node}/storage/${storage}/content`,
        answer => parseStorageContent(answer.data),
        { ...filter },
        { lane: 'slow', ...call },
      ),
    pools: reader<Pool[]>('/pools', parsePools),

    backupJobs: reader<BackupJob[]>('/cluster/backup', parseBackupJobs),
    replications: reader<ReplicationJob[]>('/cluster/replication', parseReplications),
    haResources: reader<HaResource[]>('/cluster/ha/resources', parseHaResources),
    haStatus: reader<HaStatusRow[]>('/cluster/ha/status/current', parseHaStatus),
    /** Rules, or on Proxmox VE 8 groups. */
    haGroupsOrRules: async (call: CallOptions = {}): Promise<HaPlacement> => {
      try {
        return await haRules(call);
      } catch (error) {
        if (!(error instanceof ProxmoxNotImplementedError)) throw error;
      }
      try {
        return await haGroups(call);
      } catch (error) {
        if (error instanceof ProxmoxRefusedError && error.reason === 'ha-groups-migrated') return { kind: 'groups', groups: [] };
        throw error;
      }
    },

    nodeTasks: (node: string, filter: TaskFilter = {}, call: CallOptions = {}): Promise<TaskRow[]> =>
      read(apiPath`/nodes/${node}/tasks`, answer => parseTasks(answer.data), { ...filter }, call),
    /** Running tasks and up to 25 finished ones of each node: no event log. */
    clusterTasks: reader<TaskRow[]>('/cluster/tasks', parseTasks),
    taskStatus,
    /** Default: the first 50 lines. */
    taskLog,
    /** Waits for the end of a task, see `awaitTask`. */
    awaitTask: (upid: string, how: AwaitTaskOptions = {}): Promise<TaskResult> => awaitTask({ taskStatus, taskLog }, upid, how),

    /**
     * Any call, for writes above all; `path` is built by `apiPath`. Gives the `data` of the answer, for many writes a UPID or `null`.
     * A write is sent once; when its answer is lost it fails with `ProxmoxUnknownOutcomeError`.
     */
    request: async (method: ApiMethod, path: string, parameters: Parameters = {}, call: RequestOptions = {}): Promise<unknown> =>
      (await connection.call(method, path, parameters, call)).data,
    /** Ends what is under way and closes all connections. */
    close: (): Promise<void> => connection.close(),
  };
}

function guestPath({ node, kind, vmid }: GuestRef): string {
  return apiPath`/nodes/${node}/${kind}/${vmid}`;
}

function taskPath(upid: string): string {
  return apiPath`/nodes/${nodeOfTask(upid)}/tasks/${upid}`;
}

function configObject(data: unknown): Record<string, unknown> {
  const config = asObject(data);
  if (!config) throw new ShapeError('an object was expected');
  return config;
}
