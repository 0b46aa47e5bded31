/**
 * Reads one endpoint and stores what it shows under the run. Read-only towards Proxmox.
 */
import { createHash } from 'node:crypto';
import {
  ProxmoxLockedError,
  ProxmoxNodeUnreachableError,
  ProxmoxNotFoundError,
  ProxmoxPermissionError,
  ProxmoxRefusedError,
  ProxmoxUnavailableError,
  ProxmoxUnknownNodeError,
} from '../../clients/proxmox/errors';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { Observation } from '../../database/repositories/observations';
import type { RunRecord } from '../../database/repositories/run-records';
import { asJson, canonicalJson } from '../../domain/json';
import { hasPrivilege, type Permissions } from '../../domain/proxmox/permissions';
import { guestKey, type GuestKey, type ObservedCluster, type UnreadableGuest } from '../../domain/reflection/inventory';
import { StopRun } from '../failures';
import type { ProxmoxReader, ReflectionDeps } from './deps';
import { mayAskAgent, readGuest, type ListedGuest } from './read-guest';

export interface ObserveSummary {
  guests: number;
  unreadable: number;
  nodes: number;
  complete: boolean;
}

/** Guests read at once in all; the client keeps each node to its own limit. */
const parallelGuests = 32;
const batchSize = 200;

