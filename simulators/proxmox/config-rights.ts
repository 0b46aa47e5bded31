import type { Cluster } from './cluster';
import { die, PermissionError } from './errors';
import { DISK_KEY, MOUNT_KEY, parseConfigString, stemOf } from './figures';
import type { Simulation } from './simulation';
import type { GuestKind } from './state';
import { newVolumeRequest, ownerOf, storageOf } from './volumes';

const setOf = (names: string): Set<string> => new Set(names.split(' '));

const CPU = setOf('cores cpu cpulimit cpuunits numa smp sockets vcpus');
const MEMORY = setOf('memory balloon shares swap');
const HARDWARE = setOf(
  'acpi hotplug kvm machine scsihw smbios1 tablet vga watchdog audio0 rng0 ivshmem spice_enhancements efidisk0 tpmstate0',
);
const OPTIONS = setOf(
  'agent autostart bios description freeze keyboard localtime migrate_downtime migrate_speed name onboot ostype protection reboot ' +
    'startdate tdf template tags startup',
);
const DISKS = setOf('boot bootdisk vmstatestorage');
const CLOUD_INIT = setOf('cicustom cipassword citype ciuser ciupgrade nameserver searchdomain sshkeys');
const REAL_DEVICES = setOf('serial usb parallel');

/** Every privilege that lets one write some key of a QEMU guest. */
export const ANY_CONFIG = ['Disk', 'CDROM', 'CPU', 'Memory', 'Network', 'HWType', 'Options', 'Cloudinit'].map(
  name => `VM.Config.${name}`,
);

export interface Writer {
  sim: Simulation;
  identity: string;
  vmid: number;
  /** The pool that a new guest is to join: rights on it count. */
  pool?: string | undefined;
}

/** @throws PermissionError naming the guest */
export function demand(writer: Writer, ...privileges: string[]): void {
  const { sim, identity, vmid, pool } = writer;
  if (sim.access.hasAny(identity, `/vms/${vmid}`, privileges)) return;
  if (pool !== undefined && sim.access.hasAny(identity, `/pool/${pool}`, privileges)) return;
  throw new PermissionError(`/vms/${vmid}, ${privileges.join('|')}`);
}

const isRoot = (identity: string): boolean => identity === 'root@pam';

/** Checks one key of a QEMU guest; `value` is undefined when it is to be deleted. Tags are checked elsewhere. */
export function checkQemuKey(writer: Writer, key: string, value: string | undefined): void {
  const stem = stemOf(key);
  if (CPU.has(key) || stem === 'numa') return demand(writer, 'VM.Config.CPU');
  if (MEMORY.has(key)) return demand(writer, 'VM.Config.Memory');
  if (OPTIONS.has(key)) {
    demand(writer, 'VM.Config.Options');
    if (key === 'startup') writer.sim.access.check(writer.identity, '/', 'Sys.Modify');
    return;
  }
  if (DISK_KEY.test(key))
    return demand(writer, /media=cdrom|^cdrom$|^none$/.test(value ?? '') ? 'VM.Config.CDROM' : 'VM.Config.Disk');
  if (HARDWARE.has(key)) return demand(writer, 'VM.Config.HWType');
  if (DISKS.has(key) || stem === 'unused') return demand(writer, 'VM.Config.Disk');
  if (CLOUD_INIT.has(key) || stem === 'ipconfig') return demand(writer, 'VM.Config.Cloudinit', 'VM.Config.Network');
  if (stem === 'net') return demand(writer, 'VM.Config.Network');
  if (REAL_DEVICES.has(stem)) {
    if (value !== undefined && !/^(?:socket|spice)/.test(value) && !isRoot(writer.identity)) die(realDeviceText(key));
    return demand(writer, 'VM.Config.HWType');
  }
  if (stem === 'hostpci') {
    if (value !== undefined && !value.includes('mapping=') && !isRoot(writer.identity))
      die(`only root can set '${key}' config for non-mapped devices`);
    return demand(writer, 'VM.Config.HWType');
  }
  if (!isRoot(writer.identity)) die(`only root can set '${key}' config`);
}

function realDeviceText(key: string): string {
  return key.startsWith('serial')
    ? `only root can modify '${key}' config for real devices`
    : `only root can set '${key}' config for real devices`;
}

