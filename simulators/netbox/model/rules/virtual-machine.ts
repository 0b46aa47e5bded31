import type { JsonObject } from '../../json';
import { idOf, numberOf, type Row, valueOf } from '../../store/row';
import type { World } from '../../store/world';
import * as build from '../build';
import type { Check, Draft, UniqueRule } from '../object-type';
import { checkLocalContext } from './local-context';
import { checkPrimaryAddresses } from './primary-address';
import { siteOfScope } from './scope';

const TABLE = 'virtualization_virtualmachine';

/** The key of a name in one place; a missing tenant equals a missing tenant. */
function nameIn(values: Readonly<JsonObject>, place: 'cluster' | 'device'): string | null {
  const name = build.lower(values['name']);
  if (name === null || values[place] === null || values[place] === undefined) return null;
  if (place === 'device' && values['cluster']) return null;
  return build.uniqueKey([name, values[place], values['tenant']], true);
}

/**
 * Names are unique without case within cluster and tenant, and on standalone devices. Before 4.7 the database knows two
 * constraints for it, with and without a tenant, and words of their own.
 */
export const vmUniques: readonly UniqueRule[] = [
  {
    constraint: `${TABLE}_unique_name_cluster_tenant`,
    since: 7,
    key: values => nameIn(values, 'cluster'),
    message: () => 'Virtual machine name must be unique per cluster and tenant.',
  },
  {
    constraint: `${TABLE}_unique_name_device_tenant`,
    since: 6,
    key: values => nameIn(values, 'device'),
    message: () => 'Virtual machine name must be unique per device and tenant.',
  },
  {
    constraint: `${TABLE}_unique_name_cluster`,
    until: 6,
    key: values => (values['tenant'] ? null : nameIn(values, 'cluster')),
    message: () => 'Virtual machine name must be unique per cluster.',
  },
  {
    constraint: `${TABLE}_unique_name_cluster_with_tenant`,
    until: 6,
    key: values => (values['tenant'] ? nameIn(values, 'cluster') : null),
    message: ({ minor }) =>
      minor === 6
        ? 'Virtual machine name must be unique per cluster and tenant.'
        : 'Constraint “virtualization_virtualmachine_unique_name_cluster_tenant” is violated.',
  },
];

/** The model's rules, in NetBox's order; the first broken one is reported. */
export function checkVirtualMachine(check: Check): void {
  checkLocalContext(check);
  checkPlacement(check);
  if (check.problems.isEmpty) checkDiskTotal(check);
  if (check.problems.isEmpty) checkPrimaryAddresses(check, 'virtualization.virtualmachine', 'vm');
}

function checkPlacement({ draft, world, version, problems }: Check): void {
  const site = idIn(draft, 'site');
  const cluster = world.get('virtualization.cluster', idIn(draft, 'cluster'));
  const device = world.get('dcim.device', idIn(draft, 'device'));
  const names = {
    site: world.display('dcim.site', site),
    cluster: world.display('virtualization.cluster', cluster?.id ?? null),
    device: world.display('dcim.device', device?.id ?? null),
  };
  const older = version.minor < 6;
  if (site === null && !cluster && (older || !device)) {
    if (older) return problems.add('cluster', 'A virtual machine must be assigned to a site and/or cluster.');
    return problems.add('__all__', 'A virtual machine must be assigned to a site, cluster, or device.');
  }
  const clusterSite = cluster ? siteOfScope(cluster.values) : null;
  if (site !== null && clusterSite !== null && clusterSite !== site) {
    return problems.add('cluster', `The selected cluster (${names.cluster}) is not assigned to this site (${names.site}).`);
  }
  if (!device) return;
  if (older && !cluster) return problems.add('device', 'Must specify a cluster when assigning a host device.');
  const deviceSite = idOf(device, 'site');
  if (!older && site !== null && deviceSite !== null && deviceSite !== site) {
    return problems.add('site', `The selected device (${names.device}) is not assigned to this site (${names.site}).`);
  }
  const deviceCluster = idOf(device, 'cluster');
  if (!cluster && deviceCluster !== null) {
    const name = world.display('virtualization.cluster', deviceCluster);
    return problems.add(
      'cluster',
      `Must specify the assigned device's cluster (${name}) when assigning host device ${names.device}.`,
    );
  }
  if (cluster && deviceCluster !== cluster.id) {
    problems.add('device', `The selected device (${names.device}) is not assigned to this cluster (${names.cluster}).`);
  }
}

function idIn(draft: Draft, field: string): number | null {
  const value = draft.values[field];
  return typeof value === 'number' ? value : null;
}

function disksOf(world: World, vm: number): readonly Row[] {
  return world.table('virtualization.virtualdisk').find('virtual_machine', vm);
}

/** With virtual disks, a VM's `disk` is their sum: another number is refused, an empty one is filled. */
function checkDiskTotal({ draft, world, problems }: Check): void {
  if (!draft.before) return;
  const total = sizeOf(disksOf(world, draft.id));
  if (total === 0) return;
  const size = draft.values['disk'];
  if (size === null || size === undefined) draft.values['disk'] = total;
  else if (size !== total) {
    problems.add(
      'disk',
      `The specified disk size (${String(size)}) must match the aggregate size of assigned virtual disks (${total}).`,
    );
  }
}

function sizeOf(disks: readonly Row[]): number {
  return disks.reduce((sum, disk) => sum + (numberOf(disk, 'size') ?? 0), 0);
}

/** Follows a disk's change: the VM's `disk` becomes the sum, or nothing. Neither its stamp nor the change log moves. */
export function refreshDiskOf(world: World, vm: number | null): void {
  const row = world.get('virtualization.virtualmachine', vm);
  if (!row) return;
  const disks = disksOf(world, row.id);
  const total = disks.length > 0 ? sizeOf(disks) : null;
  if (valueOf(row, 'disk') !== total) {
    world.put('virtualization.virtualmachine', { ...row, values: { ...row.values, disk: total } });
  }
}

/** The site follows from cluster or device; a new VM's empty fields from its type. */
export function fillFromTypeAndSite(draft: Draft, world: World): void {
  const { values } = draft;
  const cluster = world.get('virtualization.cluster', idIn(draft, 'cluster'));
  const device = world.get('dcim.device', idIn(draft, 'device'));
  values['site'] ??= (cluster && siteOfScope(cluster.values)) ?? (device ? idOf(device, 'site') : null);
  if (draft.before) return;
  const type = world.get('virtualization.virtualmachinetype', idIn(draft, 'virtual_machine_type'));
  if (!type) return;
  values['platform'] ??= valueOf(type, 'default_platform');
  values['vcpus'] ??= valueOf(type, 'default_vcpus');
  values['memory'] ??= valueOf(type, 'default_memory');
}
