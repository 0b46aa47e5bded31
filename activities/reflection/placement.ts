/** Where an endpoint's objects belong in NetBox: site, VRF, and names that no other endpoint has. */
import type { NetBoxClient } from '../../clients/netbox/client';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { StoreFunctions } from '../../database/reflection-store';
import type { Finding } from '../../domain/reflection/findings';
import type { ObservedCluster } from '../../domain/reflection/inventory';
import { idIn, textIn, type DesireContext, type Row, type SiteChoice } from '../../domain/reflection/kind';
import { slugify } from '../../domain/reflection/text';
import { StopRun } from '../failures';

type Netbox = Pick<NetBoxClient, 'listAll'>;

export async function findSite(netbox: Netbox, slug: string): Promise<number> {
  const [row] = await netbox.listAll('dcim/sites', {
    filters: { slug },
    fields: ['slug'],
    expect: site => site['slug'] === slug,
  });
  if (row) return row.id;
  throw new StopRun(
    'configuration',
    `The endpoint names the site "${slug}", which NetBox does not show. Create it in NetBox, or change the endpoint's site_slug.`,
  );
}

export async function findVrf(netbox: Netbox, name: string): Promise<number> {
  const rows = await netbox.listAll('ipam/vrfs', { filters: { name }, fields: ['name'], expect: vrf => vrf['name'] === name });
  const [row] = rows;
  if (row && rows.length === 1) return row.id;
  const problem = row ? `NetBox has ${rows.length} VRFs called "${name}".` : `NetBox does not show a VRF called "${name}".`;
  throw new StopRun('configuration', `${problem} The endpoint's netbox_vrf must name exactly one.`);
}

/** The endpoint's site, else the one that its cluster already has, else a default site to be made. */
export async function chooseSite(
  netbox: Netbox,
  endpoint: Endpoint,
  clusterName: string,
  clusterRow: Row | undefined,
): Promise<SiteChoice> {
  if (endpoint.siteSlug !== null) return { id: await findSite(netbox, endpoint.siteSlug) };
  const scope = clusterRow?.['scope_type'] === 'dcim.site' ? clusterRow['scope_id'] : null;
  if (typeof scope === 'number') return { id: scope };
  const slug = `proxmox-default-site-${slugify(clusterName)}`.slice(0, 100);
  const [existing] = await netbox.listAll('dcim/sites', {
    filters: { slug },
    fields: ['slug'],
    expect: site => site['slug'] === slug,
  });
  return existing ? { id: existing.id } : { create: { name: `Proxmox Default Site - ${clusterName}`.slice(0, 100), slug } };
}

/**
 * The name of the endpoint's cluster in NetBox: the endpoint's own setting, else what NetBox shows for the linked one, else the
 * cluster's name; with a number when another endpoint has that name.
 */
export async function nameCluster(
  store: Pick<StoreFunctions, 'reserveName'>,
  endpoint: Endpoint,
  cluster: ObservedCluster,
  linked: Row | undefined,
  findings: Finding[],
): Promise<string> {
  if (linked && endpoint.netboxClusterName === null) return textIn(linked['name']);
  const wanted = (endpoint.netboxClusterName ?? cluster.name).slice(0, 90);
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted} (${n})`;
    if (!(await store.reserveName('cluster', name, endpoint.id, 'cluster'))) continue;
    if (n > 1) {
      findings.push({
        code: 'cluster-renamed',
        severity: 'warning',
        kind: 'cluster',
        key: 'cluster',
        label: name,
        message: `Another endpoint already has the cluster name ${wanted} in NetBox; this one is called ${name}. Set the endpoint's netbox_cluster_name to choose another.`,
      });
    }
    return name;
  }
}

interface KnownDevices {
  /** NetBox ids of other endpoints' devices. */
  owned: Set<number>;
  /** Our nodes by the NetBox id of their device. */
  linkedIds: Map<number, string>;
}

/**
 * Node devices keep the node's name unless another endpoint's device has it in the same site; then the cluster's name is added. In an
 * existing site a name is taken before it is written, since another endpoint may plan at the same time.
 */
export async function nameDevices(
  store: Pick<StoreFunctions, 'reserveName'>,
  { cluster, clusterName, endpoint, site }: Pick<DesireContext, 'cluster' | 'clusterName' | 'endpoint' | 'site'>,
  deviceRows: Row[],
  { owned, linkedIds }: KnownDevices,
  findings: Finding[],
): Promise<Record<string, string>> {
  const siteId = 'id' in site ? site.id : undefined;
  const taken = new Set(
    deviceRows.filter(row => owned.has(row.id) && idIn(row['site']) === siteId).map(row => textIn(row['name']).toLowerCase()),
  );
  const linked = new Set(linkedIds.values());
  const isFree = async (name: string): Promise<boolean> => {
    if (taken.has(name.toLowerCase())) return false;
    return siteId === undefined || store.reserveName('device', `${siteId}/${name}`, endpoint.id, name);
  };
  const names: Record<string, string> = {};
  for (const { name } of cluster.nodes) {
    names[name] = (await isFree(name)) ? name : `${name} (${clusterName})`.slice(0, 64);
    if (names[name] !== name && !linked.has(name)) findings.push(deviceRenamed(name, names[name]));
  }
  return names;
}

const deviceRenamed = (node: string, name: string): Finding => ({
  code: 'device-renamed',
  severity: 'warning',
  kind: 'device',
  key: node,
  label: name,
  message: `Another endpoint already has the device ${node} in this site; the node is called ${name} in NetBox. Give the endpoints different sites, or rename the device in NetBox.`,
});
