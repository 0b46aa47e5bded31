import { numberFilter, relatedIdFilter, relatedNameFilter } from '../../read/filter-kinds';
import { idOf, numberOf, textOf } from '../../store/row';
import * as build from '../build';
import { AIRFLOW, SITE_STATUS } from '../choices';
import type { ComputedField } from '../field';
import type { ObjectType, UniqueRule } from '../object-type';

const degrees = { kind: 'decimal', nullable: true, digits: 9, places: 6 } as const;

/** `tenancy/tenants`. */
export const tenant: ObjectType = {
  key: 'tenancy.tenant',
  endpoint: 'tenancy/tenants',
  className: 'Tenant',
  label: 'tenant',
  fields: [
    build.required('name', 100),
    build.slug(),
    ...build.absent('group'),
    ...build.primary,
    ...build.zeroCounts('circuit_count'),
    build.count('device_count', 'dcim.device', 'tenant'),
    build.count('ipaddress_count', 'ipam.ipaddress', 'tenant'),
    build.count('prefix_count', 'ipam.prefix', 'tenant'),
    ...build.zeroCounts('rack_count'),
    build.count('site_count', 'dcim.site', 'tenant'),
    build.count('virtualmachine_count', 'virtualization.virtualmachine', 'tenant'),
    build.count('vlan_count', 'ipam.vlan', 'tenant'),
    build.count('vrf_count', 'ipam.vrf', 'tenant'),
    build.count('cluster_count', 'virtualization.cluster', 'tenant'),
  ],
  brief: ['id', 'url', 'display', 'name', 'slug', 'description'],
  display: build.displayName,
  sortKey: build.byName,
  uniques: namedRules('tenancy_tenant', 'Tenant name must be unique per group.', 'Tenant slug must be unique per group.'),
};

/** Uniqueness of name and slug as constraints of the model, reported together under `__all__`. */
function namedRules(table: string, name: string, slug: string): UniqueRule[] {
  return [
    { constraint: `${table}_unique_name`, key: values => build.uniqueKey([values['name']]), message: () => name },
    { constraint: `${table}_unique_slug`, key: values => build.uniqueKey([values['slug']]), message: () => slug },
  ];
}

/** `dcim/sites`. */
export const site: ObjectType = {
  key: 'dcim.site',
  endpoint: 'dcim/sites',
  className: 'Site',
  label: 'site',
  fields: [
    build.required('name', 100, { unique: true }),
    build.slug({ unique: true }),
    build.choice('status', SITE_STATUS, 'active'),
    ...build.absent('region', 'group'),
    build.optional('tenant', 'tenancy.tenant', 'protect'),
    build.text('facility', 50, { search: true }),
    {
      kind: 'text',
      name: 'time_zone',
      nullable: true,
      blank: true,
      checks: [{ pattern: /^(UTC|[A-Z][A-Za-z_]+(\/[A-Za-z_+-]+)+)$/, message: 'A valid timezone is required.' }],
    },
    build.description,
    build.text('physical_address', 200),
    build.text('shipping_address', 200),
    { ...degrees, name: 'latitude', min: -90, max: 90, minText: '-90.0', maxText: '90.0', digits: 8 },
    { ...degrees, name: 'longitude', min: -180, max: 180, minText: '-180.0', maxText: '180.0' },
    build.owner,
    build.comments,
    build.fixed('asns', [], { logged: [] }),
    build.tags,
    build.customFields,
    ...build.stamps,
    ...build.zeroCounts('circuit_count'),
    build.count('device_count', 'dcim.device', 'site'),
    build.computed(
      'prefix_count',
      (row, reader) => reader.world.table('ipam.prefix').ids('scope_type', `dcim.site:${row.id}`).size,
      {
        nested: 'absent',
      },
    ),
    ...build.zeroCounts('rack_count'),
    build.count('virtualmachine_count', 'virtualization.virtualmachine', 'site'),
    build.count('vlan_count', 'ipam.vlan', 'site'),
  ],
  brief: ['id', 'url', 'display', 'name', 'description', 'slug'],
  display: build.displayName,
  sortKey: build.byName,
};

/** `dcim/manufacturers`. */
export const manufacturer: ObjectType = {
  key: 'dcim.manufacturer',
  endpoint: 'dcim/manufacturers',
  className: 'Manufacturer',
  label: 'manufacturer',
  fields: [
    build.required('name', 100, { unique: true }),
    build.slug({ unique: true }),
    ...build.primary,
    build.count('devicetype_count', 'dcim.devicetype', 'manufacturer'),
    ...build.zeroCounts('moduletype_count', 'inventoryitem_count'),
    build.count('platform_count', 'dcim.platform', 'manufacturer'),
  ],
  brief: ['id', 'url', 'display', 'name', 'slug', 'description'],
  display: build.displayName,
  sortKey: build.byName,
};

const PARENT_FORM = { fields: new Set(['id', 'url', 'display_url', 'display', 'name']) };

const parent = (to: string) =>
  build.optional('parent', to, 'cascade', {
    show: (row, reader) => reader.nestedWith(to, idOf(row, 'parent'), PARENT_FORM),
  });

const depth = build.computed('_depth', (row, reader) => {
  let levels = 0;
  const key = 'vm_role' in row.values ? 'dcim.devicerole' : 'dcim.platform';
  for (let up = reader.world.get(key, idOf(row, 'parent')); up && levels < 50; up = reader.world.get(key, idOf(up, 'parent')))
    levels += 1;
  return levels;
});

