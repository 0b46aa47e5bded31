/** Where an endpoint's objects belong in NetBox: site, VRF, and names that no other endpoint has. */
import type { NetBoxClient } from '../../clients/netbox/client';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { StoreFunctions } from '../../database/reflection-store';
import type { Finding } from '../../domain/reflection/findings';
import type { ObservedCluster } from '../../domain/reflection/inventory';
import { idIn, textIn, type Row, type SiteChoice } from '../../domain/reflection/kind';
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
 * The name of the endpoint's cluster in NetBox: what NetBox shows for the linked one, else the endpoint's own setting, else the
 * cluster's name; with a number when another endpoint has that name.
 */
export async function nameCluster(
  store: Pick<StoreFunctions, 'reserveName'>,
  endpoint: Endpoint,
  cluster: ObservedCluster,
  linked: Row | undefined,
  findings: Finding[],
): Promise<string> {
  if (linked) return textIn(linked['name']);
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

/** Node devices keep the node's name unless another endpoint's device has it in the same site. */
export function nameDevices(
  cluster: ObservedCluster,
  clusterName: string,
  deviceRows: Row[],
  ownedElsewhere: Set<number>,
  site: SiteChoice,
): Record<string, string> {
  const siteId = 'id' in site ? site.id : undefined;
  const taken = new Set(
    deviceRows
      .filter(row => ownedElsewhere.has(row.id) && idIn(row['site']) === siteId)
      .map(row => textIn(row['name']).toLowerCase()),
  );
  return Object.fromEntries(
    cluster.nodes.map(({ name }) => [name, taken.has(name.toLowerCase()) ? `${name} (${clusterName})` : name]),
  );
}
