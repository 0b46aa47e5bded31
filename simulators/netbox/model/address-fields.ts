import { idOf, type Row } from '../store/row';
import type { Reader, Selection } from '../read/reader';
import type { Json } from '../json';
import * as build from './build';
import type { Field } from './field';

const SHOWN: Selection = {
  fields: new Set(['id', 'url', 'display', 'family', 'address', 'nat_inside', 'nat_outside', 'dns_name', 'description']),
};

function show(field: string): (row: Row, reader: Reader) => Json {
  return (row, reader) => reader.nestedWith('ipam.ipaddress', idOf(row, field), SHOWN);
}

/** primary_ip (IPv6 before IPv4, NetBox's default), primary_ip4 and primary_ip6 of VMs and devices. */
export const primaryAddresses: readonly Field[] = [
  build.computed('primary_ip', (row, reader) =>
    show(idOf(row, 'primary_ip6') === null ? 'primary_ip4' : 'primary_ip6')(row, reader),
  ),
  build.optional('primary_ip4', 'ipam.ipaddress', 'clear', { show: show('primary_ip4'), oneToOne: true }),
  build.optional('primary_ip6', 'ipam.ipaddress', 'clear', { show: show('primary_ip6'), oneToOne: true }),
];

export const outOfBandAddress: Field = build.optional('oob_ip', 'ipam.ipaddress', 'clear', {
  show: show('oob_ip'),
  oneToOne: true,
});
