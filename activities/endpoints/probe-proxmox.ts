import type { BoundCluster } from '../../database/repositories/bindings';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { MissingPrivilege, ProbedCluster, ProxmoxProbe } from '../../domain/endpoints/probe';
import { missingPrivileges } from '../../domain/endpoints/proxmox-privileges';
import { hasPrivilege } from '../../domain/proxmox/permissions';
import type { ProbeDeps, ProbedProxmox } from './deps';

const unseen: ProxmoxProbe = {
  problem: null,
  version: null,
  cluster: null,
  binding: null,
  bindingMessage: null,
  guests: null,
  missing: [],
};

/** What is behind an endpoint's address, and what its credentials may not see or do there. Changes nothing. */
export async function probeProxmox(deps: ProbeDeps, endpoint: Endpoint): Promise<ProxmoxProbe> {
  const found: ProxmoxProbe = { ...unseen };
  try {
    await withClient(await deps.openReading(endpoint), async proxmox => {
      found.version = (await proxmox.version()).version;
      const permissions = await proxmox.permissions();
      found.missing = missingPrivileges(permissions, 'read');
      found.guests = (await proxmox.clusterResources()).guests.length;
      if (hasPrivilege(permissions, '/', 'Sys.Audit')) found.cluster = await readCluster(proxmox);
    });
    if (found.cluster !== null) Object.assign(found, await judge(deps, endpoint, found.cluster));
    found.missing = [...found.missing, ...(await missingForWriting(deps, endpoint))];
    return found;
  } catch (error) {
    return { ...found, problem: deps.explain(error) };
  }
}

async function readCluster(proxmox: ProbedProxmox): Promise<ProbedCluster> {
  const [status, nodes] = await Promise.all([proxmox.clusterStatus(), proxmox.nodes()]);
  return {
    name: status.cluster?.name ?? status.nodes[0]?.name ?? nodes[0]?.node ?? '',
    mode: status.cluster === null ? 'standalone' : 'cluster',
    nodes: nodes
      .map(node => ({ name: node.node, online: node.status === 'online', fingerprint: node.sslFingerprint }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

async function judge(
  deps: ProbeDeps,
  { id }: Endpoint,
  { name, nodes }: ProbedCluster,
): Promise<Pick<ProxmoxProbe, 'binding' | 'bindingMessage'>> {
  const cluster: BoundCluster = { name, fingerprints: nodes.flatMap(({ fingerprint }) => fingerprint ?? []).sort() };
  const found = await deps.judgeBinding(id, cluster);
  switch (found.outcome) {
    case 'taken':
      return {
        binding: 'taken',
        bindingMessage: `The cluster ${name} already belongs to the endpoint ${found.byEndpoint}. Delete one of the two endpoints.`,
      };
    case 'other':
      return {
        binding: 'other',
        bindingMessage: `Here is the cluster ${name}, and this endpoint is bound to ${found.bound.name}${found.bound.name === name ? ' with other certificates' : ''}: syncs stop until somebody accepts it.`,
      };
    default:
      return { binding: found.outcome, bindingMessage: null };
  }
}

async function missingForWriting(deps: ProbeDeps, endpoint: Endpoint): Promise<MissingPrivilege[]> {
  const writing = await deps.openWriting(endpoint);
  if (writing === undefined) return [];
  return withClient(writing, async proxmox => missingPrivileges(await proxmox.permissions(), 'write'));
}

async function withClient<T>(proxmox: ProbedProxmox, work: (proxmox: ProbedProxmox) => Promise<T>): Promise<T> {
  try {
    return await work(proxmox);
  } finally {
    await proxmox.close();
  }
}
