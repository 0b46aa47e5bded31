import { parseTags } from '../../../domain/proxmox/tags';
import type { GuestKind } from '../../../domain/proxmox/guest-config';
import { asObject } from '../envelope';
import { Fields, ShapeError } from '../fields';
import type { Permissions } from '../../../domain/proxmox/permissions';

export interface Version {
  /** `9.2.11` */
  readonly version: string;
  /** `9.2` */
  readonly release: string | null;
  readonly repoid: string | null;
  readonly major: number;
}

export interface ClusterNode {
  readonly name: string;
  readonly online: boolean;
  readonly ip: string | null;
  /** 0 on a standalone host. */
  readonly nodeid: number | null;
  /** The node that answered. */
  readonly local: boolean;
}

export interface ClusterStatus {
  /** `null`: a standalone host. */
  readonly cluster: {
    readonly name: string;
    readonly quorate: boolean;
    readonly nodes: number | null;
    readonly version: number | null;
  } | null;
  readonly nodes: readonly ClusterNode[];
}

/** Size and load of a node or guest, as its node last broadcast them. */
export interface Load {
  /** Of a VM: cut to the node's number of CPUs. */
  readonly maxcpu: number | null;
  /** Bytes. */
  readonly maxmem: number | null;
  readonly mem: number | null;
  /** Bytes of a node's root file system, a guest's boot disk. */
  readonly maxdisk: number | null;
  /** Seconds. */
  readonly uptime: number | null;
  /** 0–1 of all CPUs. */
  readonly cpu: number | null;
}

/** The numbers are missing without rights, and 300 s after the node was lost. */
export interface NodeRow extends Load {
  readonly node: string;
  /** `online`, `offline`, `unknown` (on its way back). */
  readonly status: string;
  readonly sslFingerprint: string | null;
}

/**
 * A guest in `/cluster/resources`. `tags`, `lock`, `node` are fresh; all else is up to 10 s old, and `null` for a guest that is
 * brand-new or whose node has been lost for 300 s (then `status` is `unknown`). A re-created VMID shows the name of the old guest
 * for as long. Guests without `VM.Audit` are not listed at all.
 */
export interface GuestRow extends Load {
  readonly kind: GuestKind;
  readonly vmid: number;
  readonly node: string;
  readonly name: string | null;
  /** `running`, `stopped`, `paused`, `unknown`, or another state of QEMU. */
  readonly status: string;
  readonly template: boolean;
  readonly tags: readonly string[];
  readonly pool: string | null;
  readonly lock: string | null;
  readonly hastate: string | null;
}

/** A storage of one node; a shared one is listed once per node. */
export interface StorageRow {
  readonly storage: string;
  readonly node: string;
  /** `available`, `unknown`. */
  readonly status: string;
  readonly plugintype: string | null;
  readonly shared: boolean;
  readonly content: readonly string[];
  /** Bytes. */
  readonly maxdisk: number | null;
  readonly disk: number | null;
}

export interface ClusterResources {
  readonly nodes: readonly NodeRow[];
  readonly guests: readonly GuestRow[];
  readonly storages: readonly StorageRow[];
  readonly pools: readonly string[];
}

export interface ClusterOptions {
  readonly macPrefix: string | null;
  readonly description: string | null;
  readonly registeredTags: readonly string[];
  /** The tags that this caller may set. */
  readonly allowedTags: readonly string[];
  /** `free`, `existing`, `list`, `none`; `null` is free. */
  readonly userTagAccess: string | null;
  /** Tags keep their case, and the order given. */
  readonly tagStyle: {
    readonly caseSensitive: boolean;
    readonly configOrder: boolean;
    /** Background colours, `rrggbb` in lower case, by tag. */
    readonly colors: Readonly<Record<string, string>>;
  };
}

export interface Pool {
  readonly poolid: string;
  readonly comment: string | null;
}

export function parseVersion(data: unknown): Version {
  const row = Fields.of(data);
  const version = row.text('version');
  return { version, release: row.textOrNull('release'), repoid: row.textOrNull('repoid'), major: Number.parseInt(version, 10) };
}

export function parsePermissions(data: unknown): Permissions {
  const paths = asObject(data);
  if (!paths) throw new ShapeError('an object of paths was expected');
  return Object.fromEntries(
    Object.entries(paths).map(([path, privileges]) => {
      const propagates = Object.entries(asObject(privileges) ?? {}).map(([name, flag]) => [
        name,
        String(flag) === '1' || flag === true,
      ]);
      return [path, Object.fromEntries(propagates)];
    }),
  );
}

