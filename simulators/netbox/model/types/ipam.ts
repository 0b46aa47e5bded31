import { relatedIdFilter, type Related } from '../../read/filter-kinds';
import { naturalKey } from '../../store/natural-sort';
import { idOf, idsOf, numberOf, type Row, textOf } from '../../store/row';
import type { World } from '../../store/world';
import * as build from '../build';
import { VLAN_STATUS } from '../choices';
import type { ObjectType } from '../object-type';
import { LOCATION_SCOPES } from '../rules/scope';

/** `ipam/vrfs`. Route targets are not modelled. */
export const vrf: ObjectType = {
  key: 'ipam.vrf',
  endpoint: 'ipam/vrfs',
  className: 'VRF',
  label: 'VRF',
  fields: [
    build.required('name', 100),
    build.text('rd', 21, { nullable: true, unique: true, label: 'route distinguisher', search: true }),
    build.optional('tenant', 'tenancy.tenant', 'protect'),
    build.bool('enforce_unique', true),
    build.description,
    build.owner,
    build.comments,
    build.fixed('import_targets', [], { logged: [] }),
    build.fixed('export_targets', [], { logged: [] }),
    build.tags,
    build.customFields,
    ...build.stamps,
    build.count('ipaddress_count', 'ipam.ipaddress', 'vrf'),
    build.count('prefix_count', 'ipam.prefix', 'vrf'),
  ],
  brief: ['id', 'url', 'display', 'name', 'rd', 'description', 'prefix_count'],
  display: row => (textOf(row, 'rd') ? `${textOf(row, 'name')} (${textOf(row, 'rd')})` : textOf(row, 'name')),
  sortKey: row => [naturalKey(textOf(row, 'name')), textOf(row, 'rd')],
  nameField: 'rd',
  naturalKey: row => textOf(row, 'name'),
};

/** `ipam/roles`: roles of prefixes and VLANs. */
export const ipamRole: ObjectType = {
  key: 'ipam.role',
  endpoint: 'ipam/roles',
  className: 'Role',
  label: 'role',
  fields: [
    build.required('name', 100, { unique: true }),
    build.slug({ unique: true }),
    build.integer('weight', 0, 32767, { nullable: false, default: 1000 }),
    ...build.primary,
    build.count('prefix_count', 'ipam.prefix', 'role'),
    build.count('vlan_count', 'ipam.vlan', 'role'),
    ...build.zeroCounts('asn_count'),
  ],
  brief: ['id', 'url', 'display', 'name', 'slug', 'description', 'prefix_count', 'vlan_count', 'asn_count'],
  display: build.displayName,
  sortKey: row => [numberOf(row, 'weight') ?? 0, naturalKey(textOf(row, 'name'))],
};

/** `ipam/vlan-groups`. */
export const vlanGroup: ObjectType = {
  key: 'ipam.vlangroup',
  endpoint: 'ipam/vlan-groups',
  className: 'VLANGroup',
  label: 'VLAN group',
  fields: [
    build.required('name', 100),
    build.slug(),
    {
      kind: 'contentType',
      name: 'scope_type',
      idField: 'scope_id',
      allowed: [...LOCATION_SCOPES, 'dcim.rack', 'virtualization.clustergroup', 'virtualization.cluster'],
      nullable: true,
      cascade: true,
    },
    { kind: 'integer', name: 'scope_id', nullable: true },
    build.genericObject('scope', 'scope_type', 'scope_id'),
    { kind: 'json', name: 'vid_ranges', default: [[1, 4094]] },
    build.computed('total_vlan_ids', row => vlanIds(row), { logged: true }),
    build.optional('tenant', 'tenancy.tenant', 'protect'),
    ...build.primary,
    build.count('vlan_count', 'ipam.vlan', 'group'),
    build.computed('utilization', (row, reader) => {
      const used = reader.world.table('ipam.vlan').ids('group', row.id).size;
      return used === 0 ? '0.0' : ((used * 100) / vlanIds(row)).toFixed(2);
    }),
  ],
  brief: ['id', 'url', 'display', 'name', 'slug', 'description', 'vlan_count'],
  display: build.displayName,
  sortKey: build.byName,
  uniques: (['name', 'slug'] as const).map(field => ({
    constraint: `ipam_vlangroup_unique_scope_${field}`,
    key: values => build.uniqueKey([values['scope_type'], values['scope_id'], values[field]]),
    message: () => `VLAN group with this Scope type, Scope id and ${field === 'name' ? 'Name' : 'Slug'} already exists.`,
  })),
};

