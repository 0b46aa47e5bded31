/** What other guests have of this one's disks: Proxmox does not look, and destroys a disk that two guests name with the first of them. */
import { ProxmoxError, ProxmoxNotFoundError } from '../../clients/proxmox/errors';
import type { GuestRow } from '../../clients/proxmox/answers/cluster';
import type { DestroyFacts } from '../../domain/deletion/blockers/blocker';
import type { DeletionReader } from './deps';

export type DisksElsewhere = Pick<DestroyFacts, 'sharedDisks' | 'linkedClones'>;

const atOnce = 4;

/** Reads the configuration of every other guest of the cluster. One that cannot be read makes the answer null: "could not be read". */
export async function readDisksElsewhere(
  reader: DeletionReader,
  vmid: number,
  volumes: readonly string[],
  { beat, signal }: { beat: (what: string) => void; signal: AbortSignal },
): Promise<DisksElsewhere> {
  const shared: { volume: string; vmid: number }[] = [];
  const clones = new Set<number>();
  if (volumes.length === 0) return { sharedDisks: [], linkedClones: [] };
  const { guests } = await reader.clusterResources({ signal });
  const queue = guests.filter(guest => guest.vmid !== vmid);
  let unreadable = false;
  const work = async (): Promise<void> => {
    for (let guest = queue.pop(); guest && !unreadable; guest = queue.pop()) {
      const texts = await valuesOf(reader, guest, signal);
      if (texts === null) unreadable = true;
      for (const text of texts ?? []) {
        for (const volume of volumes) {
          if (text === volume) shared.push({ volume, vmid: guest.vmid });
          else if (text.startsWith(`${volume}/`)) clones.add(guest.vmid);
        }
      }
      beat(`comparing disks; ${queue.length} guests are left`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return unreadable ? { sharedDisks: null, linkedClones: null } : { sharedDisks: shared, linkedClones: [...clones] };
}

/** The volumes that a guest's configuration names, in effect and waiting. */
async function valuesOf(reader: DeletionReader, guest: GuestRow, signal: AbortSignal): Promise<string[] | null> {
  try {
    const configs = [await reader.guestConfig(guest, {}, { signal })];
    if (guest.kind === 'qemu') configs.push(await reader.guestConfig(guest, { current: true }, { signal }));
    return configs.flatMap(config => [...config.disks.map(({ volid }) => volid), ...config.unusedVolumes]);
  } catch (error) {
    // It was deleted, or has moved, since the list was read: whoever moved is not told from whoever is gone.
    if (error instanceof ProxmoxNotFoundError) return stillThere(reader, guest, signal);
    if (!(error instanceof ProxmoxError)) throw error;
    signal.throwIfAborted();
    return null;
  }
}

async function stillThere(reader: DeletionReader, guest: GuestRow, signal: AbortSignal): Promise<string[] | null> {
  const { guests } = await reader.clusterResources({ signal });
  return guests.some(row => row.vmid === guest.vmid) ? null : [];
}
