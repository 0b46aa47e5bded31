import type { Cluster } from './cluster';
import { DISK_KEY, figuresOf, MOUNT_KEY, parseConfigString, parseSize } from './figures';
import type { Guest } from './state';

/** A network card as the configuration has it, with the addresses that its operating system holds. */
export interface TrueNic {
  key: string;
  model: string;
  mac: string;
  bridge: string | null;
  vlan: number | null;
  interfaceName: string | null;
  addresses: { address: string; prefix: number }[];
}

export interface TrueDisk {
  key: string;
  volume: string;
  /** Bytes; 0 for a drive without a size. */
  size: number;
  cdrom: boolean;
}

/** What is so, whatever the API shows of it and to whom. */
export interface TrueGuest {
  vmid: number;
  kind: Guest['kind'];
  node: string;
  name: string;
  power: Guest['power'];
  template: boolean;
  agent: Guest['agent'];
  tags: string[];
  pool: string | null;
  /** MiB. */
  memory: number;
  cpus: number;
  nics: TrueNic[];
  disks: TrueDisk[];
  digest: string;
}

export interface TrueWorld {
  clusterName: string | null;
  nodes: string[];
  guests: TrueGuest[];
}

/** The world in plain words, guests by VMID. The same for equal worlds. */
export function groundTruth(cluster: Cluster): TrueWorld {
  const guests = [...cluster.guests.values()].sort((a, b) => a.vmid - b.vmid);
  return { clusterName: cluster.name, nodes: [...cluster.nodes.keys()], guests: guests.map(guest => describe(cluster, guest)) };
}

function describe(cluster: Cluster, guest: Guest): TrueGuest {
  const figures = figuresOf(guest, Infinity);
  return {
    vmid: guest.vmid,
    kind: guest.kind,
    node: guest.node,
    name: figures.name,
    power: guest.power,
    template: guest.config['template'] === 1,
    agent: guest.agent,
    tags: String(guest.config['tags'] ?? '')
      .split(/[;,\s]+/)
      .filter(tag => tag !== ''),
    pool: cluster.poolOf(guest.vmid) ?? null,
    memory: figures.maxmem / 1024 ** 2,
    cpus: Number.isFinite(figures.maxcpu) ? figures.maxcpu : 0,
    nics: keysLike(guest, /^net\d+$/).map(key => nicOf(guest, key)),
    disks: [...keysLike(guest, DISK_KEY), ...keysLike(guest, MOUNT_KEY), ...keysLike(guest, /^unused\d+$/)].map(key =>
      diskOf(guest, key),
    ),
    digest: cluster.digest(guest),
  };
}

function keysLike(guest: Guest, pattern: RegExp): string[] {
  return Object.keys(guest.config)
    .filter(key => pattern.test(key) && (guest.kind === 'qemu' || key.startsWith('unused') || !DISK_KEY.test(key)))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function nicOf(guest: Guest, key: string): TrueNic {
  const card = parseConfigString(guest, key, String(guest.config[key]));
  const mac = card.get('macaddr') ?? card.get('hwaddr') ?? '';
  const inside = guest.interfaces.find(item => item.mac.toLowerCase() === mac.toLowerCase());
  return {
    key,
    model: card.get('model') ?? card.get('type') ?? 'veth',
    mac,
    bridge: card.get('bridge') ?? null,
    vlan: card.has('tag') ? Number(card.get('tag')) : null,
    interfaceName: inside?.name ?? null,
    addresses: inside?.addresses ?? [],
  };
}

function diskOf(guest: Guest, key: string): TrueDisk {
  const drive = parseConfigString(guest, key, String(guest.config[key]));
  const volume = drive.get('file') ?? drive.get('volume') ?? '';
  return { key, volume, size: parseSize(drive.get('size')), cdrom: drive.get('media') === 'cdrom' };
}
