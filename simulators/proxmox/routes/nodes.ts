import { nodeOf, on, unordered, type Call, type Routes } from '../call';
import { die } from '../errors';
import { fingerprintOf, nodeListRow, nodeStatus } from '../node-rows';
import type { Node } from '../state';

const INDEX = 'certificates config dns lxc network qemu replication status storage tasks time version vzdump'.split(' ');

function node(call: Call): Node {
  const name = nodeOf(call);
  return call.sim.cluster.nodes.get(name) ?? die(`no such cluster node '${name}'`);
}

function list(call: Call): unknown {
  const { sim, identity } = call;
  const rows = [...sim.cluster.nodes.values()].map(item =>
    nodeListRow(sim, item, sim.access.has(identity, `/nodes/${item.name}`, 'Sys.Audit')),
  );
  return unordered(call, rows);
}

/** Bridges show only to those who may look at or use them. */
function network(call: Call): unknown {
  const { access } = call.sim;
  const type = call.params.text('type');
  const visible = node(call).network.filter(
    item =>
      item['type'] !== 'bridge' ||
      access.hasAny(call.identity, `/sdn/zones/localnetwork/${String(item['iface'])}`, ['SDN.Audit', 'SDN.Use']),
  );
  const bridges = type === 'any_bridge' || type === 'any_local_bridge' || type === 'include_sdn';
  return unordered(
    call,
    visible.filter(item => type === undefined || (bridges ? item['type'] === 'bridge' : item['type'] === type)),
  );
}

function certificates(call: Call): unknown {
  const { name, startedAt, ip } = node(call);
  const validity = { notbefore: startedAt, notafter: startedAt + 2 * 365 * 86400 };
  const fingerprint = fingerprintOf(node(call));
  const issuer = '/CN=Proxmox Virtual Environment/OU=simulated/O=PVE Cluster Manager CA';
  const pem = '-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n';
  const key = { 'public-key-type': 'rsaEncryption', 'public-key-bits': 2048, pem };
  return [
    { filename: 'pve-root-ca.pem', subject: issuer, issuer, san: [], fingerprint, ...key, 'public-key-bits': 4096, ...validity },
    {
      filename: 'pve-ssl.pem',
      subject: `/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=${name}`,
      issuer,
      san: ['127.0.0.1', 'localhost', ip, name],
      fingerprint,
      ...key,
      ...validity,
    },
  ];
}

const audited = on('/nodes/{node}', 'Sys.Audit');

export const nodeRoutes: Routes = {
  'GET /nodes': { handle: list },
  'GET /nodes/{node}': { handle: () => INDEX.map(name => ({ name })) },
  'GET /nodes/{node}/status': { permission: audited, handle: call => nodeStatus(call.sim, node(call)) },
  'GET /nodes/{node}/time': {
    permission: audited,
    handle: call => ({ time: call.sim.clock.seconds(), localtime: call.sim.clock.seconds(), timezone: 'UTC' }),
  },
  'GET /nodes/{node}/dns': { permission: audited, handle: () => ({ search: 'example.test', dns1: '192.0.2.1' }) },
  'GET /nodes/{node}/config': { permission: audited, handle: () => ({}) },
  'GET /nodes/{node}/network': { handle: network },
  'GET /nodes/{node}/certificates/info': { handle: certificates },
};
