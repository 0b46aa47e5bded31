import type { Config, Guest, GuestKind } from './state';

/** A stopped guest with nothing but its configuration. */
export function newGuest(vmid: number, kind: GuestKind, node: string, config: Config): Guest {
  return {
    vmid,
    kind,
    node,
    config,
    pending: {},
    pendingDelete: new Map(),
    snapshots: [],
    power: 'stopped',
    startedAt: 0,
    agent: 'none',
    hostName: `vm-${vmid}`,
    osInfo: { id: 'debian', name: 'Debian GNU/Linux' },
    interfaces: [],
    releasesDevices: true,
  };
}

/** The kind's name in Proxmox's texts. */
export function label(kind: GuestKind): 'VM' | 'CT' {
  return kind === 'qemu' ? 'VM' : 'CT';
}
