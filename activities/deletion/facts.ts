/** What the blockers judge, read right before a guest is destroyed. What cannot be read is null, and never counts as "no". */
import { ProxmoxError } from '../../clients/proxmox/errors';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { BackupFacts, DestroyFacts } from '../../domain/deletion/blockers/blocker';
import type { LiveGuest } from '../../domain/intent/plan/live';
import { hasPrivilege } from '../../domain/proxmox/permissions';
import type { DeletionDeps, DeletionReader } from './deps';
import type { DisksElsewhere } from './others';

export async function readFacts(
  { store, settings }: Pick<DeletionDeps, 'store' | 'settings'>,
  endpoint: Endpoint,
  reader: DeletionReader,
  live: LiveGuest,
  elsewhere: DisksElsewhere,
  waived: boolean,
  signal: AbortSignal,
): Promise<DestroyFacts> {
  const values = await settings.ofEndpoint(endpoint);
  const policy = values.deletion_backup_policy === 'none' ? 'none' : 'recent';
  const sid = `${live.kind === 'qemu' ? 'vm' : 'ct'}:${live.vmid}`;
  const [status, resources, replications, backup, destroyedToday] = await Promise.all([
    readable(reader.guestStatus(live, { signal }), signal),
    readable(reader.haResources({ signal }), signal),
    readable(reader.replications({ signal }), signal),
    policy === 'recent' && !waived ? newestBackup(reader, live, signal) : { visible: true, newestAt: null },
    store.countDestroyedToday(endpoint.id),
  ]);
  return {
    live,
    ...elsewhere,
    haManaged:
      resources === null ? (status === null ? null : status.haManaged || null) : resources.some(resource => resource.sid === sid),
    replicationJobs: replications?.filter(({ guest }) => guest === live.vmid).map(({ id }) => id) ?? null,
    backup: { policy, maxAgeDays: values.deletion_backup_max_age_days, waived, ...backup },
    destroyedToday,
    mostPerDay: values.deletion_most_per_day,
    now: Date.now(),
  };
}

export async function readable<T>(reading: Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProxmoxError) return null;
    throw error;
  }
}

/** Without the rights to see backups there is no saying that there is none. */
export async function newestBackup(
  reader: DeletionReader,
  { node, vmid }: Pick<LiveGuest, 'node' | 'vmid'>,
  signal: AbortSignal,
): Promise<Pick<BackupFacts, 'visible' | 'newestAt'>> {
  const [permissions, storages] = await Promise.all([
    readable(reader.permissions({ signal }), signal),
    readable(reader.nodeStorages(node, { signal }), signal),
  ]);
  const kept = storages?.filter(({ content, active }) => active && content.includes('backup')) ?? [];
  const lists = await Promise.all(
    kept.map(({ storage }) => readable(reader.storageContent(node, storage, { content: 'backup', vmid }, { signal }), signal)),
  );
  const times = lists
    .flatMap(list => list ?? [])
    .flatMap(({ ctime, vmid: owner }) => (owner === vmid && ctime !== null ? [ctime * 1000] : []));
  const visible =
    permissions !== null &&
    storages !== null &&
    lists.every(list => list !== null) &&
    hasPrivilege(permissions, `/vms/${vmid}`, 'VM.Backup') &&
    kept.every(({ storage }) => hasPrivilege(permissions, `/storage/${storage}`, 'Datastore.AllocateSpace'));
  return { visible, newestAt: times.length === 0 ? null : Math.max(...times) };
}
