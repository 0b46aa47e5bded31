import type { Cluster } from './cluster';
import { die } from './errors';
import { DISK_KEY, grammarFor, parseConfigString, parseSize, printSize } from './figures';
import { printPropertyString, type PropertyMap } from './property-string';
import type { Simulation } from './simulation';
import type { Guest } from './state';
import { allocate, allocateCloudInit, freeVolume, newVolumeRequest, ownerOf, storageOf } from './volumes';

const KiB = 1024;
const MiB = 1024 ** 2;
const EFI_SIZE = 528 * KiB;
const TPM_SIZE = 4 * MiB;
const IMPORT_SIZE = 2 * 1024 ** 3;
/** What a qcow2 image with Proxmox's cluster size can hold. */
const QCOW2_LIMIT = 64 * 1024 ** 4;

/** The volume of a drive or mount point. */
export function volumeOf(parsed: PropertyMap): string {
  return parsed.get('file') ?? parsed.get('volume') ?? '';
}

export function volumeIn(guest: Guest, key: string): string | undefined {
  const value = guest.config[key];
  return value === undefined ? undefined : volumeOf(parseConfigString(guest, key, String(value)));
}

export function isCdrom(parsed: PropertyMap): boolean {
  return parsed.get('media') === 'cdrom';
}

/** Keys of a guest that hold volumes, `unusedN` among them. */
export function volumeKeys(guest: Guest): string[] {
  const pattern = guest.kind === 'qemu' ? DISK_KEY : /^(?:rootfs|mp\d+)$/;
  return Object.keys(guest.config).filter(key => pattern.test(key) || /^unused\d+$/.test(key));
}

/**
 * Makes what a drive asks for and returns how it is stored: a new volume, a cloud-init drive, a medium, or an existing volume
 * with its size.
 *
 * @throws ApiError 500
 */
export function realiseDrive(sim: Simulation, guest: Guest, key: string, text: string): string {
  const { cluster, clock } = sim;
  const drive = parseConfigString(guest, key, text);
  const volid = volumeOf(drive);
  const grammar = grammarFor(guest.kind, key);
  if (volid === 'none' || volid === 'cdrom') return printPropertyString(drive.set('media', 'cdrom'), grammar);
  const wanted = newVolumeRequest(cluster, volid);
  const format = drive.get('format');
  drive.delete('format');
  if (volid.endsWith(':cloudinit')) {
    const other = Object.keys(guest.config).find(
      item => item !== key && /cloudinit/.test(String(guest.config[item])) && DISK_KEY.test(item),
    );
    if (other !== undefined) die(`${key} - cloud-init drive is already attached at '${other}'`);
    const storage = storageOf(cluster, volid.slice(0, -':cloudinit'.length));
    return `${allocateCloudInit(cluster, storage, guest, format, clock.seconds())},media=cdrom`;
  }
  if (wanted !== undefined) {
    const bytes = newSize(key, wanted.bytes, drive);
    drive.delete('import-from');
    if (format === 'qcow2' && bytes > QCOW2_LIMIT) {
      die(
        `unable to create image: qemu-img: /var/lib/vz/images/${guest.vmid}/vm-${guest.vmid}-disk-0.qcow2: ` +
          `The image size is too large for file format 'qcow2' (try using a larger cluster size)`,
      );
    }
    const made = allocate(cluster, wanted.storage, guest, { bytes, format }, clock.seconds());
    drive.set('file', made).set('size', printSize(bytes));
    return printPropertyString(drive, grammar);
  }
  const volume = cluster.volume(volid, guest.node);
  if (volume === undefined && !volid.startsWith('/')) die(`volume '${volid}' does not exist`);
  if (volume !== undefined && drive.get('size') !== '0T') drive.set('size', printSize(volume.size));
  return printPropertyString(drive, grammar);
}

/** Bytes are rounded up to KiB; firmware and TPM state have sizes of their own. */
function newSize(key: string, bytes: number, drive: PropertyMap): number {
  if (key === 'efidisk0') return EFI_SIZE;
  if (key === 'tpmstate0') return TPM_SIZE;
  if (drive.has('import-from')) return IMPORT_SIZE;
  return Math.ceil(bytes / KiB) * KiB;
}

