import { createHash } from 'node:crypto';
import { on, unordered, type Call, type Routes } from '../call';
import { die, ParameterError } from '../errors';
import { resourceRow } from '../guest-rows';
import { fingerprintOf, nodeRow } from '../node-rows';
import { storageResource } from '../storage-rows';

const LOWEST_VMID = 100;

/** Everything the caller may see; what it may not see is left out without a word. */
function resources(call: Call): unknown {
  const { sim, identity } = call;
  const { access, cluster } = sim;
  const type = call.params.text('type');
  const wanted = (kind: string): boolean => type === undefined || type === kind;
  const rows: Record<string, unknown>[] = [];
  if (type === undefined) {
    for (const pool of cluster.pools.keys()) {
      if (access.has(identity, `/pool/${pool}`, 'Pool.Audit')) rows.push({ id: `/pool/${pool}`, pool, type: 'pool' });
    }
  }
  if (wanted('vm')) rows.push(...guestRows(call));
  if (wanted('node'))
    for (const node of cluster.nodes.values())
      rows.push(nodeRow(sim, node, access.has(identity, `/nodes/${node.name}`, 'Sys.Audit')));
  for (const node of cluster.nodes.values()) {
    if (wanted('storage')) {
      for (const storage of cluster.storagesOf(node.name)) {
        if (access.hasAny(identity, `/storage/${storage.name}`, ['Datastore.Audit', 'Datastore.AllocateSpace'])) {
          rows.push(storageResource(sim, storage, node));
        }
      }
    }
    if (type === undefined && access.hasAny(identity, '/sdn/zones/localnetwork', ['SDN.Audit', 'SDN.Allocate', 'SDN.Use'])) {
      const id = `network/${node.name}/zone/localnetwork`;
      rows.push({ id, type: 'network', node: node.name, network: 'localnetwork', 'network-type': 'zone', status: 'ok' });
    }
  }
  return unordered(call, rows);
}

function* guestRows(call: Call): Iterable<Record<string, unknown>> {
  const { sim, identity } = call;
  const { access, cluster } = sim;
  const pools = new Map<number, string>();
  for (const [name, pool] of cluster.pools) {
    if (access.has(identity, `/pool/${name}`, 'Pool.Audit')) for (const vmid of pool.guests) pools.set(vmid, name);
  }
  for (const guest of cluster.guests.values()) {
    if (access.has(identity, `/vms/${guest.vmid}`, 'VM.Audit')) yield resourceRow(sim, guest, pools.get(guest.vmid));
  }
}

function status(call: Call): unknown {
  const { cluster, broadcast } = call.sim;
  const nodes = [...cluster.nodes.values()].map(node => ({
    id: `node/${node.name}`,
    type: 'node',
    name: node.name,
    nodeid: cluster.name === null ? 0 : node.id,
    ip: node.ip,
    level: '',
    local: node.name === cluster.entryNode ? 1 : 0,
    online: broadcast.nodeStatus(node) === 'offline' ? 0 : 1,
  }));
  if (cluster.name === null) return nodes;
  const quorate = cluster.quorate ? 1 : 0;
  return [{ id: 'cluster', type: 'cluster', name: cluster.name, nodes: nodes.length, quorate, version: 2 }, ...nodes];
}

function nextId(call: Call): string {
  const { cluster } = call.sim;
  const wanted = call.params.integer('vmid');
  if (wanted !== undefined) {
    if (cluster.guests.has(wanted)) throw new ParameterError({ vmid: `VM ${wanted} already exists` });
    return String(wanted);
  }
  let id = Math.max(cluster.options.nextId.lower ?? LOWEST_VMID, LOWEST_VMID);
  while (cluster.guests.has(id)) id++;
  return String(id);
}

function log(call: Call): unknown {
  const { sim, identity } = call;
  const all = sim.access.has(identity, '/', 'Sys.Syslog');
  const visible = sim.log.filter(line => all || line.user === identity);
  const max = call.params.integer('max') ?? 50;
  return visible
    .slice(-max)
    .reverse()
    .map(line => ({ ...line, uid: String(line.uid), id: `${line.uid}:${line.node}` }));
}

function configNodes(call: Call): unknown {
  const { cluster } = call.sim;
  if (cluster.name === null) return [];
  return [...cluster.nodes.values()].map(node => ({
    node: node.name,
    name: node.name,
    nodeid: String(node.id),
    quorum_votes: '1',
    ring0_addr: node.ip,
  }));
}

/** What a node needs to join; only a cluster has it. */
function joinInformation(call: Call): unknown {
  const { cluster } = call.sim;
  if (cluster.name === null) die('node is not in a cluster, no join info available!');
  return {
    preferred_node: cluster.entryNode,
    config_digest: createHash('sha1')
      .update([...cluster.nodes.keys()].join())
      .digest('hex'),
    totem: { cluster_name: cluster.name, version: '2', secauth: 'on' },
    nodelist: [...cluster.nodes.values()].map(node => ({
      name: node.name,
      nodeid: String(node.id),
      pve_addr: node.ip,
      pve_fp: fingerprintOf(node),
      quorum_votes: '1',
      ring0_addr: node.ip,
    })),
  };
}

export const clusterRoutes: Routes = {
  'GET /cluster/resources': { handle: resources },
  'GET /cluster/status': { permission: on('/', 'Sys.Audit'), handle: status },
  'GET /cluster/nextid': { handle: nextId },
  'GET /cluster/log': { handle: log },
  'GET /cluster/config/nodes': { permission: on('/', 'Sys.Audit'), handle: configNodes },
  'GET /cluster/config/join': { permission: on('/', 'Sys.Audit'), handle: joinInformation },
  'GET /cluster/sdn/zones': { handle: () => [] },
  'GET /cluster/sdn/vnets': { handle: () => [] },
  'GET /cluster/sdn/ipams': {
    handle: call =>
      call.sim.access.has(call.identity, '/sdn/ipams/pve', 'SDN.Audit')
        ? [{ ipam: 'pve', type: 'pve', digest: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' }]
        : [],
  },
};
