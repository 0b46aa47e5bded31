/** A backup that is made before a guest is destroyed, and is looked at in its storage. May be repeated: a task that runs is awaited. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ProxmoxError } from '../../clients/proxmox/errors';
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { MadeBackup } from '../../domain/deletion/backup';
import { BACKUP_WANTED } from '../../domain/deletion/blockers/backup';
import type { LiveGuest } from '../../domain/intent/plan/live';
import { parseUpid } from '../../domain/proxmox/upid';
import { redactText } from '../../domain/redaction';
import type { Attempt, DeletionDeps, DeletionReader, DeletionWriter } from './deps';
import { newestBackup } from './facts';
import { askGate } from './gate';
import { readSame } from './hold';
import { auditEntry, endpointOf, requestOf } from './request';

/** A backup may be listed a moment after its task has ended. */
const looks = 5;
const pauseMs = 1_000;

/** @returns whether a backup was made, so that another look is worth it. Only where a backup is all that is in the way. */
export async function backUp(deps: DeletionDeps, requestId: string, attempt: Attempt): Promise<boolean> {
  const request = await requestOf(deps, requestId);
  if (request.state !== 'blocked' || request.reasons.length !== 1 || request.reasons[0]?.code !== BACKUP_WANTED) return false;
  const endpoint = await endpointOf(deps, request);
  const writer = await deps.openWriting(endpoint);
  if (writer === undefined || !(await askGate(deps, request, endpoint)).allowed) return false;
  const reader = await deps.openReading(endpoint);
  try {
    const live = await readSame(deps, request, endpoint, reader, attempt.signal);
    return live !== null && (await make(deps, { request, endpoint, reader, writer, live }, attempt));
  } finally {
    await reader.close();
    await writer.close();
  }
}

interface Making {
  request: Deletion;
  endpoint: Endpoint;
  reader: DeletionReader;
  writer: DeletionWriter;
  live: LiveGuest;
}

async function make(deps: DeletionDeps, making: Making, attempt: Attempt): Promise<boolean> {
  const { request, endpoint, reader, live } = making;
  const { deletion_backup_storage: storage } = await deps.settings.ofEndpoint(endpoint);
  const before = request.backup?.round === request.round ? request.backup : null;
  if (before?.volume != null) {
    const { volumes } = await newestBackup(reader, live, attempt.signal);
    if (volumes.some(({ volume }) => volume === before.volume)) return true;
  }
  const begun = before?.volume === null && before.failed === null ? before : null;
  let started: MadeBackup = begun ?? {
    round: request.round,
    storage,
    upid: null,
    volume: null,
    failed: null,
    at: new Date().toISOString(),
  };
  const seq = await deps.audit.begin(auditEntry(request, 'deletion.backup', { storage }));
  try {
    // Noted first, so that whoever comes after this attempt looks for the task that it may have started.
    if (begun === null) await deps.store.noteBackup(request.id, started);
    if (started.upid === null) {
      const upid = (begun && (await startedBefore(making, begun))) ?? (await start(making, storage));
      started = { ...started, storage, upid };
      await deps.store.noteBackup(request.id, started);
    }
    const volume = await finished(making, started.upid ?? '', attempt);
    await deps.store.noteBackup(request.id, { ...started, volume });
    await deps.audit.complete(seq, { result: 'succeeded' });
    return true;
  } catch (error) {
    attempt.signal.throwIfAborted();
    if (!(error instanceof ProxmoxError) && !(error instanceof NotBackedUpError)) throw error;
    const failed = redactText(error.message);
    await deps.store.noteBackup(request.id, { ...started, failed, at: new Date().toISOString() });
    await deps.audit.complete(seq, { result: 'failed', reason: failed });
    return true;
  }
}

/** A backup was not made, or is not to be seen. */
class NotBackedUpError extends Error {
  override readonly name = 'NotBackedUpError';
}

/** Clocks of a node and of ours may differ by so much. */
const clocksDifferMs = 60_000;

/** The task of an attempt that ended before it had its answer; null where there is none. */
async function startedBefore({ writer, live: { node, vmid } }: Making, begun: MadeBackup): Promise<string | null> {
  const since = Math.floor((Date.parse(begun.at) - clocksDifferMs) / 1000);
  const tasks = await writer.nodeTasks(node, { vmid, source: 'all', since });
  // The newest comes first.
  return tasks.find(({ type }) => type === 'vzdump')?.upid ?? null;
}

async function start({ request, writer, live }: Making, storage: string): Promise<string> {
  if (storage.trim() === '') throw new NotBackedUpError('The setting deletion_backup_storage names no storage to make it on.');
  const upid = await writer.request('POST', `/nodes/${encodeURIComponent(live.node)}/vzdump`, {
    vmid: live.vmid,
    storage,
    mode: 'stop',
    compress: 'zstd',
    // Whatever the storage keeps of this guest stays.
    remove: false,
    'notes-template': `{{guestname}}, before deletion request ${request.id}`,
  });
  if (typeof upid !== 'string' || !upid.startsWith('UPID:')) throw new NotBackedUpError('Proxmox named no task for it.');
  return upid;
}

/** Awaits the task, and gives the volume that a read shows in the storage. */
async function finished({ reader, writer, live }: Making, upid: string, { beat, signal }: Attempt): Promise<string> {
  beat(`waiting for the task ${upid}`);
  const { outcome, exitStatus } = await writer.awaitTask(upid, { signal });
  if (outcome !== 'ok' && outcome !== 'warnings')
    throw new NotBackedUpError(`Its task ended: ${exitStatus ?? 'nobody knows how'}.`);
  const since = (parseUpid(upid)?.startTime ?? 0) * 1000;
  for (let look = 1; ; look++) {
    const { volumes } = await newestBackup(reader, live, signal);
    const made = volumes.find(({ at }) => at !== null && at >= since);
    if (made) return made.volume;
    if (look === looks) throw new NotBackedUpError('Its task has ended, and no read shows it in its storage.');
    await sleep(pauseMs, undefined, { signal });
  }
}