/** The same for a container's root file system and mount points: whole MiB, and a subvolume when there is no size. */
export function realiseMount(sim: Simulation, guest: Guest, key: string, text: string): string {
  const { cluster, clock } = sim;
  const mount = parseConfigString(guest, key, text);
  const volid = volumeOf(mount);
  const wanted = newVolumeRequest(cluster, volid);
  if (wanted !== undefined) {
    const bytes = Math.floor(wanted.bytes / MiB) * MiB;
    const format = bytes === 0 ? 'subvol' : undefined;
    mount
      .set('volume', allocate(cluster, wanted.storage, guest, { bytes, format }, clock.seconds()))
      .set('size', printSize(bytes));
  } else if (!volid.startsWith('/')) {
    const volume = cluster.volume(volid, guest.node) ?? die(`volume '${volid}' does not exist`);
    mount.set('size', printSize(volume.size));
  }
  return printMount(mount);
}

/** The volume bare, `mp` next, then the others by name. */
export function printMount(mount: PropertyMap): string {
  const rest = new Map(mount);
  rest.delete('volume');
  rest.delete('mp');
  const parts = [...rest.keys()].sort().map(key => `${key}=${rest.get(key)}`);
  return [volumeOf(mount), ...(mount.has('mp') ? [`mp=${mount.get('mp')}`] : []), ...parts].join(',');
}

/** Writes a drive or mount point back with another volume or size. */
export function replaceIn(guest: Guest, key: string, changes: Record<string, string>): void {
  const parsed = parseConfigString(guest, key, String(guest.config[key]));
  for (const [name, value] of Object.entries(changes)) parsed.set(name, value);
  guest.config[key] =
    guest.kind === 'lxc' && !key.startsWith('unused')
      ? printMount(parsed)
      : printPropertyString(parsed, grammarFor(guest.kind, key));
}

/** Takes a volume out of use: an own disk is kept as `unusedN`, a cloud-init drive is freed, anything else is let go. */
export function detach(cluster: Cluster, guest: Guest, key: string): void {
  const value = guest.config[key];
  delete guest.config[key];
  dropFromBoot(guest, key);
  if (value === undefined) return;
  const parsed = parseConfigString(guest, key, String(value));
  const volid = volumeOf(parsed);
  if (/cloudinit/.test(volid)) return freeVolume(cluster, volid, guest.node);
  if (isCdrom(parsed) || ownerOf(volid) !== guest.vmid) return;
  let n = 0;
  while (guest.config[`unused${n}`] !== undefined) n++;
  guest.config[`unused${n}`] = volid;
}

/** A device that is gone is no longer booted from. */
export function dropFromBoot(guest: Guest, key: string): void {
  const boot = String(guest.config['boot'] ?? '');
  const order = /^order=(.*)$/.exec(boot)?.[1]?.split(';');
  if (order?.includes(key) !== true) return;
  const left = order.filter(item => item !== key);
  guest.config['boot'] = left.length === 0 ? ' ' : `order=${left.join(';')}`;
}

/** A volume that is used again is no longer unused. */
export function attached(guest: Guest, key: string): void {
  const volid = volumeIn(guest, key);
  for (const other of Object.keys(guest.config)) {
    if (/^unused\d+$/.test(other) && guest.config[other] === volid) delete guest.config[other];
  }
}

/** What Proxmox boots from when nobody says: the first disk, the first medium, the first card. */
export function defaultBoot(guest: Guest): string {
  const keys = Object.keys(guest.config).sort((a, b) => busRank(a) - busRank(b) || a.localeCompare(b, 'en', { numeric: true }));
  const drives = keys.filter(key => /^(?:ide|scsi|virtio|sata)\d+$/.test(key));
  const cdrom = (key: string): boolean => isCdrom(parseConfigString(guest, key, String(guest.config[key])));
  const disk = drives.find(key => !cdrom(key));
  const medium = drives.find(cdrom);
  const card = keys.find(key => /^net\d+$/.test(key));
  const order = [disk, medium, card].filter(key => key !== undefined);
  return order.length === 0 ? ' ' : `order=${order.join(';')}`;
}

function busRank(key: string): number {
  return ['ide', 'scsi', 'virtio', 'sata'].findIndex(bus => key.startsWith(bus));
}

/** Bytes of a drive as its configuration says. */
export function sizeOf(guest: Guest, key: string): number {
  return parseSize(parseConfigString(guest, key, String(guest.config[key])).get('size'));
}