const LXC_CPU = setOf('cores cpulimit cpuunits');
const LXC_NETWORK = setOf('nameserver searchdomain hostname');

/** Checks one key of a container. Tags are checked elsewhere. */
export function checkLxcKey(writer: Writer, key: string, value: string | undefined): void {
  const stem = stemOf(key);
  if (MOUNT_KEY.test(key) || stem === 'unused') {
    if (value?.startsWith('/') === true && !isRoot(writer.identity)) {
      throw new PermissionError('mount point type bind is only allowed for root@pam');
    }
    return demand(writer, 'VM.Config.Disk');
  }
  if (LXC_CPU.has(key)) return demand(writer, 'VM.Config.CPU');
  if (MEMORY.has(key)) return demand(writer, 'VM.Config.Memory');
  if (LXC_NETWORK.has(key) || stem === 'net') return demand(writer, 'VM.Config.Network');
  if (key === 'features') return checkFeatures(writer, value);
  demand(writer, 'VM.Config.Options');
}

function checkFeatures(writer: Writer, value: string | undefined): void {
  if (value !== undefined && value.split(',').some(part => !part.startsWith('nesting=')) && !isRoot(writer.identity)) {
    throw new PermissionError('changing feature flags (except nesting) is only allowed for root@pam');
  }
  demand(writer, 'VM.Allocate');
}

/** A volume in a drive or mount point must be the caller's to make or to use. @throws ApiError 403 or 500 */
export function checkStorageUse(writer: Writer, kind: GuestKind, key: string, value: string): void {
  const { sim, identity } = writer;
  const parsed = parseConfigString({ kind }, key, value);
  const volid = parsed.get('file') ?? parsed.get('volume') ?? '';
  if (volid === '' || volid === 'none' || volid === 'cdrom') return;
  if (volid.startsWith('/')) {
    if (kind === 'qemu' && !isRoot(identity))
      die('Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651.');
    return;
  }
  const storage = storageOf(sim.cluster, volid.slice(0, volid.indexOf(':')));
  const path = `/storage/${storage.name}`;
  if (newVolumeRequest(sim.cluster, volid) !== undefined || volid.endsWith(':cloudinit')) {
    sim.access.check(identity, path, 'Datastore.AllocateSpace');
    return;
  }
  const owner = ownerOf(volid);
  if (owner === undefined) sim.access.checkAny(identity, path, ['Datastore.Audit', 'Datastore.AllocateSpace']);
  else if (owner === writer.vmid) demand(writer, 'VM.Config.Disk');
  else sim.access.check(identity, path, 'Datastore.Allocate');
}

/** A network card on a bridge needs `SDN.Use` there, or on its VLAN. @throws PermissionError */
export function checkBridgeUse(writer: Writer, kind: GuestKind, key: string, value: string): void {
  const card = parseConfigString({ kind }, key, value);
  const bridge = card.get('bridge');
  if (bridge === undefined) return;
  const path = `/sdn/zones/localnetwork/${bridge}`;
  writer.sim.access.check(writer.identity, card.has('tag') ? `${path}/${card.get('tag')}` : path, 'SDN.Use');
}

/** All that concerns rights, storages and bridges of the given keys. */
export function checkKeys(
  writer: Writer,
  kind: GuestKind,
  values: ReadonlyMap<string, string>,
  deleted: readonly string[],
): void {
  const check = kind === 'qemu' ? checkQemuKey : checkLxcKey;
  const stored = kind === 'qemu' ? DISK_KEY : MOUNT_KEY;
  for (const [key, value] of values) if (stored.test(key) && kind === 'qemu') checkStorageUse(writer, kind, key, value);
  for (const key of deleted) check(writer, key, undefined);
  for (const [key, value] of values) check(writer, key, value);
  for (const [key, value] of values) if (stored.test(key) && kind === 'lxc') checkStorageUse(writer, kind, key, value);
  for (const [key, value] of values) if (/^net\d/.test(key)) checkBridgeUse(writer, kind, key, value);
}

/** Whether a node has the bridge. */
export function bridgeExists(cluster: Cluster, node: string, bridge: string): boolean {
  return cluster.nodes.get(node)?.bridges.includes(bridge) === true;
}
