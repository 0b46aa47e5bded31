import { contentTypeFilter, relatedIdFilter, relatedNameFilter, type Related } from '../../read/filter-kinds';
import { naturalKey } from '../../store/natural-sort';
import { numberOf, type Row, textOf } from '../../store/row';
import type { World } from '../../store/world';
import type { Reader } from '../../read/reader';
import * as build from '../build';
import { CLUSTER_STATUS } from '../choices';
import type { Check, ObjectType } from '../object-type';
import { LOCATION_SCOPES, siteOfScope } from '../rules/scope';

/** Cluster types and groups: a name, a slug, and how many clusters they have. */
function grouping(key: string, endpoint: string, className: string, label: string, through: string): ObjectType {
  return {
    key,
    endpoint,
    className,
    label,
    fields: [
      build.required('name', 100, { unique: true }),
      build.slug({ unique: true }),
      ...build.primary,
      build.count('cluster_count', 'virtualization.cluster', through),
    ],
    brief: ['id', 'url', 'display', 'name', 'slug', 'description', 'cluster_count'],
    display: build.displayName,
    sortKey: build.byName,
  };
}

export const clusterType = grouping(
  'virtualization.clustertype',
  'virtualization/cluster-types',
  'ClusterType',
  'cluster type',
  'type',
);
export const clusterGroup = grouping(
  'virtualization.clustergroup',
  'virtualization/cluster-groups',
  'ClusterGroup',
  'cluster group',
  'group',
);

const siteOf: Related = row => [siteOfScope(row.values)];

/** Filters by the site of a scope. */
export const scopeFilters = {
  site_id: relatedIdFilter('dcim.site', siteOf),
  site: relatedNameFilter('dcim.site', siteOf),
  scope_type: contentTypeFilter('scope_type'),
};

function allocated(field: 'vcpus' | 'memory' | 'disk') {
  return (row: Row, reader: Reader): number | null => {
    const amounts = reader.world
      .table('virtualization.virtualmachine')
      .find('cluster', row.id)
      .flatMap(vm => numberOf(vm, field) ?? []);
    return amounts.length === 0 ? null : amounts.reduce((sum, amount) => sum + amount, 0);
  };
}

/** `virtualization/clusters`. */
export const cluster: ObjectType = {
  key: 'virtualization.cluster',
  endpoint: 'virtualization/clusters',
  className: 'Cluster',
  label: 'cluster',
  fields: [
    build.required('name', 100),
    build.needed('type', 'virtualization.clustertype', 'protect'),
    build.optional('group', 'virtualization.clustergroup', 'protect', { clearedByPut: true }),
    build.choice('status', CLUSTER_STATUS, 'active'),
    build.optional('tenant', 'tenancy.tenant', 'protect'),
    { kind: 'contentType', name: 'scope_type', idField: 'scope_id', allowed: LOCATION_SCOPES, nullable: true, cascade: true },
    { kind: 'integer', name: 'scope_id', nullable: true },
    build.genericObject('scope', 'scope_type', 'scope_id'),
    ...build.primary,
    build.count('device_count', 'dcim.device', 'cluster'),
    build.count('virtualmachine_count', 'virtualization.virtualmachine', 'cluster'),
    build.computed('allocated_vcpus', allocated('vcpus')),
    build.computed('allocated_memory', allocated('memory')),
    build.computed('allocated_disk', allocated('disk')),
  ],
  brief: ['id', 'url', 'display', 'name', 'description', 'virtualmachine_count'],
  display: build.displayName,
  sortKey: row => [naturalKey(textOf(row, 'name'))],
  nameField: 'name',
  naturalKey: row => textOf(row, 'name'),
  uniques: [
    {
      constraint: 'virtualization_cluster_unique_group_name',
      key: values => build.uniqueKey([values['group'], values['name']]),
      message: () => 'Cluster with this Group and Name already exists.',
    },
    {
      constraint: 'virtualization_cluster_unique__site_name',
      key: values => build.uniqueKey([siteOfScope(values), values['name']]),
      message: () => 'Cluster with this Site and Name already exists.',
      unchecked: true,
    },
  ],
  filters: scopeFilters,
  clean: checkHosts,
  afterSave: (row, _before, { world }) => moveMachines(row, world),
};

/** A cluster cannot move to a site that its host devices are not in. */
function checkHosts({ draft, world, problems }: Check): void {
  const site = siteOfScope(draft.values);
  if (!draft.before || site === null) return;
  const elsewhere = world
    .table('dcim.device')
    .find('cluster', draft.id)
    .filter(device => numberOf(device, 'site') !== site);
  if (elsewhere.length > 0) {
    const name = world.display('dcim.site', site);
    problems.add('scope', `${elsewhere.length} devices are assigned as hosts for this cluster but are not in site ${name}`);
  }
}

/** The VMs of a cluster follow it to its site, silently. */
function moveMachines(row: Row, world: World): void {
  const site = siteOfScope(row.values);
  if (site === null) return;
  for (const vm of world.table('virtualization.virtualmachine').find('cluster', row.id)) {
    if (numberOf(vm, 'site') !== site) world.put('virtualization.virtualmachine', { ...vm, values: { ...vm.values, site } });
  }
}
