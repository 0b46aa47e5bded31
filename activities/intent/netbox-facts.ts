import type { NetBoxObject, NetBoxPath } from '../../clients/netbox/object';
import type { InterfaceFacts, NetBoxFacts, PartFacts, VmFacts } from '../../domain/intent/changes/netbox-facts';
import type { StoredChange } from '../../domain/intent/changes/stored-change';
import type { Json } from '../../domain/json';
import { idIn, textIn } from '../../domain/reflection/kind';
import type { ReflectionKindName } from '../../domain/reflection/kind-names';
import type { IntentDeps } from './deps';

/** As a plan reads NetBox. */
export type FactReader = Pick<IntentDeps['netbox'], 'listAll' | 'listByIds'>;

interface Needs extends Pick<IntentDeps, 'store'> {
  netbox: FactReader;
}

/** Main, and what only a branch that is not merged has: the VLAN that it made for an interface of its own. */
export const withBranch = (netbox: FactReader, branch: string): FactReader => ({
  listAll: (path, options) => netbox.listAll(path, { ...options, branch }),
  async listByIds(path, ids, options) {
    const rows = await netbox.listByIds(path, ids, options);
    const inMain = new Set(rows.map(({ id }) => id));
    const others = ids.filter(id => !inMain.has(id));
    return others.length === 0 ? rows : [...rows, ...(await netbox.listByIds(path, others, { ...options, branch }))];
  },
});

/** Everything that the snapshots of changes point to: numbers of VLANs, whose interface an address is on, which guest a virtual machine shows. */
export async function readFacts(deps: Needs, changes: readonly StoredChange[]): Promise<NetBoxFacts> {
  const ids = idsIn(changes);
  const interfaceTypeId = await readInterfaceType(deps);
  const interfaces = await readInterfaces(deps, [...ids.interfaces, ...ids.assigned]);
  const vmIds = [...new Set([...ids.vms, ...[...interfaces.values()].map(({ vmId }) => vmId), ...ids.parents])];
  const [vms, disks, vlans, macs, clusters, devices, roleSlugs, typeSlugs] = await Promise.all([
    readVms(deps, vmIds),
    readDisks(deps, ids.disks),
    listed(deps, 'ipam/vlans', ids.vlans, 'vid', row => Number(row['vid'])),
    listed(
      deps,
      'dcim/mac-addresses',
      [...ids.macs, ...[...interfaces.values()].flatMap(nic => nic.primaryMacId ?? [])],
      'mac_address',
      row => textIn(row['mac_address']).toUpperCase(),
    ),
    readClusterEndpoints(deps, ids.clusters),
    deps.store.linksOfObjects('device', ids.devices),
    listed(deps, 'dcim/device-roles', ids.roles, 'slug', row => textIn(row['slug'])),
    listed(deps, 'virtualization/virtual-machine-types', ids.types, 'slug', row => textIn(row['slug'])),
  ]);
  return {
    vms,
    interfaces,
    disks,
    vlans,
    macs,
    clusterEndpoints: clusters,
    deviceNodes: new Map(devices.map(({ netboxId, key }) => [netboxId, key])),
    roleSlugs,
    typeSlugs,
    interfaceTypeId,
  };
}

/** By our own links; of the others by what the clusters themselves say, who may be another installation's. */
async function readClusterEndpoints(deps: Needs, ids: readonly number[]): Promise<Map<number, string>> {
  const links = await deps.store.linksOfObjects('cluster', ids);
  const ours = new Map(links.map(({ netboxId, endpointId }) => [netboxId, endpointId]));
  const others = ids.filter(id => !ours.has(id));
  const said = await listed(deps, 'virtualization/clusters', others, 'custom_fields', row => customText(row, 'proxbox_endpoint'));
  return new Map([
    ...ours,
    ...[...said].flatMap(([id, endpointId]): [number, string][] => (endpointId === '' ? [] : [[id, endpointId]])),
  ]);
}

function customText(row: NetBoxObject, name: string): string {
  const fields: unknown = row['custom_fields'];
  return typeof fields === 'object' && fields !== null && name in fields ? textIn(Reflect.get(fields, name)) : '';
}

const guestKinds = ['qemu', 'lxc'] as const;

interface Ids {
  vms: number[];
  interfaces: number[];
  /** Interfaces that addresses are assigned to. */
  assigned: number[];
  /** Virtual machines that parts belong to. */
  parents: number[];
  disks: number[];
  vlans: number[];
  macs: number[];
  clusters: number[];
  devices: number[];
  roles: number[];
  types: number[];
}

