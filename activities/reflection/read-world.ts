/** What one endpoint's plan is made from: NetBox in its scope, guests matched with VMs, and names. */
import type { Endpoint } from '../../database/repositories/endpoints';
import type { Link, Links } from '../../domain/reflection/change';
import type { Finding } from '../../domain/reflection/findings';
import type { GuestMatch } from '../../domain/reflection/guest-match';
import { matchGuests } from '../../domain/reflection/guests';
import type { Inventory } from '../../domain/reflection/inventory';
import { idIn, type DesireContext, type Kind, type Row } from '../../domain/reflection/kind';
import { reflectionKindNames } from '../../domain/reflection/kind-names';
import { kindNamed } from '../../domain/reflection/kinds';
import type { ReflectionPolicy } from '../../domain/reflection/policy';
import type { Support } from './bootstrap';
import type { ReflectionDeps } from './deps';
import { checkStillOurs } from './netbox-checks';
import { otherToolLinks } from './other-tool';
import { readDescribed } from './described';
import { chooseSite, nameCluster, nameDevices } from './placement';
import { readByCluster, readByParent, readByValue, readLinked, type RowsByKind } from './read-netbox';

export interface World {
  context: Omit<DesireContext, 'capabilities' | 'policy'>;
  match: GuestMatch;
  rows: RowsByKind;
}

/** What NetBox shows of an endpoint's cluster, its VMs and their interfaces. */
export interface Scope {
  clusterName: string;
  cluster: Row | undefined;
  site: DesireContext['site'];
  /** Linked VMs that somebody moved to another cluster are among them. */
  vms: Row[];
  interfaces: Row[];
}

export async function readScope(
  { netbox, store }: ReflectionDeps,
  endpoint: Endpoint,
  inventory: Inventory,
  links: Links,
  findings: Finding[],
): Promise<Scope> {
  const clusterKind = kindNamed('cluster');
  const vmKind = kindNamed('virtual-machine');
  const linkedCluster = links.get('cluster')?.get('cluster')?.netboxId;
  const [linked] =
    linkedCluster === undefined ? [] : await netbox.listByIds(clusterKind.path, [linkedCluster], { fields: clusterKind.columns });
  if (linked) checkStillOurs(linked, links.get('cluster')?.get('cluster'), endpoint.id);
  const clusterName = await nameCluster(store, endpoint, inventory.cluster, linked, findings);
  const cluster = linked ?? (await findCluster({ netbox, store }, endpoint, clusterName));

  const [site, vmsInCluster, interfacesInCluster] = await Promise.all([
    chooseSite(netbox, endpoint, clusterName, cluster),
    cluster ? readByCluster(netbox, vmKind, cluster.id) : [],
    cluster ? readByCluster(netbox, kindNamed('interface'), cluster.id) : [],
  ]);
  const vmLinks = [...(links.get('virtual-machine')?.values() ?? [])];
  const vms = await readLinked(
    netbox,
    vmKind,
    vmsInCluster,
    vmLinks.map(link => link.netboxId),
  );
  const interfaces = await completeInterfaces(netbox, cluster?.id, vms, interfacesInCluster);
  return { clusterName, cluster, site, vms, interfaces };
}

/** Guests matched with VMs. */
export async function matchWorld(
  { netbox, store }: ReflectionDeps,
  endpoint: Endpoint,
  inventory: Inventory,
  links: Links,
  scope: Scope,
  { policy, support, otherTool }: { policy: ReflectionPolicy; support: Support; otherTool: boolean },
): Promise<World> {
  const { cluster, clusterName, site, vms, interfaces } = scope;
  const [linkedElsewhere, marksElsewhere, records] = await Promise.all([
    store.idsOfOtherEndpoints(endpoint.id, 'virtual-machine'),
    store.marksOfOtherEndpoints(endpoint.id),
    store.loadGuests(endpoint.id),
  ]);
  const match = matchGuests({
    endpointId: endpoint.id,
    clusterId: cluster?.id,
    clusterName: inventory.cluster.name,
    inventory,
    records,
    links: links.get('virtual-machine') ?? new Map<string, Link>(),
    linkedElsewhere,
    marksElsewhere,
    vmRows: vms,
    interfaceRows: interfaces,
    otherTool: otherTool ? await otherToolLinks(netbox) : [],
    policy,
    ownFields: support.customFields.vm,
  });
  return {
    context: {
      endpoint: {
        id: endpoint.id,
        name: endpoint.name,
        url: endpoint.url,
        netboxClusterName: endpoint.netboxClusterName,
        vrfId: null,
      },
      cluster: inventory.cluster,
      clusterName,
      deviceNames: {},
      site,
      guests: match.guests,
      described: await readDescribed(netbox, inventory),
      customFields: support.customFields,
    },
    match,
    rows: { cluster: cluster ? [cluster] : [], 'virtual-machine': vms, interface: interfaces },
  };
}

