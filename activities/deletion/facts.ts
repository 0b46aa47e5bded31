/** What the blockers judge, read right before a guest is destroyed. What cannot be read is null, and never counts as "no". */
import { ProxmoxError } from '../../clients/proxmox/errors';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { BackupFacts, DestroyFacts } from '../../domain/deletion/blockers/blocker';
import type { LiveGuest } from '../../domain/intent/plan/live';
import { hasPrivilege, type Permissions } from '../../domain/proxmox/permissions';
import type { DeletionDeps, DeletionReader } from './deps';
import type { FoundElsewhere } from './others';

export async function readFacts(
  { store, settings }: Pick<DeletionDeps, 'store' | 'settings'>,
  endpoint: Endpoint,
  reader: DeletionReader,
  live: LiveGuest,
  elsewhere: FoundElsewhere,
  { waived, made }: Pick<BackupFacts, 'waived' | 'made'>,
  signal: AbortSignal,
): Promise<DestroyFacts> {
  const values = await settings.ofEndpoint(endpoint);
  const policy = values.deletion_backup_policy;
  const sid = `${live.kind === 'qemu' ? 'vm' : 'ct'}:${live.vmid}`;
  const [status, resources, replications, backup, destroyedToday] = await Promise.all([
    readable(reader.guestStatus(live, { signal }), signal),
    readable(reader.haResources({ signal }), signal),
    readable(reader.replications({ signal }), signal),
    policy === 'none' ? { visible: true, missing: [], volumes: [], newestAt: null } : newestBackup(reader, live, signal),
    store.countDestroyedToday(endpoint.id),
  ]);
  return {
    live,
    ...elsewhere,
    haManaged:
      resources === null ? (status === null ? null : status.haManaged || null) : resources.some(resource => resource.sid === sid),
    replicationJobs: replications?.filter(({ guest }) => guest === live.vmid).map(({ id }) => id) ?? null,
    backup: { policy, maxAgeDays: values.deletion_backup_max_age_days, waived, made, ...backup },
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
): Promise<Pick<BackupFacts, 'visible' | 'missing' | 'volumes' | 'newestAt'>> {
  const [permissions, storages] = await Promise.all([
    readable(reader.permissions({ signal }), signal),
    readable(reader.nodeStorages(node, { signal }), signal),
  ]);
  const kept = storages?.filter(({ content, active }) => active && content.includes('backup')) ?? [];
  const lists = await Promise.all(
    kept.map(({ storage }) => readable(reader.storageContent(node, storage, { content: 'backup', vmid }, { signal }), signal)),
  );
  const volumes = lists
    .flatMap(list => list ?? [])
    .filter(({ vmid: owner }) => owner === vmid)
    .map(({ volid, ctime }) => ({ volume: volid, at: ctime === null ? null : ctime * 1000 }));
  const times = volumes.flatMap(({ at }) => at ?? []);
  const missing = missingRights(permissions ?? {}, vmid, kept);
  const readAll = permissions !== null && storages !== null && lists.every(list => list !== null);
  return {
    visible: readAll && missing.length === 0,
    missing,
    volumes,
    newestAt: times.length === 0 ? null : Math.max(...times),
  };
}

function missingRights(permissions: Permissions, vmid: number, storages: readonly { storage: string }[]): string[] {
  const needed = [
    { privilege: 'VM.Backup', path: `/vms/${vmid}` },
    ...storages.map(({ storage }) => ({ privilege: 'Datastore.AllocateSpace', path: `/storage/${storage}` })),
  ];
  return needed
    .filter(({ privilege, path }) => !hasPrivilege(permissions, path, privilege))
    .map(({ privilege, path }) => `${privilege} on ${path}`);
}