function idsIn(changes: readonly StoredChange[]): Ids {
  const of = (objectType: string): number[] =>
    changes.filter(change => change.objectType === objectType).map(({ objectId }) => objectId);
  const snapshots = changes.flatMap(({ original, modified }) => [original ?? {}, modified ?? {}]);
  const named = (...fields: string[]): number[] => [
    ...new Set(snapshots.flatMap(values => fields.flatMap(field => numbersIn(values[field] ?? null)))),
  ];
  return {
    vms: of('virtualization.virtualmachine'),
    interfaces: of('virtualization.vminterface'),
    assigned: named('assigned_object_id'),
    parents: named('virtual_machine'),
    disks: of('virtualization.virtualdisk'),
    vlans: named('untagged_vlan', 'tagged_vlans'),
    macs: named('primary_mac_address'),
    clusters: named('cluster'),
    devices: named('device'),
    roles: named('role'),
    types: named('virtual_machine_type'),
  };
}

/** Ids of related objects: a snapshot has them bare, or in a list. */
const numbersIn = (value: Json): number[] =>
  typeof value === 'number'
    ? [value]
    : Array.isArray(value)
      ? value.flatMap(item => (typeof item === 'number' ? [item] : []))
      : [];

async function listed<T>(
  { netbox }: Needs,
  path: NetBoxPath,
  ids: readonly number[],
  field: string,
  valueOf: (row: NetBoxObject) => T,
): Promise<Map<number, T>> {
  if (ids.length === 0) return new Map();
  const rows = await netbox.listByIds(path, [...new Set(ids)], { fields: [field] });
  return new Map(rows.map(row => [row.id, valueOf(row)]));
}

/** What our own links say a virtual machine shows; NetBox's own fields say it where there is no link. */
async function readVms({ netbox, store }: Needs, ids: readonly number[]): Promise<Map<number, VmFacts>> {
  if (ids.length === 0) return new Map();
  const [rows, links] = await Promise.all([
    netbox.listByIds('virtualization/virtual-machines', ids, { fields: ['name', 'custom_fields'] }),
    store.linksOfObjects('virtual-machine', ids),
  ]);
  const linked = new Map(links.map(link => [link.netboxId, link]));
  return new Map(
    rows.flatMap((row): [number, VmFacts][] => {
      const link = linked.get(row.id);
      const [kindText, vmid] = link?.key.split('/') ?? [];
      const kind = guestKinds.find(known => known === kindText);
      if (link === undefined || kind === undefined) return [];
      return [[row.id, { name: textIn(row['name']), kind, vmid: Number(vmid), endpointId: link.endpointId }]];
    }),
  );
}

async function readInterfaces(deps: Needs, ids: readonly number[]): Promise<Map<number, InterfaceFacts>> {
  const rows = await rowsOf(deps, 'virtualization/interfaces', ids, ['name', 'virtual_machine', 'primary_mac_address']);
  const keys = await keysOf(deps, 'interface', rows);
  return new Map(
    rows.flatMap(row => {
      const part = partOf(row, keys);
      return part ? [[row.id, { ...part, primaryMacId: idIn(row['primary_mac_address']) }] as const] : [];
    }),
  );
}

async function readDisks(deps: Needs, ids: readonly number[]): Promise<Map<number, PartFacts>> {
  const rows = await rowsOf(deps, 'virtualization/virtual-disks', ids, ['name', 'virtual_machine']);
  const keys = await keysOf(deps, 'virtual-disk', rows);
  return new Map(
    rows.flatMap(row => {
      const part = partOf(row, keys);
      return part ? [[row.id, part] as const] : [];
    }),
  );
}

const rowsOf = async ({ netbox }: Needs, path: NetBoxPath, ids: readonly number[], fields: string[]): Promise<NetBoxObject[]> =>
  ids.length === 0 ? [] : netbox.listByIds(path, [...new Set(ids)], { fields });

/** The key in the guest's configuration, `net0`, by the id of what shows it. */
async function keysOf({ store }: Needs, kind: ReflectionKindName, rows: readonly NetBoxObject[]): Promise<Map<number, string>> {
  const links = await store.linksOfObjects(
    kind,
    rows.map(({ id }) => id),
  );
  return new Map(links.map(({ netboxId, key }) => [netboxId, key.split('/').slice(2).join('/')]));
}

function partOf(row: NetBoxObject, keys: ReadonlyMap<number, string>): PartFacts | undefined {
  const vmId = idIn(row['virtual_machine']);
  return vmId === null ? undefined : { vmId, name: textIn(row['name']), key: keys.get(row.id) ?? null };
}

/** The number by which snapshots name the content type of a virtual machine's interface; null when NetBox does not tell. */
async function readInterfaceType({ netbox }: Needs): Promise<number | null> {
  const rows = await netbox.listAll('core/object-types', {
    filters: { app_label: 'virtualization', model: 'vminterface' },
    fields: ['app_label', 'model'],
    expect: row => row['model'] === 'vminterface',
  });
  return rows[0]?.id ?? null;
}
