import { propertyStrings } from './method-schema';
import { parsePropertyString, type PropertyMap } from './property-string';
import type { Guest } from './state';

const MIB = 1024 ** 2;
const UNITS: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** Bytes of `32G`, `512K`, `1073741824`; 0 for anything else. */
export function parseSize(text: string | undefined): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text ?? '');
  return match === null ? 0 : Math.floor(Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1));
}

/** In the largest unit that is exact, else bare bytes, as Proxmox VE 9.2 prints sizes; nothing at all is `0T`. */
export function printSize(bytes: number): string {
  for (const unit of ['T', 'G', 'M', 'K']) {
    const factor = UNITS[unit] ?? 1;
    if (bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

export const DISK_KEY = /^(?:scsi|virtio|sata|ide)\d+$|^(?:efidisk0|tpmstate0)$/;
export const MOUNT_KEY = /^(?:rootfs|mp\d+)$/;

/** The stem of a numbered key: `net` of `net0`. */
export function stemOf(key: string): string {
  return key.replace(/\d+$/, '');
}

/** A drive, mount point or network card, taken apart. The volume stands under `file` (QEMU) or `volume` (LXC). */
export function parseConfigString(guest: { kind: Guest['kind'] }, key: string, text: string): PropertyMap {
  return parsePropertyString(text, grammarFor(guest.kind, key));
}

export function grammarFor(kind: Guest['kind'], key: string): (typeof propertyStrings)[string] {
  const stem = key === 'efidisk0' || key === 'tpmstate0' ? key : stemOf(key);
  const name = kind === 'lxc' && stem === 'net' ? 'net-31' : kind === 'lxc' && stem === 'unused' ? 'unused-33' : stem;
  return propertyStrings[name] ?? {};
}

/** What is derived from a guest's configuration and shown in lists. */
export interface Figures {
  name: string;
  maxcpu: number;
  maxmem: number;
  maxdisk: number;
}

/** Proxmox VE 9.2: CPUs are clipped to the node's, the disk is the boot disk, a guest without a name gets one. */
export function figuresOf(guest: Guest, nodeCpus: number): Figures {
  const { config } = guest;
  if (guest.kind === 'lxc') {
    return {
      name: String(config['hostname'] ?? `CT${guest.vmid}`),
      maxcpu: Number(config['cores'] ?? nodeCpus),
      maxmem: Number(config['memory'] ?? 512) * MIB,
      maxdisk: parseSize(/(?:^|,)size=([^,]+)/.exec(String(config['rootfs'] ?? ''))?.[1]),
    };
  }
  const cpus = Number(config['sockets'] ?? 1) * Number(config['cores'] ?? 1);
  return {
    name: String(config['name'] ?? `VM ${guest.vmid}`),
    maxcpu: Math.min(Number(config['vcpus'] ?? cpus), nodeCpus),
    maxmem: memoryMiB(config['memory']) * MIB,
    maxdisk: bootDiskSize(guest),
  };
}

/** `4096` and `current=4096` mean the same. */
export function memoryMiB(value: string | number | undefined): number {
  return Number(String(value ?? 512).replace(/^current=/, ''));
}

function bootDiskSize(guest: Guest): number {
  const order = /order=([^,]*)/.exec(String(guest.config['boot'] ?? ''))?.[1]?.split(';') ?? [];
  for (const key of order) {
    const drive = guest.config[key];
    if (drive === undefined || !DISK_KEY.test(key) || /(?:^|,)media=cdrom/.test(String(drive))) continue;
    return parseSize(/(?:^|,)size=([^,]+)/.exec(String(drive))?.[1]);
  }
  return 0;
}
