import type { Cluster } from './cluster';
import type { Guest, Storage } from './state';

/** Storages that keep volumes as files, below a folder per guest. */
export function keepsFiles(storage: Storage): boolean {
  return storage.type === 'dir' || storage.type === 'nfs';
}

export interface NewVolume {
  volid: string;
  format: string;
}

/** The next free name of a guest's volume, as Proxmox would choose it. */
export function volumeName(
  cluster: Cluster,
  storage: Storage,
  guest: Pick<Guest, 'vmid' | 'kind' | 'node'>,
  base = false,
  format?: string,
): NewVolume {
  const { vmid, kind } = guest;
  const stem = base ? 'base' : storage.type === 'zfspool' && kind === 'lxc' ? 'subvol' : 'vm';
  const wanted =
    format ??
    (keepsFiles(storage) && kind === 'qemu' && format === undefined
      ? 'raw'
      : storage.type === 'zfspool' && kind === 'lxc'
        ? 'subvol'
        : 'raw');
  const suffix = keepsFiles(storage) ? `.${wanted}` : '';
  const folder = keepsFiles(storage) ? `${vmid}/` : '';
  for (let n = 0; ; n++) {
    const taken = ['vm', 'base', 'subvol'].some(other =>
      ['', '.raw', '.qcow2', '.subvol', '.vmdk'].some(
        end => cluster.volume(`${storage.name}:${folder}${other}-${vmid}-disk-${n}${end}`, guest.node) !== undefined,
      ),
    );
    if (!taken) return { volid: `${storage.name}:${folder}${stem}-${vmid}-disk-${n}${suffix}`, format: wanted };
  }
}

/** The guest that a volume's name says it belongs to. */
export function ownerOf(volid: string): number | undefined {
  const owner = /(?:^|[:/])(?:vm|base|subvol)-(\d+)-[^/]*$/.exec(volid)?.[1];
  return owner === undefined ? undefined : Number(owner);
}