/** Counts of trees: nested forms show zero, since NetBox counts them only in the tree's own lists. */
const treeCount = (name: string, of: string, through: string): ComputedField =>
  build.count(name, of, through, { nested: 'zero' });

/** `dcim/platforms`. */
export const platform: ObjectType = {
  key: 'dcim.platform',
  endpoint: 'dcim/platforms',
  className: 'Platform',
  label: 'platform',
  fields: [
    parent('dcim.platform'),
    build.required('name', 100),
    build.slug(),
    build.optional('manufacturer', 'dcim.manufacturer', 'protect'),
    ...build.absent('config_template'),
    ...build.primary,
    treeCount('device_count', 'dcim.device', 'platform'),
    treeCount('virtualmachine_count', 'virtualization.virtualmachine', 'platform'),
    depth,
  ],
  brief: ['id', 'url', 'display', 'name', 'slug', 'description', 'device_count', 'virtualmachine_count', '_depth'],
  display: build.displayName,
  sortKey: build.byName,
  uniques: namedRules('dcim_platform', 'Platform name must be unique.', 'Platform slug must be unique.'),
};

/** `dcim/device-roles`: roles of devices and, with `vm_role`, of virtual machines. */
export const deviceRole: ObjectType = {
  key: 'dcim.devicerole',
  endpoint: 'dcim/device-roles',
  className: 'DeviceRole',
  label: 'device role',
  fields: [
    build.required('name', 100),
    build.slug(),
    {
      kind: 'text',
      name: 'color',
      max: 6,
      default: '9e9e9e',
      checks: [{ pattern: /^[0-9a-f]{6}$/, message: 'Enter a valid hexadecimal RGB color code.' }],
    },
    build.bool('vm_role', true),
    ...build.absent('config_template'),
    parent('dcim.devicerole'),
    build.description,
    build.tags,
    build.customFields,
    ...build.stamps,
    treeCount('device_count', 'dcim.device', 'role'),
    treeCount('virtualmachine_count', 'virtualization.virtualmachine', 'role'),
    build.owner,
    build.comments,
    depth,
  ],
  brief: ['id', 'url', 'display', 'name', 'slug', 'description', 'device_count', 'virtualmachine_count', '_depth'],
  display: build.displayName,
  sortKey: build.byName,
  uniques: namedRules(
    'dcim_devicerole',
    'A device role with this name already exists.',
    'A device role with this slug already exists.',
  ),
};

const templateCounts =
  'console_port console_server_port power_port power_outlet cooling_intake cooling_outflow interface front_port rear_port device_bay module_bay inventory_item'
    .split(' ')
    .map(name => build.fixed(`${name}_template_count`, 0, { logged: 0, ...(name.startsWith('cooling') && { since: 7 }) }));

/** `dcim/device-types`. */
export const deviceType: ObjectType = {
  key: 'dcim.devicetype',
  endpoint: 'dcim/device-types',
  className: 'DeviceType',
  label: 'device type',
  fields: [
    build.needed('manufacturer', 'dcim.manufacturer', 'protect'),
    build.optional('default_platform', 'dcim.platform', 'clear'),
    build.required('model', 100),
    build.slug(),
    build.text('part_number', 50, { search: true }),
    { kind: 'decimal', name: 'u_height', digits: 4, places: 1, min: 0, minText: '0.0', default: 1 },
    build.bool('exclude_from_utilization', false),
    build.bool('is_full_depth', true),
    build.optionalChoice('subdevice_role', [
      ['parent', 'Parent'],
      ['child', 'Child'],
    ]),
    build.optionalChoice('airflow', AIRFLOW),
    { ...build.fixed('cooling_method', null, { logged: null }), since: 7 },
    ...build.absent('weight', 'weight_unit', 'end_of_life', 'front_image', 'rear_image'),
    build.description,
    build.owner,
    build.comments,
    build.tags,
    build.customFields,
    ...build.stamps,
    build.count('device_count', 'dcim.device', 'device_type', { nested: 'same', logged: true }),
    ...templateCounts,
  ],
  brief: ['id', 'url', 'display', 'manufacturer', 'model', 'slug', 'description', 'device_count'],
  display: row => textOf(row, 'model'),
  sortKey: (row, world) => [world.display('dcim.manufacturer', idOf(row, 'manufacturer')), textOf(row, 'model')],
  uniques: [
    {
      constraint: 'dcim_devicetype_unique_manufacturer_model',
      key: values => build.uniqueKey([values['manufacturer'], values['model']]),
      message: () => 'Device type with this Manufacturer and Model already exists.',
    },
    {
      constraint: 'dcim_devicetype_unique_manufacturer_slug',
      key: values => build.uniqueKey([values['manufacturer'], values['slug']]),
      message: () => 'Device type with this Manufacturer and Slug already exists.',
    },
  ],
  filters: {
    manufacturer_id: relatedIdFilter('dcim.manufacturer', row => [idOf(row, 'manufacturer')], 'manufacturer'),
    manufacturer: relatedNameFilter('dcim.manufacturer', row => [idOf(row, 'manufacturer')]),
    device_count: numberFilter(
      (row, world) => numberOf(row, 'device_count') ?? world.table('dcim.device').ids('device_type', row.id).size,
    ),
  },
};
