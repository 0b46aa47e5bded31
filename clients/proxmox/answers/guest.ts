import type { GuestKind } from '../../../domain/proxmox/guest-config';
import { parseTags } from '../../../domain/proxmox/tags';
import { Fields } from '../fields';

/** Where a guest is. Ask `/cluster/resources` again when the node says "not found": guests move. */
export interface GuestRef {
  readonly node: string;
  readonly kind: GuestKind;
  readonly vmid: number;
}

/** A configuration key; it waits for the next start when `pending` is set or `deleted` is true. */
export interface PendingKey {
  readonly key: string;
  readonly value: string | null;
  readonly pending: string | null;
  readonly deleted: boolean;
}

export interface GuestStatus {
  readonly vmid: number;
  /** Without a name of its own Proxmox says `VM 100`. */
  readonly name: string | null;
  /** `running`, `stopped`; a paused VM is `running` here with `qmpstatus` `paused`. */
  readonly status: string;
  readonly qmpstatus: string | null;
  /** QEMU: the guest runs with an agent device. */
  readonly agent: boolean;
  readonly lock: string | null;
  readonly tags: readonly string[];
  readonly template: boolean;
  /** Managed by HA: starting and stopping only requests a state. */
  readonly haManaged: boolean;
  /** Seconds. */
  readonly uptime: number | null;
  readonly cpus: number | null;
  /** Bytes. */
  readonly maxmem: number | null;
}

export interface GuestAddress {
  readonly address: string;
  readonly prefix: number | null;
  readonly family: 4 | 6;
}

/** An interface as the guest itself reports it, loopback and link-local included. */
export interface GuestInterface {
  readonly name: string;
  /** As reported, usually lower case. */
  readonly mac: string | null;
  readonly addresses: readonly GuestAddress[];
}

export interface Snapshot {
  readonly name: string;
  readonly description: string | null;
  readonly parent: string | null;
  /** Seconds since 1970. */
  readonly snaptime: number | null;
  readonly vmstate: boolean;
}

export interface SnapshotList {
  /** Without the entry `current`, which is no snapshot. */
  readonly snapshots: readonly Snapshot[];
  /** The snapshot that the guest stands on. */
  readonly currentParent: string | null;
}

export function parsePending(data: unknown): PendingKey[] {
  return Fields.rows(data).map(row => ({
    key: row.text('key'),
    value: row.textOrNull('value'),
    pending: row.textOrNull('pending'),
    // 2 stands for a forced deletion.
    deleted: (row.numberOrNull('delete') ?? 0) > 0,
  }));
}

export function parseGuestStatus(data: unknown): GuestStatus {
  const row = Fields.of(data);
  return {
    vmid: row.number('vmid'),
    name: row.textOrNull('name'),
    status: row.text('status'),
    qmpstatus: row.textOrNull('qmpstatus'),
    agent: row.flag('agent'),
    lock: row.textOrNull('lock'),
    tags: parseTags(row.textOrNull('tags')),
    template: row.flag('template'),
    haManaged: row.object('ha')?.flag('managed') ?? false,
    uptime: row.numberOrNull('uptime'),
    cpus: row.numberOrNull('cpus'),
    maxmem: row.numberOrNull('maxmem'),
  };
}

export function parseAgentInterfaces(data: unknown): GuestInterface[] {
  return Fields.of(data).rows('result').map(guestInterface);
}

export function parseAgentHostName(data: unknown): string | null {
  return Fields.of(data).object('result')?.textOrNull('host-name') ?? null;
}

/** `null`: the container is stopped or not there, which Proxmox does not tell apart. */
export function parseContainerInterfaces(data: unknown): GuestInterface[] | null {
  return data === null ? null : Fields.rows(data).map(guestInterface);
}

export function parseSnapshots(data: unknown): SnapshotList {
  const rows = Fields.rows(data);
  const isCurrent = (row: Fields) => row.text('name') === 'current';
  return {
    snapshots: rows.filter(row => !isCurrent(row)).map(snapshot),
    currentParent: rows.find(isCurrent)?.textOrNull('parent') ?? null,
  };
}

/** The shapes of the QEMU agent and of containers, new and old. */
function guestInterface(row: Fields): GuestInterface {
  const listed = row.rows('ip-addresses').flatMap(address);
  const old = ['inet', 'inet6'].flatMap(key => row.words(key)).flatMap(cidrAddress);
  return {
    name: row.text('name'),
    mac: row.textOrNull('hardware-address') ?? row.textOrNull('hwaddr'),
    addresses: listed.length > 0 ? listed : old,
  };
}

function address(row: Fields): GuestAddress[] {
  const text = row.textOrNull('ip-address');
  return text === null ? [] : [{ address: text, prefix: row.numberOrNull('prefix'), family: text.includes(':') ? 6 : 4 }];
}

function cidrAddress(text: string): GuestAddress[] {
  const [ip = '', prefix] = text.split('/');
  return ip === ''
    ? []
    : [{ address: ip, prefix: prefix === undefined ? null : Number(prefix), family: ip.includes(':') ? 6 : 4 }];
}

function snapshot(row: Fields): Snapshot {
  return {
    name: row.text('name'),
    description: row.textOrNull('description'),
    parent: row.textOrNull('parent'),
    snaptime: row.numberOrNull('snaptime'),
    vmstate: row.flag('vmstate'),
  };
}
