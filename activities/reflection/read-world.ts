/** What one endpoint's plan is made from: NetBox in its scope, guests matched with VMs, and names. */
import type { Endpoint } from '../../database/repositories/endpoints';
import type { Link, Links } from '../../domain/reflection/change';
import type { Finding } from '../../domain/reflection/findings';
import { matchGuests, type GuestMatch } from '../../domain/reflection/guests';
import type { Inventory } from '../../domain/reflection/inventory';
import { idIn, type DesireContext, type Row } from '../../domain/reflection/kind';
import { reflectionKindNames } from '../../domain/reflection/kind-names';
import { kindNamed } from '../../domain/reflection/kinds';
import type { ReflectionPolicy } from '../../domain/reflection/policy';
import type { Support } from './bootstrap';
import type { ReflectionDeps } from './deps';
import { checkStillOurs } from './netbox-checks';
import { otherToolLinks } from './other-tool';
import { chooseSite, nameCluster, nameDevices } from './placement';
import { readByCluster, readByParent, readByValue, readLinked, type RowsByKind } from './read-netbox';

export interface World {
  context: Omit<DesireContext, 'capabilities' | 'policy'>;
  match: GuestMatch;
  rows: RowsByKind;
}

export async function readWorld(
  deps: ReflectionDeps,
  endpoint: Endpoint,
  inventory: Inventory,
  links: Links,
  policy: ReflectionPolicy,
  support: Support,
  findings: Finding[],
): Promise<World> {
  const { netbox, store } = deps;
  const clusterKind = kindNamed('cluster');
  const linkedCluster = links.get('cluster')?.get('cluster')?.netboxId;
  const [linked] =
    linkedCluster === undefined ? [] : await netbox.listByIds(clusterKind.path, [linkedCluster], { fields: clusterKind.columns });
  if (linked) checkStillOurs(linked, links.get('cluster')?.get('cluster'), endpoint.id);
  const clusterName = await nameCluster(store, endpoint, inventory.cluster, linked, findings);
  const clusterRow = linked ?? (await findCluster(deps, endpoint, clusterName));

  const [site, vmRows, linkedElsewhere, marksElsewhere, records] = await Promise.all([
    chooseSite(netbox, endpoint, clusterName, clusterRow),
    clusterRow ? readByCluster(netbox, kindNamed('virtual-machine'), clusterRow.id) : [],
    store.idsOfOtherEndpoints(endpoint.id, 'virtual-machine'),
    store.marksOfOtherEndpoints(endpoint.id),
    store.loadGuests(endpoint.id),
  ]);
  const vmLinks = links.get('virtual-machine') ?? new Map<string, Link>();
  const allVms = await readLinked(
    netbox,
    kindNamed('virtual-machine'),
    vmRows,
    [...vmLinks.values()].map(link => link.netboxId),
  );
  const interfaceRows = await readInterfaces(netbox, clusterRow?.id, allVms);

  const match = matchGuests({
    endpointId: endpoint.id,
    clusterId: clusterRow?.id,
    clusterName: inventory.cluster.name,
    inventory,
    records,
    links: vmLinks,
    linkedElsewhere,
    marksElsewhere,
    vmRows: allVms,
    interfaceRows,
    otherTool: vmRows.length > 0 ? await otherToolLinks(netbox) : [],
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
      customFields: support.customFields,
    },
    match,
    rows: { cluster: clusterRow ? [clusterRow] : [], 'virtual-machine': allVms, interface: interfaceRows },
  };
}

/** The cluster of that name, unless another endpoint has it. */
async function findCluster({ netbox, store }: ReflectionDeps, endpoint: Endpoint, name: string): Promise<Row | undefined> {
  const { path, columns } = kindNamed('cluster');
  const ownedElsewhere = await store.idsOfOtherEndpoints(endpoint.id, 'cluster');
  const rows = await netbox.listAll(path, { filters: { name__ie: name }, fields: columns });
  return rows.find(row => !ownedElsewhere.has(row.id) && String(row['name']).toLowerCase() === name.toLowerCase());
}

/** By cluster, and one by one for linked VMs that somebody moved to another cluster. */
async function readInterfaces(netbox: ReflectionDeps['netbox'], clusterId: number | undefined, vmRows: Row[]): Promise<Row[]> {
  const kind = kindNamed('interface');
  const ids = (rows: Row[]): number[] => rows.map(row => row.id);
  const strays = vmRows.filter(row => idIn(row['cluster']) !== clusterId);
  const inCluster =
    clusterId === undefined || strays.length === vmRows.length
      ? []
      : await readByCluster(netbox, kind, clusterId, new Set(ids(vmRows)));
  if (strays.length === 0) return inCluster;
  return [...inCluster, ...(await netbox.listByParents(kind.path, 'virtual_machine_id', ids(strays), { fields: kind.columns }))];
}

/** Everything else, now that VMs and names are known. Kinds without a parent first, then those below them. */
export async function readDependent(
  deps: ReflectionDeps,
  context: DesireContext,
  rows: RowsByKind,
  links: Links,
  findings: Finding[],
): Promise<RowsByKind> {
  const { netbox } = deps;
  const result: RowsByKind = { ...rows };
  result.device = await readDevices(deps, context, links, findings);

  const remaining = reflectionKindNames.map(kindNamed).filter(kind => kind.read && result[kind.name] === undefined);
  await Promise.all(
    remaining.map(async kind => {
      const parents = kind.read?.by === 'parent' ? (rows[kind.read.kind] ?? []).map(row => row.id) : [];
      const desired = kind.desire(context);
      if (desired.length === 0 && !links.get(kind.name)?.size) return;
      const found: Row[] =
        kind.read?.by === 'parent' ? await readByParent(netbox, kind, parents) : await readByValue(netbox, kind, desired);
      const linkedIds = [...(links.get(kind.name)?.values() ?? [])].map(link => link.netboxId);
      result[kind.name] = kind.read?.by === 'parent' ? found : await readLinked(netbox, kind, found, linkedIds);
    }),
  );
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
