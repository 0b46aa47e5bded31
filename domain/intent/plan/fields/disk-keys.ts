import type { GuestKind } from '../../../proxmox/guest-config';

/** How many keys each bus has (Proxmox VE 9.2). */
const buses = { scsi: 31, virtio: 16, sata: 6, ide: 4, mp: 256 } as const;

/** Whether a new disk can have this key. */
export function isNewDiskKey(kind: GuestKind, key: string): boolean {
  const match = /^(scsi|virtio|sata|ide|mp)(0|[1-9]\d*)$/.exec(key);
  const bus = match?.[1] as keyof typeof buses | undefined;
  return bus !== undefined && (bus === 'mp') === (kind === 'lxc') && Number(match?.[2]) < buses[bus];
}

/** The key of a new disk: the name that it has in NetBox where that is one, else the next free one. Null when the bus is full. */
export function newDiskKey(kind: GuestKind, name: string, taken: ReadonlySet<string>): string | null {
  if (isNewDiskKey(kind, name)) return taken.has(name) ? null : name;
  const bus = kind === 'qemu' ? 'scsi' : 'mp';
  for (let n = 0; n < buses[bus]; n++) if (!taken.has(`${bus}${n}`)) return `${bus}${n}`;
  return null;
}

/** The storage that a virtual disk's description names, in the words of reflection. */
export const storageIn = (description: string): string | null => /\bStorage:\s*([\w.-]+)/.exec(description)?.[1] ?? null;

/** Where a container has the volume, which NetBox has no field for. */
export const pathIn = (description: string): string | null => /\bPath:\s*(\/[^\s|,]+)/.exec(description)?.[1] ?? null;

/** A volume to be made: the size is in GiB and a plain decimal number, which every MiB has (Proxmox VE 9.2). */
export const newVolume = (storage: string, mebibytes: number): string => `${storage}:${mebibytes / 1024}`;