export async function observeRun(
  deps: ReflectionDeps,
  run: RunRecord,
  endpoint: Endpoint,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<ObserveSummary> {
  const proxmox = await deps.openProxmox(endpoint);
  deps.supportAhead.begin(run.id);
  try {
    const permissions = await proxmox.permissions({ signal });
    const { cluster, listed: all } = await readCluster(proxmox, permissions, signal);
    const { listed, others } = askedOf(all, run);
    await checkBinding(deps, endpoint, cluster);
    await compareRights(deps, endpoint, permissions, cluster);
    const policy = await deps.policyOf(endpoint, run);
    const online = new Set(cluster.nodes.filter(node => node.status === 'online').map(node => node.name));
    const unreadable: UnreadableGuest[] = [];
    let batch: Observation[] = [];
    let done = 0;
    await eachInParallel(listed, parallelGuests, async guest => {
      const read = online.has(guest.node)
        ? await readGuest(proxmox, guest, permissions, policy, signal).catch((error: unknown) => unreadableBecause(guest, error))
        : nodeIsDown(guest, cluster);
      if ('reason' in read) unreadable.push(read);
      else batch.push(observation('guest', guestKey(read), read));
      progress(++done, listed.length);
      if (batch.length >= batchSize) await deps.store.saveObservations(run.id, batch.splice(0));
    });
    unreadable.sort((a, b) => a.vmid - b.vmid);
    batch.push(observation('cluster', 'cluster', { cluster, unreadable, ...(others.length > 0 && { others }) }));
    await deps.store.saveObservations(run.id, batch);
    return {
      guests: listed.length - unreadable.length,
      unreadable: unreadable.length,
      nodes: cluster.nodes.length,
      complete: cluster.complete,
    };
  } finally {
    await proxmox.close();
  }
}

/** A run about some guests leaves the others as they are. */
function askedOf(all: ListedGuest[], { scope }: RunRecord): { listed: ListedGuest[]; others: GuestKey[] } {
  if (scope.guests === undefined) return { listed: all, others: [] };
  const asked = new Set(scope.guests);
  const isAsked = (guest: ListedGuest): boolean => asked.has(guestKey(guest));
  return { listed: all.filter(isAsked), others: all.filter(guest => !isAsked(guest)).map(guestKey) };
}

async function readCluster(
  proxmox: ProxmoxReader,
  permissions: Permissions,
  signal: AbortSignal,
): Promise<{ cluster: ObservedCluster; listed: ListedGuest[] }> {
  requirePrivilege(permissions, '/', 'Sys.Audit', 'the cluster status cannot be read');
  const [version, status, resources, nodes, options] = await Promise.all([
    proxmox.version({ signal }),
    proxmox.clusterStatus({ signal }),
    proxmox.clusterResources({ signal }),
    proxmox.nodes({ signal }),
    proxmox.clusterOptions({ signal }),
  ]);
  const incompleteBecause: string[] = [];
  if (!hasPrivilege(permissions, '/vms', 'VM.Audit')) {
    incompleteBecause.push(
      'The credential lacks VM.Audit on /vms: Proxmox leaves out guests that it may not see, without saying so. Give it the role PVEAuditor on / (with propagation).',
    );
  }
  if (status.cluster?.quorate === false) {
    incompleteBecause.push(
      'The cluster has no quorum: the node that answered sees only its own part, and what it tells of the rest is old. Bring the other nodes back, or give the endpoint the address of a node with quorum.',
    );
  }
  const name = status.cluster?.name ?? status.nodes[0]?.name ?? nodes[0]?.node;
  if (name === undefined)
    throw new StopRun('proxmox-permission', 'Proxmox lists no node: the credential has no right to see one.');
  const cluster: ObservedCluster = {
    name,
    mode: status.cluster ? 'cluster' : 'standalone',
    version: version.version,
    nodes: nodes
      .map(node => ({ name: node.node, status: nodeStatus(node.status), fingerprint: node.sslFingerprint }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    tagColors: options.tagStyle.colors,
    complete: incompleteBecause.length === 0,
    incompleteBecause,
    remarks: agentRemarks(permissions, resources.guests),
  };
  return { cluster, listed: [...resources.guests].sort((a, b) => a.vmid - b.vmid) };
}

/** Said once for the endpoint, beside what stands at each guest. */
function agentRemarks(permissions: Permissions, guests: readonly ListedGuest[]): string[] {
  const vms = guests.filter(({ kind }) => kind === 'qemu');
  if (vms.length === 0 || vms.some(({ vmid }) => mayAskAgent(permissions, vmid))) return [];
  return [
    'The credential lacks VM.GuestAgent.Audit (VM.Monitor before Proxmox VE 9) on /vms: no VM is asked for its addresses, and NetBox keeps those that it has. Give it the role PVEAuditor on / (with propagation), and before 9 a role with VM.Monitor, too.',
  ];
}

const nodeStatus = (status: string): 'online' | 'offline' | 'unknown' =>
  status === 'online' || status === 'offline' ? status : 'unknown';

function requirePrivilege(permissions: Permissions, path: string, privilege: string, consequence: string): void {
  if (hasPrivilege(permissions, path, privilege)) return;
  throw new StopRun(
    'proxmox-permission',
    `The Proxmox credential lacks ${privilege} on ${path}: ${consequence}. Give it the role PVEAuditor on / (with propagation); for a token with privilege separation, give the role to the token, too.`,
  );
}

async function checkBinding(deps: ReflectionDeps, endpoint: Endpoint, cluster: ObservedCluster): Promise<void> {
  const fingerprints = cluster.nodes.flatMap(node => node.fingerprint ?? []).sort();
  const binding = await deps.store.transaction(db => db.bindEndpoint(endpoint.id, { name: cluster.name, fingerprints }));
  if (binding.outcome === 'same') return;
  throw new StopRun(
    'cluster-changed',
    binding.outcome === 'taken'
      ? `The cluster ${cluster.name} behind ${endpoint.url} already belongs to the endpoint ${binding.byEndpoint}. Delete one of the two endpoints.`
      : `Behind ${endpoint.url} is the cluster ${cluster.name}, and this endpoint was bound to ${binding.bound.name}${cluster.name === binding.bound.name ? ' with other certificates' : ''}. Nothing was read or written. If that is right (new certificates on all nodes, a new installation), accept it with POST /endpoints/{id}/rebind.`,
  );
}

/** Fewer rights than at the last run: what is not listed now may only be hidden. */
async function compareRights(
  deps: ReflectionDeps,
  endpoint: Endpoint,
  permissions: Permissions,
  cluster: ObservedCluster,
): Promise<void> {
  const vmAudit = Object.keys(permissions)
    .filter(path => permissions[path]?.['VM.Audit'] !== undefined)
    .sort();
  const before = await deps.store.loadRights(endpoint.id);
  const lost = (before?.vmAudit ?? []).filter(path => !hasPrivilege(permissions, path, 'VM.Audit'));
  if (lost.length > 0) {
    cluster.complete = false;
    cluster.incompleteBecause.push(
      `The credential lost VM.Audit on ${lost.slice(0, 5).join(', ')}${lost.length > 5 ? ` and ${lost.length - 5} more paths` : ''} since the last run: guests may be hidden, so nothing is concluded from absence.`,
    );
  } else await deps.store.saveRights(endpoint.id, { vmAudit });
}

function nodeIsDown(guest: ListedGuest, cluster: ObservedCluster): UnreadableGuest {
  const status = cluster.nodes.find(node => node.name === guest.node)?.status ?? 'unknown';
  return {
    ...placed(guest),
    reason: 'node-offline',
    message: `${label(guest)} is on node ${guest.node}, which is ${status}: it cannot be read, so NetBox keeps what it has.`,
  };
}

function unreadableBecause(guest: ListedGuest, error: unknown): UnreadableGuest {
  const at = placed(guest);
  const who = label(guest);
  if (error instanceof ProxmoxPermissionError) {
    const right = error.privileges.length > 0 ? error.privileges.join(' or ') : 'VM.Audit';
    const message = `${who} cannot be read: the credential lacks ${right} on ${error.permissionPath ?? `/vms/${guest.vmid}`}.`;
    return { ...at, reason: 'permission', message };
  }
  if (error instanceof ProxmoxNotFoundError) {
    return {
      ...at,
      reason: 'vanished',
      message: `${who} was removed or moved while it was read; the next run sees where it is.`,
    };
  }
  if (error instanceof ProxmoxNodeUnreachableError || error instanceof ProxmoxUnknownNodeError) {
    return {
      ...at,
      reason: 'node-offline',
      message: `${who} is on node ${guest.node}, which does not answer: NetBox keeps what it has.`,
    };
  }
  if (error instanceof ProxmoxLockedError || error instanceof ProxmoxRefusedError || error instanceof ProxmoxUnavailableError) {
    return { ...at, reason: 'error', message: `${who} could not be read: ${error.message}` };
  }
  throw error;
}

const placed = ({ kind, vmid, node, name }: ListedGuest) => ({ kind, vmid, node, name });
const label = (guest: ListedGuest): string => `${guest.name ?? 'A guest'} (${guest.kind} ${guest.vmid})`;

// Storing -----------------------------------------------------------------------------------------------------------------

function observation(kind: Observation['kind'], key: string, body: unknown): Observation {
  return {
    kind,
    key,
    body,
    hash: createHash('sha256')
      .update(canonicalJson(asJson(body)))
      .digest(),
  };
}

async function eachInParallel<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}
