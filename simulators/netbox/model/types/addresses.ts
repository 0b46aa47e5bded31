import { booleanFilter, numberFilter } from '../../read/filter-kinds';
import type { Filter } from '../../read/filter';
import { idOf, type Row, textOf } from '../../store/row';
import * as build from '../build';
import { IP_ROLE, IP_STATUS, PREFIX_STATUS } from '../choices';
import {
  addressField,
  contains,
  hostText,
  type Network,
  networkAddress,
  networkKey,
  networkText,
  parseNetwork,
  prefixField,
} from '../network';
import type { ObjectType } from '../object-type';
import { checkAddress, checkPrefix, lowerDnsName } from '../rules/addresses';
import { LOCATION_SCOPES } from '../rules/scope';
import { scopeFilters } from './clusters';
import { assignmentFilters, holderKey } from './mac-addresses';

const NAT = { fields: new Set(['id', 'url', 'display_url', 'display', 'address']) };
const family = (field: string) =>
  build.computed('family', row => {
    const version = parseNetwork(textOf(row, field))?.family ?? 4;
    return { value: version, label: `IPv${version}` };
  });

function networkOf(row: Row, field: string): Network {
  return parseNetwork(textOf(row, field)) ?? { family: 4, address: 0n, length: 32 };
}

/** Texts of a query that are networks; anything else finds nothing. */
function networks(values: readonly string[]): Network[] {
  return values.flatMap(value => parseNetwork(value) ?? []);
}

function networkFilter(field: string, test: (own: Network, wanted: Network, text: string) => boolean): Filter {
  return (values, lookup) => {
    if (lookup !== '') return undefined;
    const wanted = values.flatMap(text => networks([text]).map(network => ({ network, text })));
    return { test: row => wanted.some(({ network, text }) => test(networkOf(row, field), network, text)) };
  };
}

const familyFilter = (field: string): Filter => numberFilter(row => networkOf(row, field).family);
const maskFilter = (field: string): Filter => numberFilter(row => networkOf(row, field).length);

/** NAT relations show the address with its family as a number. */
function natForm(form: Record<string, unknown> | null, address: string) {
  if (!form) return null;
  const { id, url, display_url, display } = form as Record<string, string | number>;
  return {
    id: id ?? 0,
    url: url ?? '',
    display_url: display_url ?? '',
    display: display ?? '',
    family: parseNetwork(address)?.family ?? 4,
    address,
  };
}

/** `ipam/ip-addresses`. */
export const ipAddress: ObjectType = {
  key: 'ipam.ipaddress',
  endpoint: 'ipam/ip-addresses',
  className: 'IPAddress',
  label: 'IP address',
  fields: [
    family('address'),
    { kind: 'notated', name: 'address', required: true, parse: addressField },
    build.optional('vrf', 'ipam.vrf', 'protect'),
    build.optional('tenant', 'tenancy.tenant', 'protect'),
    build.choice('status', IP_STATUS, 'active'),
    build.optionalChoice('role', IP_ROLE),
    {
      kind: 'contentType',
      name: 'assigned_object_type',
      idField: 'assigned_object_id',
      allowed: ['dcim.interface', 'ipam.fhrpgroup', 'virtualization.vminterface'],
      nullable: true,
      cascade: true,
    },
    { kind: 'integer', name: 'assigned_object_id', nullable: true, min: 0 },
    build.genericObject('assigned_object', 'assigned_object_type', 'assigned_object_id'),
    build.optional('nat_inside', 'ipam.ipaddress', 'clear', {
      show: (row, reader) => {
        const inside = reader.world.get('ipam.ipaddress', idOf(row, 'nat_inside'));
        return inside ? natForm(reader.nestedWith('ipam.ipaddress', inside.id, NAT), textOf(inside, 'address')) : null;
      },
    }),
    build.computed('nat_outside', (row, reader) =>
      reader.world
        .table('ipam.ipaddress')
        .find('nat_inside', row.id)
        .flatMap(outside => natForm(reader.nestedWith('ipam.ipaddress', outside.id, NAT), textOf(outside, 'address')) ?? []),
    ),
    build.text('dns_name', 255, {
      search: true,
      checks: [
        {
          pattern: /^([0-9A-Za-z_-]+|\*)(\.[0-9A-Za-z_-]+)*\.?$/,
          message: 'Only alphanumeric characters, asterisks, hyphens, periods, and underscores are allowed in DNS names',
        },
      ],
    }),
    ...build.primary,
  ],
  brief: ['id', 'url', 'display', 'family', 'address', 'description'],
  display: row => textOf(row, 'address'),
  sortKey: row => [networkKey(textOf(row, 'address')).slice(0, 33)],
  nameField: 'address',
  indexes: { host: row => [hostText(networkOf(row, 'address'))] },
  naturalKey: (row, world) => `${textOf(row, 'address')}@${world.display('ipam.vrf', idOf(row, 'vrf'))}@${holderKey(row, world)}`,
  filters: {
    ...assignmentFilters,
    address: networkFilter('address', (own, wanted, text) =>
      text.includes('/') ? networkText(own) === networkText(wanted) : hostText(own) === hostText(wanted),
    ),
    parent: networkFilter('address', (own, wanted) =>
      contains(networkAddress(wanted), { ...own, length: Math.max(own.length, wanted.length) }),
    ),
    family: familyFilter('address'),
    mask_length: maskFilter('address'),
    assigned: booleanFilter(row => idOf(row, 'assigned_object_id') !== null),
    assigned_to_interface: booleanFilter(row => idOf(row, 'assigned_object_id') !== null),
    nat_inside_id: numberFilter(row => idOf(row, 'nat_inside')),
  },
  clean: checkAddress,
  beforeSave: lowerDnsName,
};

