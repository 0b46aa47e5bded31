/** What is still in storages of a guest that is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { Blocked } from '../../domain/deletion/blockers/blocker';
import type { DeletionReader } from './deps';
import { readable } from './facts';

/** A storage may list a disk a moment longer than it has it. */
const looks = 3;
const pauseMs = 1_000;

/**
 * Disks of the guest that its storages still list. Proxmox lists them only for those who may change disks, so that nothing is concluded from their
 * absence: configuration and resources prove that the guest is gone.
 */
export async function leftOver(reader: DeletionReader, request: Deletion, signal: AbortSignal): Promise<Blocked[]> {
  for (let look = 1; ; look++) {
    const left = await disksLeft(reader, request, signal);
    if (left.length === 0) return [];
    if (look === looks) {
      return [
        { code: 'disks_left', message: `The guest is gone, and its storage still lists ${left.join(', ')}. Look at it there.` },
      ];
    }
    await sleep(pauseMs, undefined, { signal });
  }
}

async function disksLeft(reader: DeletionReader, { about, node, vmid }: Deletion, signal: AbortSignal): Promise<string[]> {
  if (about === null || node === null) return [];
  const disks = new Set(about.disks.map(({ volume }) => volume));
  const storages = new Set([...disks].map(volume => volume.slice(0, volume.indexOf(':'))));
  const lists = await Promise.all(
    [...storages].map(storage => readable(reader.storageContent(node, storage, { vmid }, { signal }), signal)),
  );
  return lists.flatMap(list => (list ?? []).flatMap(({ volid }) => (disks.has(volid) ? [volid] : [])));
}
