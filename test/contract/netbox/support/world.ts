import type { Row } from './api';
import type { NetBoxUnderTest } from './netbox';

export const machines = 'virtualization/virtual-machines';
export const interfaces = 'virtualization/interfaces';
export const disks = 'virtualization/virtual-disks';
export const clusters = 'virtualization/clusters';
export const addresses = 'ipam/ip-addresses';
export const macs = 'dcim/mac-addresses';
export const vlans = 'ipam/vlans';
export const sites = 'dcim/sites';

export async function makeSite(netbox: NetBoxUnderTest): Promise<Row> {
  const name = netbox.unique('site');
  return netbox.make(sites, { name, slug: name });
}

export async function makeCluster(netbox: NetBoxUnderTest, values: object = {}): Promise<Row> {
  const name = netbox.unique('cluster');
  const type = await netbox.make('virtualization/cluster-types', { name, slug: name });
  return netbox.make(clusters, { name, type: type.id, ...values });
}

/** A VM in a cluster of its own unless `values` name one. */
export async function makeMachine(
  netbox: NetBoxUnderTest,
  values: { cluster?: number; [field: string]: unknown } = {},
): Promise<Row> {
  const cluster = values.cluster ?? (await makeCluster(netbox)).id;
  return netbox.make(machines, { name: netbox.unique('vm'), ...values, cluster });
}

export async function makeInterface(netbox: NetBoxUnderTest, machine: { id: number }, values: object = {}): Promise<Row> {
  return netbox.make(interfaces, { name: netbox.unique('eth'), virtual_machine: machine.id, ...values });
}

/** An IPv4 address with its mask, assigned to an interface. */
export async function makeAddress(netbox: NetBoxUnderTest, nic: { id: number }, values: object = {}): Promise<Row> {
  return netbox.make(addresses, {
    address: `${netbox.address()}/24`,
    assigned_object_type: 'virtualization.vminterface',
    assigned_object_id: nic.id,
    ...values,
  });
}

export function ids(rows: readonly { id: number }[]): number[] {
  return rows.map(({ id }) => id).sort((one, other) => one - other);
}