/** The cluster of that name, unless another endpoint has it. */
async function findCluster(
  { netbox, store }: Pick<ReflectionDeps, 'netbox' | 'store'>,
  endpoint: Endpoint,
  name: string,
): Promise<Row | undefined> {
  const { path, columns } = kindNamed('cluster');
  const ownedElsewhere = await store.idsOfOtherEndpoints(endpoint.id, 'cluster');
  const rows = await netbox.listAll(path, { filters: { name__ie: name }, fields: columns });
  return rows.find(row => !ownedElsewhere.has(row.id) && String(row['name']).toLowerCase() === name.toLowerCase());
}

/** Those of the VMs that are read, with those of linked VMs that somebody moved to another cluster. */
async function completeInterfaces(
  netbox: ReflectionDeps['netbox'],
  clusterId: number | undefined,
  vms: Row[],
  inCluster: Row[],
): Promise<Row[]> {
  const kind = kindNamed('interface');
  const vmIds = new Set<unknown>(vms.map(row => row.id));
  const ours = inCluster.filter(row => vmIds.has(idIn(row['virtual_machine'])));
  const strays = vms.filter(row => idIn(row['cluster']) !== clusterId).map(row => row.id);
  if (strays.length === 0) return ours;
  return [...ours, ...(await netbox.listByParents(kind.path, 'virtual_machine_id', strays, { fields: kind.columns }))];
}

/** Everything else, now that VMs and names are known. What is looked up by value may depend on the nodes' names. */
export async function readDependent(
  deps: ReflectionDeps,
  context: DesireContext,
  rows: RowsByKind,
  links: Links,
  findings: Finding[],
): Promise<RowsByKind> {
  const { netbox } = deps;
  const result: RowsByKind = { ...rows };
  const read = async (kind: Kind): Promise<void> => {
    const desired = kind.desire(context);
    const linked = [...(links.get(kind.name)?.values() ?? [])].map(link => link.netboxId);
    if (desired.length === 0 && linked.length === 0) return;
    if (kind.read?.by === 'parent') {
      const parents = (rows[kind.read.kind] ?? []).map(row => row.id);
      result[kind.name] = await readByParent(netbox, kind, parents);
    } else result[kind.name] = await readLinked(netbox, kind, await readByValue(netbox, kind, desired), linked);
  };
  const kinds = reflectionKindNames.map(kindNamed).filter(kind => kind.read && kind.name !== 'device' && !rows[kind.name]);
  const [devices] = await Promise.all([
    readDevices(deps, context, links, findings),
    ...kinds.filter(kind => kind.read?.by === 'parent').map(read),
  ]);
  result.device = devices;
  await Promise.all(kinds.filter(kind => kind.read?.by === 'value').map(read));
  return result;
}

/** Node devices by their links and names; names the nodes on the way. */
async function readDevices(deps: ReflectionDeps, context: DesireContext, links: Links, findings: Finding[]): Promise<Row[]> {
  const { netbox, store } = deps;
  const kind = kindNamed('device');
  const byNode = links.get('device') ?? new Map<string, Link>();
  const linkedIds = new Map([...byNode].map(([node, link]) => [link.netboxId, node]));
  const owned = await store.idsOfOtherEndpoints(context.endpoint.id, 'device');
  const named = await readByValue(netbox, kind, kind.desire(context));
  const rows = await readLinked(netbox, kind, named, linkedIds.keys());
  for (const row of rows) {
    const node = linkedIds.get(row.id);
    if (node !== undefined) checkStillOurs(row, byNode.get(node), context.endpoint.id);
  }
  context.deviceNames = await nameDevices(store, context, rows, { owned, linkedIds }, findings);
  const renamed = kind.desire(context).filter(device => device.label !== device.key);
  const more = renamed.length > 0 ? await readByValue(netbox, kind, renamed) : [];
  const ids = new Set(rows.map(row => row.id));
  return [...rows, ...more.filter(row => !ids.has(row.id))].filter(row => !owned.has(row.id));
}

/** VMs in NetBox that neither our links nor another endpoint of ours account for; asked before anything is linked. */
export async function countForeign(deps: ReflectionDeps, endpoint: Endpoint, links: Links): Promise<number> {
  const ours = new Set([...(links.get('virtual-machine')?.values() ?? [])].map(link => link.netboxId));
  const elsewhere = await deps.store.idsOfOtherEndpoints(endpoint.id, 'virtual-machine');
  const siblings = new Set((await deps.store.listEndpoints()).map(item => item.id).filter(id => id !== endpoint.id));
  const rows = await deps.netbox.listAll('virtualization/virtual-machines', { fields: ['custom_fields'] });
  const marked = (row: Row): boolean => {
    const fields = row['custom_fields'];
    const mark = typeof fields === 'object' && fields !== null && 'proxbox_endpoint' in fields ? fields.proxbox_endpoint : null;
    return typeof mark === 'string' && siblings.has(mark);
  };
  return rows.filter(row => !ours.has(row.id) && !elsewhere.has(row.id) && !marked(row)).length;
}
