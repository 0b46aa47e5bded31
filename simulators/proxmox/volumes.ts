import type { Cluster } from './cluster';
import { die } from './errors';
import type { Guest, Storage, Volume } from './state';

const GiB = 1024 ** 3;
export const CLOUD_INIT_SIZE = 4_194_304;

/** Storages that keep volumes as files, below a folder per guest. */
export function keepsFiles(storage: Storage): boolean {
  return storage.type === 'dir' || storage.type === 'nfs';
}

/** Whether a volume can be part of a snapshot. */
export function canSnapshot(storage: Storage, volume: Volume | undefined): boolean {
  return !keepsFiles(storage) || volume?.format === 'qcow2';
}

type Owner = Pick<Guest, 'vmid' | 'kind' | 'node'>;

const STEMS = ['vm', 'base', 'subvol'];
const ENDINGS = ['', '.raw', '.qcow2', '.subvol', '.vmdk'];

/** The next free name of a guest's volume, as Proxmox chooses it. */
export function volumeName(
  cluster: Cluster,
  storage: Storage,
  owner: Owner,
  base = false,
  format?: string,
): { volid: string; format: string } {
  const { vmid, kind, node } = owner;
  const subvolume = kind === 'lxc' && (storage.type === 'zfspool' || format === 'subvol');
  const used = subvolume ? 'subvol' : (format ?? 'raw');
  const files = keepsFiles(storage);
  const folder = `${storage.name}:${files ? `${vmid}/` : ''}`;
  const taken = (n: number): boolean =>
    STEMS.some(stem =>
      (files ? ENDINGS : ['']).some(end => cluster.volume(`${folder}${stem}-${vmid}-disk-${n}${end}`, node) !== undefined),
    );
  let n = 0;
  while (taken(n)) n++;
  const stem = base ? 'base' : subvolume ? 'subvol' : 'vm';
  return { volid: `${folder}${stem}-${vmid}-disk-${n}${files ? `.${used}` : ''}`, format: used };
}

/** `STORAGE:SIZE` asks for a new volume of so many GiB. @throws ApiError 500 for a size with a unit */
export function newVolumeRequest(cluster: Cluster, volid: string): { storage: Storage; bytes: number } | undefined {
  const match = /^([^/:\s]+):([^/:]+)$/.exec(volid);
  if (match === null) return undefined;
  const [, name = '', rest = ''] = match;
  if (/^\d+(?:\.\d+)?$/.test(rest)) return { storage: storageOf(cluster, name), bytes: Number(rest) * GiB };
  if (/^\d+(?:\.\d+)?[KMGT]B?$/i.test(rest)) {
    const type = storageOf(cluster, name).type;
    die(
      `unable to parse ${keepsFiles(storageOf(cluster, name)) ? 'directory' : type === 'lvmthin' ? 'lvm' : type} volume name '${rest}'`,
    );
  }
  return undefined;
}

/** @throws ApiError 500 */
export function storageOf(cluster: Cluster, name: string): Storage {
  return cluster.storages.get(name) ?? die(`storage '${name}' does not exist`);
}

export interface Allocation {
  bytes: number;
  format?: string | undefined;
  /** The template's volume that a linked clone grows from. */
  parent?: Volume | undefined;
}

/** Makes a volume for a guest and returns its id. */
export function allocate(
  cluster: Cluster,
  storage: Storage,
  owner: Owner,
  { bytes, format, parent }: Allocation,
  now: number,
): string {
  const name = volumeName(cluster, storage, owner, false, format);
  const local = name.volid.slice(storage.name.length + 1);
  const linked = parent !== undefined && storage.type !== 'lvmthin';
  const volid = linked ? `${parent.volid}/${local}` : name.volid;
  cluster.addVolume(
    {
      volid,
      storage: storage.name,
      node: owner.node,
      content: owner.kind === 'qemu' ? 'images' : 'rootdir',
      format: name.format,
      size: bytes,
      ctime: now,
      vmid: owner.vmid,
      ...(parent === undefined ? {} : { parent: parent.volid.slice(parent.volid.indexOf(':') + 1) }),
    },
    owner.node,
  );
  return volid;
}

/** The cloud-init drive of a guest; an image of 4 MiB. */
export function allocateCloudInit(
  cluster: Cluster,
  storage: Storage,
  owner: Owner,
  format: string | undefined,
  now: number,
): string {
  const files = keepsFiles(storage);
  const used = format ?? (files ? 'qcow2' : 'raw');
  const volid = `${storage.name}:${files ? `${owner.vmid}/` : ''}vm-${owner.vmid}-cloudinit${files ? `.${used}` : ''}`;
  cluster.addVolume(
    {
      volid,
      storage: storage.name,
      node: owner.node,
      content: 'images',
      format: used,
      size: CLOUD_INIT_SIZE,
      ctime: now,
      vmid: owner.vmid,
    },
    owner.node,
  );
  return volid;
}

export function freeVolume(cluster: Cluster, volid: string, node: string): void {
  cluster.volumes.delete(cluster.volumeKey(volid, node));
}

/** Volumes that a linked clone still needs. */
export function linkedClonesOf(cluster: Cluster, volid: string): Volume[] {
  const local = volid.slice(volid.indexOf(':') + 1);
  const storage = volid.slice(0, volid.indexOf(':'));
  return [...cluster.volumes.values()].filter(volume => volume.parent === local && volume.storage === storage);
}

/** The guest that a volume's name says it belongs to. */
export function ownerOf(volid: string): number | undefined {
  const owner = /(?:^|[:/])(?:vm|base|subvol)-(\d+)-[^/]*$/.exec(volid)?.[1];
  return owner === undefined ? undefined : Number(owner);
}
