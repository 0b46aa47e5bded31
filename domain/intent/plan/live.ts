import type { GuestConfig, GuestKind } from '../../proxmox/guest-config';
import type { Drive } from '../../proxmox/drive';
import type { Nic } from '../../proxmox/nic';
import { toMebibytes } from '../../proxmox/size';
import type { GuestStatus } from '../../reflection/inventory';
import { evidenceOf } from '../../reflection/observe-guest';
import type { Evidence } from '../../reflection/identity';

/** A guest as it was just read: its configuration without what is pending, where it is, whether it runs. */
export interface LiveGuest {
  readonly kind: GuestKind;
  readonly vmid: number;
  readonly node: string;
  readonly status: GuestStatus;
  readonly config: GuestConfig;
  /** Keys that wait for the guest's next start. */
  readonly pendingKeys: readonly string[];
}

export const liveEvidence = (live: LiveGuest): Evidence => evidenceOf(live.config);

/** The name that reflection shows: Proxmox's own for a guest without one is no name. */
export const liveName = ({ config, kind, vmid }: LiveGuest): string =>
  config.name ?? (kind === 'qemu' ? `VM-${vmid}` : `CT${vmid}`);

export const liveVcpus = ({ config, kind }: LiveGuest): number | null =>
  config.cores === null ? null : config.cores * (kind === 'qemu' ? config.sockets : 1);

/** Disks that NetBox shows: volumes with a size. */
export const liveDisks = ({ config }: LiveGuest): { drive: Drive; size: number }[] =>
  config.disks.flatMap(drive =>
    drive.source === 'volume' && drive.sizeBytes !== null && drive.sizeBytes > 0
      ? [{ drive, size: toMebibytes(drive.sizeBytes) }]
      : [],
  );

/** The card that an interface of NetBox stands for: by its link, its name in the container, its key. */
export const liveNic = ({ config }: LiveGuest, part: { key: string | null; name: string }): Nic | undefined =>
  part.key === null
    ? config.nics.find(nic => (nic.name ?? nic.key) === part.name)
    : config.nics.find(nic => nic.key === part.key);

export const isRunning = ({ status }: LiveGuest): boolean => status !== 'stopped';
