/** What one endpoint's plan is made from: NetBox in its scope, guests matched with VMs, and names. */
import type { Endpoint } from '../../database/repositories/endpoints';
import type { Link, Links } from '../../domain/reflection/change';
import type { Finding } from '../../domain/reflection/findings';
import { matchGuests, type GuestMatch } from '../../domain/reflection/guests';
import type { Inventory } from '../../domain/reflection/inventory';
import type { DesireContext, Row } from '../../domain/reflection/kind';
import { reflectionKindNames } from '../../domain/reflection/kind-names';
import { kindNamed } from '../../domain/reflection/kinds';
import type { ReflectionPolicy } from '../../domain/reflection/policy';
import type { Support } from './bootstrap';
import type { ReflectionDeps } from './deps';
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
  const clusterName = await nameCluster(store, endpoint, inventory.cluster, linked, findings);
  const ownedElsewhere = await store.idsOfOtherEndpoints(endpoint.id, 'cluster');
  const named = linked
    ? [linked]
    : await netbox.listAll(clusterKind.path, { filters: { name__ie: clusterName }, fields: clusterKind.columns });
  const clusterRow = named.find(
    row => !ownedElsewhere.has(row.id) && String(row['name']).toLowerCase() === clusterName.toLowerCase(),
  );

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
  const vmIds = new Set(allVms.map(row => row.id));
  const interfaceRows =
    clusterRow && vmIds.size > 0 ? await readByCluster(netbox, kindNamed('interface'), clusterRow.id, vmIds) : [];

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

/** Everything else, now that VMs and names are known. Kinds without a parent first, then those below them. */
export async function readDependent(
  deps: ReflectionDeps,
  context: DesireContext,
  rows: RowsByKind,
  links: Links,
): Promise<RowsByKind> {
  const { netbox, store } = deps;
  const result: RowsByKind = { ...rows };
  const devices = await readByValue(netbox, kindNamed('device'), kindNamed('device').desire(context));
  const owned = await store.idsOfOtherEndpoints(context.endpoint.id, 'device');
  context.deviceNames = nameDevices(context.cluster, context.clusterName, devices, owned, context.site);
  result.device = devices.filter(row => !owned.has(row.id));

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
  const deviceIds = [...(links.get('device')?.values() ?? [])].map(link => link.netboxId);
  result.device = await readLinked(netbox, kindNamed('device'), result.device, deviceIds);
  return result;
}

/** VMs in NetBox that neither our links nor another endpoint of ours account for; asked before anything is linked. */
export async function countForeign(deps: ReflectionDeps, endpoint: Endpoint, match: GuestMatch, links: Links): Promise<number> {
  if ((links.get('virtual-machine')?.size ?? 0) > 0) return 0;
  const elsewhere = await deps.store.idsOfOtherEndpoints(endpoint.id, 'virtual-machine');
  const siblings = new Set((await deps.store.listEndpoints()).map(item => item.id).filter(id => id !== endpoint.id));
  const rows = await deps.netbox.listAll('virtualization/virtual-machines', { fields: ['custom_fields'] });
  const marked = (row: Row): boolean => {
    const fields = row['custom_fields'];
    const mark = typeof fields === 'object' && fields !== null && 'proxbox_endpoint' in fields ? fields.proxbox_endpoint : null;
    return typeof mark === 'string' && siblings.has(mark);
  };
  return rows.filter(row => !elsewhere.has(row.id) && !marked(row)).length;
}