const prefixTest = (test: (own: Network, wanted: Network) => boolean): Filter => networkFilter('prefix', test);

/** `ipam/prefixes`. */
export const prefix: ObjectType = {
  key: 'ipam.prefix',
  endpoint: 'ipam/prefixes',
  className: 'Prefix',
  label: 'prefix',
  fields: [
    family('prefix'),
    { kind: 'notated', name: 'prefix', required: true, parse: prefixField },
    build.optional('vrf', 'ipam.vrf', 'protect'),
    { kind: 'contentType', name: 'scope_type', idField: 'scope_id', allowed: LOCATION_SCOPES, nullable: true, cascade: true },
    { kind: 'integer', name: 'scope_id', nullable: true },
    build.genericObject('scope', 'scope_type', 'scope_id'),
    build.optional('tenant', 'tenancy.tenant', 'protect'),
    build.optional('vlan', 'ipam.vlan', 'protect'),
    build.choice('status', PREFIX_STATUS, 'active'),
    build.optional('role', 'ipam.role', 'clear'),
    build.bool('is_pool', false),
    build.bool('mark_utilized', false),
    ...build.primary,
    build.computed('children', (row, reader) => related(row, [...reader.world.table('ipam.prefix').rows()], 'inside')),
    build.computed('_depth', (row, reader) => related(row, [...reader.world.table('ipam.prefix').rows()], 'outside')),
  ],
  brief: ['id', 'url', 'display', 'family', 'prefix', 'description', '_depth'],
  display: row => textOf(row, 'prefix'),
  sortKey: (row, world) => [world.display('ipam.vrf', idOf(row, 'vrf')), networkKey(textOf(row, 'prefix'))],
  nameField: 'prefix',
  naturalKey: (row, world) => `${textOf(row, 'prefix')}@${world.display('ipam.vrf', idOf(row, 'vrf'))}`,
  filters: {
    ...scopeFilters,
    prefix: prefixTest((own, wanted) => networkText(own) === networkText(wanted)),
    within: prefixTest((own, wanted) => contains(wanted, own) && own.length > wanted.length),
    within_include: prefixTest((own, wanted) => contains(wanted, own)),
    contains: prefixTest((own, wanted) => contains(own, wanted)),
    family: familyFilter('prefix'),
    mask_length: maskFilter('prefix'),
    vlan_vid: numberFilter((row, world) => {
      const vlan = world.get('ipam.vlan', idOf(row, 'vlan'));
      return vlan ? Number(vlan.values['vid']) : null;
    }),
  },
  clean: checkPrefix,
};

/** How many prefixes of the same VRF lie inside this one, or around it. */
function related(row: Row, rows: readonly Row[], where: 'inside' | 'outside'): number {
  const own = networkOf(row, 'prefix');
  return rows.filter(other => {
    if (other.id === row.id || idOf(other, 'vrf') !== idOf(row, 'vrf')) return false;
    const network = networkOf(other, 'prefix');
    return network.length !== own.length && (where === 'inside' ? contains(own, network) : contains(network, own));
  }).length;
}
