import { createHash } from 'node:crypto';
import { die } from './errors';
import { renderConfigFile } from './config-file';
import type {
  BackupJob,
  Guest,
  GuestKind,
  HaResource,
  HaRule,
  Node,
  Options,
  Pool,
  ReplicationJob,
  Storage,
  Volume,
} from './state';

/** The simulated cluster: everything that survives a request. Reading helpers and the refusals that many calls share. */
export class Cluster {
  readonly nodes = new Map<string, Node>();
  readonly guests = new Map<number, Guest>();
  readonly storages = new Map<string, Storage>();
  readonly volumes = new Map<string, Volume>();
  readonly pools = new Map<string, Pool>();
  readonly backupJobs: BackupJob[] = [];
  readonly haResources = new Map<string, HaResource>();
  readonly haRules: HaRule[] = [];
  readonly replication: ReplicationJob[] = [];
  readonly options: Options = {
    description: '',
    macPrefix: 'BC:24:11',
    registeredTags: [],
    tagStyle: {},
    nextId: {},
  };
  quorate = true;
  private readonly digests = new WeakMap<Guest, string>();

  constructor(
    /** Null for a standalone host. */
    readonly name: string | null,
    /** The node that receives the requests. */
    readonly entryNode: string,
  ) {}

  /** The guest, if it has that kind and is on that node. */
  find(node: string, kind: GuestKind, vmid: number): Guest | undefined {
    const guest = this.guests.get(vmid);
    return guest?.kind === kind && guest.node === node ? guest : undefined;
  }

  /** @throws ApiError 500 `Configuration file … does not exist` */
  load(node: string, kind: GuestKind, vmid: number): Guest {
    return this.find(node, kind, vmid) ?? die(`Configuration file '${configPath(node, kind, vmid)}' does not exist`);
  }

  /** SHA-1 of the configuration file's text, as Proxmox computes `digest`. */
  digest(guest: Guest): string {
    let digest = this.digests.get(guest);
    if (digest === undefined) {
      digest = createHash('sha1').update(renderConfigFile(guest)).digest('hex');
      this.digests.set(guest, digest);
    }
    return digest;
  }

  /** To be called after every change of a guest's configuration, pending section or snapshots. */
  touched(guest: Guest): void {
    this.digests.delete(guest);
  }

  poolOf(vmid: number): string | undefined {
    for (const [id, pool] of this.pools) if (pool.guests.has(vmid)) return id;
    return undefined;
  }

  volumeKey(volid: string, node: string): string {
    const storage = this.storages.get(volid.slice(0, volid.indexOf(':')));
    return storage?.shared === true ? volid : `${node}/${volid}`;
  }

  volume(volid: string, node: string): Volume | undefined {
    return this.volumes.get(this.volumeKey(volid, node));
  }

  addVolume(volume: Volume, node: string): void {
    this.volumes.set(this.volumeKey(volume.volid, node), volume);
  }

  /** Storages that exist on a node. */
  *storagesOf(node: string): Iterable<Storage> {
    for (const storage of this.storages.values()) if (storage.nodes?.includes(node) ?? true) yield storage;
  }
}

/** Below /etc/pve. */
export function configPath(node: string, kind: GuestKind, vmid: number): string {
  return `nodes/${node}/${kind === 'qemu' ? 'qemu-server' : 'lxc'}/${vmid}.conf`;
}
