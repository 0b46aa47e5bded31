/** What other guests have of this one: Proxmox does not look, and destroys a disk that two guests name with the first of them. */
import { ProxmoxError, ProxmoxNotFoundError } from '../../clients/proxmox/errors';
import type { GuestRow } from '../../clients/proxmox/answers/cluster';
import type { DestroyFacts } from '../../domain/deletion/blockers/blocker';
import type { DecidedAbout } from '../../domain/deletion/digest';
import { strongMarks } from '../../domain/reflection/identity';
import { evidenceOf } from '../../domain/reflection/observe-guest';
import type { DeletionReader } from './deps';

export type FoundElsewhere = Pick<DestroyFacts, 'sharedDisks' | 'linkedClones' | 'sameIdentity'>;

const atOnce = 4;

/** Reads the configuration of every other guest of the cluster. One that cannot be read makes the answer null: "could not be read". */
export async function readElsewhere(
  reader: DeletionReader,
  { vmid, disks, evidence }: Pick<DecidedAbout, 'vmid' | 'disks' | 'evidence'>,
  { beat, signal }: { beat: (what: string) => void; signal: AbortSignal },
): Promise<FoundElsewhere> {
  const shared: { volume: string; vmid: number }[] = [];
  const clones = new Set<number>();
  const alike = new Set<number>();
  const ownMarks = new Set(strongMarks(evidence));
  const { guests } = await reader.clusterResources({ signal });
  const queue = guests.filter(guest => guest.vmid !== vmid);
  let unreadable = false;
  const work = async (): Promise<void> => {
    for (let guest = queue.pop(); guest && !unreadable; guest = queue.pop()) {
      const other = await readOther(reader, guest, signal);
      if (other === null) unreadable = true;
      if (other?.marks.some(mark => ownMarks.has(mark))) alike.add(guest.vmid);
      for (const text of other?.volumes ?? []) {
        for (const { volume } of disks) {
          if (text === volume) shared.push({ volume, vmid: guest.vmid });
          else if (text.startsWith(`${volume}/`)) clones.add(guest.vmid);
        }
      }
      beat(`comparing with other guests; ${queue.length} are left`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (unreadable) return { sharedDisks: null, linkedClones: null, sameIdentity: null };
  return { sharedDisks: shared, linkedClones: [...clones], sameIdentity: [...alike] };
}

interface Other {
  /** That its configuration names, in effect and waiting. */
  volumes: string[];
  /** By which it can be told from others. */
  marks: string[];
}

async function readOther(reader: DeletionReader, guest: GuestRow, signal: AbortSignal): Promise<Other | null> {
  try {
    const config = await reader.guestConfig(guest, {}, { signal });
    const configs = [config];
    if (guest.kind === 'qemu') configs.push(await reader.guestConfig(guest, { current: true }, { signal }));
    return {
      volumes: configs.flatMap(({ disks, unusedVolumes }) => [...disks.map(({ volid }) => volid), ...unusedVolumes]),
      marks: strongMarks(evidenceOf(config)),
    };
  } catch (error) {
    // It was deleted, or has moved, since the list was read: whoever moved is not told from whoever is gone.
    if (error instanceof ProxmoxNotFoundError) return stillThere(reader, guest, signal);
    if (!(error instanceof ProxmoxError)) throw error;
    signal.throwIfAborted();
    return null;
  }
}

async function stillThere(reader: DeletionReader, guest: GuestRow, signal: AbortSignal): Promise<Other | null> {
  const { guests } = await reader.clusterResources({ signal });
  return guests.some(row => row.vmid === guest.vmid) ? null : { volumes: [], marks: [] };
}