export function parseClusterStatus(data: unknown): ClusterStatus {
  const rows = Fields.rows(data);
  const cluster = rows.find(row => row.text('type') === 'cluster');
  return {
    cluster: cluster
      ? {
          name: cluster.text('name'),
          quorate: cluster.flag('quorate'),
          nodes: cluster.numberOrNull('nodes'),
          version: cluster.numberOrNull('version'),
        }
      : null,
    nodes: rows.filter(row => row.text('type') === 'node').map(clusterNode),
  };
}

export function parseNodes(data: unknown): NodeRow[] {
  return Fields.rows(data).map(nodeRow);
}

export function parseClusterResources(data: unknown): ClusterResources {
  const rows = Fields.rows(data);
  const ofType = (...types: string[]) => rows.filter(row => types.includes(row.text('type')));
  return {
    nodes: ofType('node').map(nodeRow),
    guests: ofType('qemu', 'lxc').map(guestRow),
    storages: ofType('storage').map(storageRow),
    pools: ofType('pool').map(row => row.text('pool')),
  };
}

export function parseClusterOptions(data: unknown): ClusterOptions {
  const row = Fields.of(data);
  const style = row.object('tag-style');
  return {
    macPrefix: row.textOrNull('mac_prefix'),
    description: row.textOrNull('description'),
    registeredTags: row.words('registered-tags'),
    allowedTags: row.words('allowed-tags'),
    userTagAccess: row.object('user-tag-access')?.textOrNull('user-allow') ?? null,
    tagStyle: {
      caseSensitive: style?.flag('case-sensitive') ?? false,
      configOrder: style?.textOrNull('ordering') === 'config',
      colors: parseColorMap(style?.textOrNull('color-map') ?? ''),
    },
  };
}

/** `tag:background[:text];…` */
function parseColorMap(text: string): Record<string, string> {
  const entries = text.matchAll(/(?:^|;)([^:;]+):([0-9a-f]{6})(?=[:;]|$)/gi);
  return Object.fromEntries([...entries].map(([, tag = '', color = '']) => [tag, color.toLowerCase()]));
}

export function parsePools(data: unknown): Pool[] {
  return Fields.rows(data).map(row => ({ poolid: row.text('poolid'), comment: row.textOrNull('comment') }));
}

function clusterNode(row: Fields): ClusterNode {
  return {
    name: row.text('name'),
    online: row.flag('online'),
    ip: row.textOrNull('ip'),
    nodeid: row.numberOrNull('nodeid'),
    local: row.flag('local'),
  };
}

function nodeRow(row: Fields): NodeRow {
  return {
    node: row.text('node'),
    status: row.textOrNull('status') ?? 'unknown',
    sslFingerprint: row.textOrNull('ssl_fingerprint'),
    ...load(row),
  };
}

function guestRow(row: Fields): GuestRow {
  return {
    kind: row.text('type') === 'lxc' ? 'lxc' : 'qemu',
    vmid: row.number('vmid'),
    node: row.text('node'),
    name: row.textOrNull('name'),
    status: row.textOrNull('status') ?? 'unknown',
    template: row.flag('template'),
    tags: parseTags(row.textOrNull('tags')),
    pool: row.textOrNull('pool'),
    lock: row.textOrNull('lock'),
    hastate: row.textOrNull('hastate'),
    ...load(row),
  };
}

function load(row: Fields): Load {
  return {
    maxcpu: row.numberOrNull('maxcpu'),
    maxmem: row.numberOrNull('maxmem'),
    mem: row.numberOrNull('mem'),
    maxdisk: row.numberOrNull('maxdisk'),
    uptime: row.numberOrNull('uptime'),
    cpu: row.numberOrNull('cpu'),
  };
}

function storageRow(row: Fields): StorageRow {
  return {
    storage: row.text('storage'),
    node: row.text('node'),
    status: row.textOrNull('status') ?? 'unknown',
    plugintype: row.textOrNull('plugintype'),
    shared: row.flag('shared'),
    content: row.words('content'),
    maxdisk: row.numberOrNull('maxdisk'),
    disk: row.numberOrNull('disk'),
  };
}
