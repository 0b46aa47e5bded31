/** What the simulated cluster consists of. Sizes are bytes, times are seconds since 1970, unless a name says otherwise. */

export type GuestKind = 'qemu' | 'lxc';

/** Configuration as `GET config` returns it: strings, and numbers where Proxmox sends numbers. */
export type Config = Record<string, string | number>;

/** What a guest's operating system would report about one of its interfaces. */
export interface GuestInterface {
  name: string;
  mac: string;
  addresses: { address: string; prefix: number }[];
}

/**
 * The QEMU guest agent inside the guest: `none` is not installed (3 s without an answer), `dead` stopped answering (the same),
 * `present` works.
 */
export type AgentState = 'none' | 'dead' | 'present';

export interface Snapshot {
  name: string;
  description?: string;
  snaptime: number;
  parent?: string;
  config: Config;
}

export interface Guest {
  vmid: number;
  kind: GuestKind;
  node: string;
  config: Config;
  /** Values that wait for a reboot. */
  pending: Config;
  /** Keys whose deletion waits for a reboot: 1 plain, 2 forced. */
  pendingDelete: Map<string, 1 | 2>;
  snapshots: Snapshot[];
  power: 'stopped' | 'running' | 'paused';
  /** Start of the last run. */
  startedAt: number;
  agent: AgentState;
  hostName: string;
  osInfo: Record<string, string>;
  interfaces: GuestInterface[];
  /** A cooperating guest operating system lets go of devices. */
  releasesDevices: boolean;
  /** Who holds the flock on the configuration file: a task, or somebody until that millisecond. */
  flock?: string | number;
}

export type NodeReach = 'ok' | 'refused' | 'no-route' | 'hangs';

export interface Node {
  name: string;
  id: number;
  ip: string;
  cpus: number;
  memory: number;
  disk: number;
  startedAt: number;
  /** When the node fell out of the cluster; noticed by the others only after a while. */
  lostAt?: number;
  /** Between returning and its first broadcast a node is `unknown`. */
  returning: boolean;
  /** How this node's API answers to the entry node. */
  reach: NodeReach;
  /** pvedaemon of the node: `hangs` does the work but answers late. */
  daemon: 'ok' | 'down' | 'hangs';
  bridges: string[];
  network: Record<string, unknown>[];
}

export interface Storage {
  name: string;
  type: 'dir' | 'nfs' | 'lvmthin' | 'zfspool' | 'rbd' | 'pbs';
  content: string[];
  shared: boolean;
  /** Restricted to these nodes; all when not set. */
  nodes?: string[];
  path?: string;
  /** Switched off in the storage configuration: it is listed, and says nothing of its room. */
  disabled?: boolean;
  total: number;
  used: number;
}

export interface Volume {
  volid: string;
  storage: string;
  /** The node of a local storage; undefined on a shared one. */
  node?: string;
  content: 'images' | 'rootdir' | 'iso' | 'vztmpl' | 'backup' | 'snippets' | 'import';
  format: string;
  size: number;
  ctime: number;
  vmid?: number;
  parent?: string;
  notes?: string;
  protected?: boolean;
  /** Something has it open: whoever destroys its guest leaves it, and says so in the task's log alone. */
  inUse?: boolean;
}

export interface Pool {
  comment: string;
  /** Members, also ids of guests that do not exist yet. */
  guests: Set<number>;
  storages: Set<string>;
}

export interface BackupJob extends Record<string, unknown> {
  id: string;
}

export interface HaResource {
  sid: string;
  type: 'vm' | 'ct';
  state: string;
}

export interface HaRule extends Record<string, unknown> {
  rule: string;
  resources: string[];
}

export interface ReplicationJob extends Record<string, unknown> {
  id: string;
  guest: number;
  source: string;
  target: string;
}

/** Datacenter options, with property strings parsed. */
export interface Options {
  description: string;
  macPrefix: string;
  registeredTags: string[];
  userTagAccess?: { allow: 'free' | 'existing' | 'list' | 'none'; list: string[] };
  tagStyle: Record<string, string | number>;
  /** The range of free VMIDs; 100 and 1,000,000 where not set. */
  nextId: { lower?: number; upper?: number };
}
