import { parsePropertyString, propertyValue, type PropertyString } from './property-string';
import { parseSize } from './size';

/**
 * Where the data of a drive is:
 * `volume` on a storage · `cloudinit` the generated cloud-init image · `iso` an image in a CD drive · `physical-cdrom` the node's own
 * drive · `none` an empty CD drive · `path` a device or directory of the node (disk pass-through, bind mount).
 */
export type DriveSource = 'volume' | 'cloudinit' | 'iso' | 'physical-cdrom' | 'none' | 'path';

export interface Drive {
  /** `scsi0`, `efidisk0`, `rootfs`, `mp3`, … */
  readonly key: string;
  /** `key` without its number. */
  readonly bus: string;
  readonly source: DriveSource;
  readonly media: 'disk' | 'cdrom';
  /** As stored: `local:100/vm-100-disk-0.raw`, `/dev/sdb`, `none`. */
  readonly volid: string;
  /** Only for volumes on a storage. */
  readonly storage: string | null;
  /** `volid` without the storage. */
  readonly volume: string | null;
  /** Bytes; `null` when Proxmox has not written a size (a fresh cloud-init drive, pass-through). */
  readonly sizeBytes: number | null;
  /** `format=`, else the ending of the file, else `null` (block storages are raw). */
  readonly format: string | null;
  /** LXC: the path inside the container. */
  readonly mountPoint: string | null;
  /** Everything, for writing back. */
  readonly parts: PropertyString;
}

const QEMU_DRIVE = /^(?:scsi|virtio|sata|ide|efidisk|tpmstate)\d+$/;
const LXC_DRIVE = /^(?:rootfs|mp\d+)$/;

export function isDriveKey(kind: 'qemu' | 'lxc', key: string): boolean {
  return (kind === 'qemu' ? QEMU_DRIVE : LXC_DRIVE).test(key);
}

export function parseDrive(key: string, text: string): Drive {
  const parts = parsePropertyString(text);
  const volid = propertyValue(parts, key === 'rootfs' || key.startsWith('mp') ? 'volume' : 'file', true) ?? '';
  const media = propertyValue(parts, 'media') === 'cdrom' || volid === 'cdrom' || volid === 'none' ? 'cdrom' : 'disk';
  const [storage, volume] = splitVolid(volid);
  const size = propertyValue(parts, 'size');
  return {
    key,
    bus: key.replace(/\d+$/, ''),
    source: sourceOf(volid, volume, media),
    media,
    volid,
    storage,
    volume,
    sizeBytes: size === undefined ? null : parseSize(size),
    format: propertyValue(parts, 'format') ?? /\.(raw|qcow2|vmdk|subvol)$/.exec(volid)?.[1] ?? null,
    mountPoint: propertyValue(parts, 'mp') ?? null,
    parts,
  };
}

/** Storage and volume of a volume id; two `null` for a path or a word such as `none`. */
export function splitVolid(volid: string): [storage: string, volume: string] | [null, null] {
  const colon = volid.indexOf(':');
  return colon <= 0 || volid.startsWith('/') ? [null, null] : [volid.slice(0, colon), volid.slice(colon + 1)];
}

function sourceOf(volid: string, volume: string | null, media: 'disk' | 'cdrom'): DriveSource {
  if (volid === 'none' || volid === '') return 'none';
  if (volid === 'cdrom') return 'physical-cdrom';
  if (volume === null) return 'path';
  if (volume === 'cloudinit' || /(^|\/)vm-\d+-cloudinit(\.\w+)?$/.test(volume)) return 'cloudinit';
  return media === 'cdrom' ? 'iso' : 'volume';
}
