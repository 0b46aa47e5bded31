/**
 * The world of one endpoint as it was observed, in plain values. Observations are stored by content, so nothing here may
 * change when the guest does not: no load, no uptime, no time stamps.
 */
import type { DescriptionMetadata } from '../proxmox/description';
import type { Evidence, GuestKind } from './identity';

/** QEMU's and LXC's power states as Proxmox tells them; `unknown` when the node does not say. */
export type GuestStatus = 'running' | 'stopped' | 'paused' | 'unknown';

export interface ObservedNode {
  name: string;
  status: 'online' | 'offline' | 'unknown';
  /** SHA-256 of the certificate that the node shows, `AB:CD:…`; part of what an endpoint is bound to. */
  fingerprint: string | null;
}

export interface ObservedCluster {
  /** The cluster's name, or the node's for a standalone host. */
  name: string;
  mode: 'cluster' | 'standalone';
  /** Proxmox VE version, e.g. `9.2.1`. */
  version: string;
  nodes: ObservedNode[];
  /** Background colours from the datacenter's tag style, `rrggbb` by tag. */
  tagColors: Record<string, string>;
  /** False when something may be missing from the guest list; then nothing is concluded from absence. */
  complete: boolean;
  incompleteBecause: string[];
  /** What else the credential keeps from us, in the operator's words. */
  remarks: string[];
}

export interface ObservedNic {
  /** Config key, e.g. `net0`; interfaces that only the guest knows have `guest/<name>`. */
  key: string;
  name: string;
  /** Upper-case colon form, or null. */
  mac: string | null;
  bridge: string | null;
  vlan: number | null;
  /** VLAN ids of `trunks=`; null when the NIC has none. */
  trunks: number[] | null;
  enabled: boolean;
  mtu: number | null;
  /** CIDR notation, deduplicated, sorted. */
  addresses: string[];
}

export interface ObservedDisk {
  /** Config key, e.g. `scsi0`, `rootfs`, `mp1`. */
  key: string;
  storage: string;
  format: string | null;
  /** MiB, rounded up. */
  sizeMiB: number;
}

export interface ObservedGuest {
  kind: GuestKind;
  vmid: number;
  node: string;
  name: string;
  status: GuestStatus;
  template: boolean;
  /** Sockets × cores; null where a container has no limit. */
  vcpus: number | null;
  memoryMiB: number | null;
  /** The notes as Proxmox has them, trailing white space removed. */
  notes: string;
  /** NetBox ids that a block in the notes names; only where there is one and the policy has it read. */
  metadata?: DescriptionMetadata;
  tags: string[];
  startAtBoot: boolean;
  unprivileged: boolean | null;
  agent: boolean | null;
  searchDomain: string | null;
  /** Host name told by the guest or its config; empty when unknown. */
  dnsName: string;
  nics: ObservedNic[];
  disks: ObservedDisk[];
  /** True when the guest itself told addresses, be it one: only then is a missing address known to be gone. */
  addressesComplete: boolean;
  evidence: Evidence;
  /** What could not be read or reflected of this guest, in the operator's words. */
  remarks: string[];
}

/** A guest that is in the list but cannot be read: it is neither created, changed nor deleted. */
export interface UnreadableGuest {
  kind: GuestKind;
  vmid: number;
  node: string;
  name: string | null;
  reason: 'node-offline' | 'permission' | 'not-ready' | 'vanished' | 'error';
  message: string;
}

export interface Inventory {
  cluster: ObservedCluster;
  guests: ObservedGuest[];
  unreadable: UnreadableGuest[];
  /** Listed, and not read since the run is about some guests alone: they are there, and nothing else is known of them. */
  others?: readonly GuestKey[];
}

export type GuestKey = `${GuestKind}/${number}`;

export const guestKey = (guest: { kind: GuestKind; vmid: number }): GuestKey => `${guest.kind}/${guest.vmid}`;

/** Every guest that Proxmox listed. */
export const presentIn = ({ guests, unreadable, others = [] }: Inventory): GuestKey[] => [
  ...[...guests, ...unreadable].map(guestKey),
  ...others,
];
