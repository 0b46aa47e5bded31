import { booleanFilter, foldedTextFilter, relatedIdFilter, relatedNameFilter, textFilter } from '../../read/filter-kinds';
import { naturalKey } from '../../store/natural-sort';
import { idOf, type Row, textOf, valueOf } from '../../store/row';
import type { World } from '../../store/world';
import { outOfBandAddress, primaryAddresses } from '../address-fields';
import * as build from '../build';
import { AIRFLOW, DEVICE_STATUS, FACE } from '../choices';
import type { Check, ObjectType } from '../object-type';
import { checkPrimaryAddresses } from '../rules/primary-address';
import { macsOfInterfaces } from '../rules/mac-addresses';
import { checkLocalContext } from '../rules/local-context';
import { siteOfScope } from '../rules/scope';

const componentCounts = (...names: string[]) =>
  names.map(name => build.fixed(`${name}_count`, 0, { logged: 0, ...(name.startsWith('cooling') && { since: 7 }) }));

const typeOf = (row: Row, world: World): Row | undefined => world.get('dcim.devicetype', idOf(row, 'device_type'));

/** `dcim/devices`. Racks, locations and chassis are not modelled. */
export const device: ObjectType = {
  key: 'dcim.device',
  endpoint: 'dcim/devices',
  className: 'Device',
  label: 'device',
  fields: [
    build.text('name', 64, { nullable: true, search: true }),
    build.needed('device_type', 'dcim.devicetype', 'protect'),
    build.needed('role', 'dcim.devicerole', 'protect'),
    build.optional('tenant', 'tenancy.tenant', 'protect', { clearedByPut: true }),
    build.optional('platform', 'dcim.platform', 'clear'),
    build.text('serial', 50, { search: true }),
    build.text('asset_tag', 50, { nullable: true, unique: true, search: true }),
    build.needed('site', 'dcim.site', 'protect'),
    ...build.absent('location', 'rack', 'position'),
    build.optionalChoice('face', FACE, { default: '' }),
    ...build.absent('latitude', 'longitude'),
    build.fixed('parent_device', null),
    build.choice('status', DEVICE_STATUS, 'active'),
    build.optionalChoice('airflow', AIRFLOW),
    { ...build.fixed('cooling_method', null, { logged: null }), since: 7 },
    ...primaryAddresses,
    outOfBandAddress,
    build.optional('cluster', 'virtualization.cluster', 'clear'),
    ...build.absent('virtual_chassis', 'vc_position', 'vc_priority'),
    build.description,
    build.owner,
    build.comments,
    ...build.absent('config_template'),
    build.computed('config_context', row => valueOf(row, 'local_context_data') ?? {}),
    { kind: 'json', name: 'local_context_data', nullable: true },
    build.tags,
    build.customFields,
    ...build.stamps,
    ...componentCounts('console_port', 'console_server_port', 'power_port', 'power_outlet', 'cooling_intake', 'cooling_outflow'),
    build.count('interface_count', 'dcim.interface', 'device', { logged: true }),
    ...componentCounts('front_port', 'rear_port', 'device_bay', 'module_bay', 'inventory_item'),
  ],
  brief: ['id', 'url', 'display', 'name', 'description'],
  display: displayDevice,
  sortKey: row => [naturalKey(textOf(row, 'name') || '\uffff'), row.id],
  nameField: 'name',
  naturalKey: (row, world) =>
    `${world.display('dcim.site', idOf(row, 'site'))}/${textOf(row, 'name') || displayDevice(row, world)}`,
  uniques: [
    {
      constraint: 'dcim_device_unique_name_site_tenant',
      key: values => {
        const name = build.lower(values['name']);
        return name === null ? null : build.uniqueKey([name, values['site'], values['tenant']], true);
      },
      message: ({ minor }) =>
        minor >= 7 ? 'Device name must be unique per site and tenant.' : 'Device name must be unique per site.',
    },
  ],
  filters: {
    name: foldedTextFilter(row => textOf(row, 'name')),
    serial: foldedTextFilter(row => textOf(row, 'serial')),
    cluster_group_id: relatedIdFilter('virtualization.clustergroup', (row, world) => [
      groupOfCluster(world, idOf(row, 'cluster')),
    ]),
    manufacturer_id: relatedIdFilter('dcim.manufacturer', (row, world) => [manufacturerOf(row, world)]),
    manufacturer: relatedNameFilter('dcim.manufacturer', (row, world) => [manufacturerOf(row, world)]),
    model: textFilter((row, world) => slugOfType(row, world)),
    has_primary_ip: booleanFilter(row => idOf(row, 'primary_ip4') !== null || idOf(row, 'primary_ip6') !== null),
    mac_address: macsOfInterfaces('dcim.interface', 'device'),
  },
  clean: checkDevice,
  beforeSave: (draft, world) => {
    if (draft.before) return;
    const type = world.get('dcim.devicetype', Number(draft.values['device_type']));
    if (!type) return;
    draft.values['airflow'] = draft.values['airflow'] || valueOf(type, 'airflow');
    draft.values['platform'] ??= idOf(type, 'default_platform');
  },
};

function groupOfCluster(world: World, cluster: number | null): number | null {
  const row = world.get('virtualization.cluster', cluster);
  return row ? idOf(row, 'group') : null;
}

function manufacturerOf(row: Row, world: World): number | null {
  const type = typeOf(row, world);
  return type ? idOf(type, 'manufacturer') : null;
}

function slugOfType(row: Row, world: World): string {
  const type = typeOf(row, world);
  return type ? textOf(type, 'slug') : '';
}

function displayDevice(row: Row, world: World): string {
  const name = textOf(row, 'name');
  const asset = textOf(row, 'asset_tag');
  if (name) return asset ? `${name} (${asset})` : name;
  const type = typeOf(row, world);
  const maker = type ? world.display('dcim.manufacturer', idOf(type, 'manufacturer')) : '';
  return `${maker} ${type ? textOf(type, 'model') : ''} (${asset || row.id})`;
}

function checkDevice(check: Check): void {
  const { draft, world, problems } = check;
  const { values } = draft;
  checkLocalContext(check);
  if (values['face']) problems.add('face', 'Cannot select a rack face without assigning a rack.');
  checkPrimaryAddresses(check, 'dcim.device', 'device');
  const cluster = typeof values['cluster'] === 'number' ? world.get('virtualization.cluster', values['cluster']) : undefined;
  const site = cluster ? siteOfScope(cluster.values) : null;
  if (site !== null && site !== values['site']) {
    problems.add('cluster', `The assigned cluster belongs to a different site (${world.display('dcim.site', site)})`);
  }
}