function vlanIds(row: Row): number {
  const ranges = row.values['vid_ranges'];
  if (!Array.isArray(ranges)) return 0;
  return ranges.reduce<number>((sum, range) => sum + (Array.isArray(range) ? Number(range[1]) - Number(range[0]) + 1 : 0), 0);
}

const siteOfVm: Related = (row, world) => {
  const vm = world.get('virtualization.virtualmachine', row.id);
  return [vm ? idOf(vm, 'site') : null];
};

/** `ipam/vlans`. Only VLANs of a group are unique. */
export const vlan: ObjectType = {
  key: 'ipam.vlan',
  endpoint: 'ipam/vlans',
  className: 'VLAN',
  label: 'VLAN',
  fields: [
    build.optional('site', 'dcim.site', 'protect'),
    build.optional('group', 'ipam.vlangroup', 'protect', { clearedByPut: true }),
    { kind: 'integer', name: 'vid', required: true, min: 1, max: 4094 },
    build.required('name', 64),
    build.optional('tenant', 'tenancy.tenant', 'protect'),
    build.choice('status', VLAN_STATUS, 'active'),
    build.optional('role', 'ipam.role', 'clear'),
    build.description,
    build.optionalChoice('qinq_role', [
      ['svlan', 'Service'],
      ['cvlan', 'Customer'],
    ]),
    build.optional('qinq_svlan', 'ipam.vlan', 'protect'),
    build.owner,
    build.comments,
    build.fixed('l2vpn_termination', null),
    build.tags,
    build.customFields,
    ...build.stamps,
    build.count('prefix_count', 'ipam.prefix', 'vlan'),
  ],
  brief: ['id', 'url', 'display', 'vid', 'name', 'description'],
  display: row => `${textOf(row, 'name')} (${numberOf(row, 'vid')})`,
  sortKey: (row, world) => [
    world.display('dcim.site', idOf(row, 'site')) || '\uffff',
    world.display('ipam.vlangroup', idOf(row, 'group')) || '\uffff',
    numberOf(row, 'vid') ?? 0,
  ],
  nameField: 'name',
  naturalKey: (row, world) => vlanKey(row, world),
  uniques: [
    {
      constraint: 'ipam_vlan_unique_group_vid',
      key: values => build.uniqueKey([values['group'], values['vid']]),
      message: () => 'VLAN with this Group and VLAN ID already exists.',
    },
    {
      constraint: 'ipam_vlan_unique_group_name',
      key: values => build.uniqueKey([values['group'], values['name']]),
      message: () => 'VLAN with this Group and Name already exists.',
    },
  ],
  filters: {
    available_on_virtualmachine: (values, lookup, { world }) => {
      if (lookup !== '') return undefined;
      const vms = values.flatMap(value => world.get('virtualization.virtualmachine', Number(value)) ?? []);
      const sites = new Set(vms.flatMap(vm => siteOfVm(vm, world)));
      return { test: row => idOf(row, 'site') === null || sites.has(idOf(row, 'site')) };
    },
    vminterface_id: relatedIdFilter('virtualization.vminterface', (row, world) => interfacesOf(row, world)),
  },
};

function interfacesOf(row: Row, world: World): number[] {
  const interfaces = world.table('virtualization.vminterface');
  const tagged = interfaces.find('tagged_vlans', row.id).filter(each => idsOf(each, 'tagged_vlans').includes(row.id));
  return [...interfaces.ids('untagged_vlan', row.id), ...tagged.map(each => each.id)];
}

function vlanKey(row: Row, world: World): string {
  const group = world.display('ipam.vlangroup', idOf(row, 'group'));
  const site = world.display('dcim.site', idOf(row, 'site'));
  return `${group || site}/${numberOf(row, 'vid')}/${textOf(row, 'name')}`;
}
