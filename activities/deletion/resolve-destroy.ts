/** What became of a destroy that was sent: by its task where its id is known, and in any case by reading. Nothing is ever sent again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ProxmoxError, ProxmoxNotFoundError } from '../../clients/proxmox/errors';
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { Endpoint } from '../../database/repositories/endpoints';
import { judgeDestroy, type DestroyReading } from '../../domain/deletion/resolve';
import type { DeletionState } from '../../domain/deletion/states';
import { compareEvidence } from '../../domain/reflection/identity';
import { evidenceOf } from '../../domain/reflection/observe-guest';
import { redactText } from '../../domain/redaction';
import type { AuditResult } from '../../domain/audit/record';
import type { Attempt, DeletionDeps, DeletionReader, DeletionWriter } from './deps';
import { leftOver } from './left-over';
import { guestPath } from './marks';
import { endpointOf, moveBy, requestOf } from './request';

const pauseMs = 1_000;
/** Nobody waits longer than this many times the quiet time. */
const boundFactor = 3;

export async function resolveDestroy(deps: DeletionDeps, requestId: string, attempt: Attempt): Promise<DeletionState> {
  const request = await requestOf(deps, requestId);
  if (request.state !== 'executing' || request.sentAt === null) return request.state;
  const sentAt = request.sentAt.getTime();
  try {
    return await resolveBy(deps, request, sentAt, attempt);
  } catch (error) {
    attempt.signal.throwIfAborted();
    // Without its endpoint, or a credential that is taken, nothing is ever found out: that ends, too.
    const { deletion_quiet_seconds: seconds } = await deps.settings.ofInstallation();
    if (Date.now() - sentAt < seconds * 1000 * boundFactor) throw error;
    return end(deps, request, 'unresolved', 'unknown', [notTold]);
  }
}

const notTold = {
  code: 'unknown_outcome',
  message: 'Reading did not tell in time whether the guest was destroyed. Look at the guest and its tasks in Proxmox.',
};

async function resolveBy(deps: DeletionDeps, request: Deletion, sentAt: number, attempt: Attempt): Promise<DeletionState> {
  const endpoint = await endpointOf(deps, request);
  const reader = await deps.openReading(endpoint);
  const writer = await deps.openWriting(endpoint);
  try {
    return await resolve(deps, { request, endpoint, reader, writer, sentAt }, attempt);
  } finally {
    await reader.close();
    await writer?.close();
  }
}

interface Resolving {
  request: Deletion;
  endpoint: Endpoint;
  reader: DeletionReader;
  writer: DeletionWriter | undefined;
  sentAt: number;
}

async function resolve(deps: DeletionDeps, resolving: Resolving, attempt: Attempt): Promise<DeletionState> {
  const { request, endpoint, sentAt } = resolving;
  const { deletion_quiet_seconds: seconds } = await deps.settings.ofEndpoint(endpoint);
  const quietMs = seconds * 1000;
  const ended = request.sendRefusal ?? (await taskEnd(resolving, attempt));
  const readings: DestroyReading[] = [];
  for (;;) {
    readings.push(await look(resolving, ended, attempt.signal));
    const found = judgeDestroy(readings, sentAt, quietMs * boundFactor, quietMs);
    switch (found.is) {
      case 'gone':
        return end(deps, request, 'gone', 'succeeded', await leftOver(resolving.reader, request, attempt.signal));
      case 'refused':
        return end(deps, request, 'not-destroyed', 'failed', [
          { code: 'destroy_failed', message: `Proxmox did not destroy the guest: ${found.message}` },
        ]);
      case 'protect':
        return protect(deps, resolving);
      case 'unknown':
        return end(deps, request, 'unresolved', 'unknown', [notTold]);
      case 'wait':
        attempt.beat('reading what became of it');
        await sleep(pauseMs, undefined, { signal: attempt.signal });
    }
  }
}

/** How the destroy's task ended; null where its id, or its end, is not known. */
async function taskEnd({ request, reader, writer }: Resolving, { beat, signal }: Attempt): Promise<string | null> {
  const upid = request.upid;
  if (upid === null) return null;
  beat(`waiting for the task ${upid}`);
  const wait = async (): Promise<string | null> => {
    if (writer) return (await writer.awaitTask(upid, { signal })).exitStatus;
    for (;;) {
      const row = (await reader.nodeTasks(request.node ?? '', { vmid: request.vmid, source: 'all' }, { signal })).find(
        task => task.upid === upid,
      );
      if (!row || row.endtime !== null) return row?.exitStatus ?? null;
      await sleep(pauseMs, undefined, { signal });
    }
  };
  const exit = await wait().catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof ProxmoxError) return null;
    throw error;
  });
  return exit === 'unexpected status' ? null : exit;
}

/** One look, with the read credential: a writer that is fenced into a pool is refused a guest that is gone (Proxmox VE 9.2, measured). */
async function look({ request, reader }: Resolving, destroyEnded: string | null, signal: AbortSignal): Promise<DestroyReading> {
  const nothing: DestroyReading = { at: Date.now(), exists: null, runningTasks: [], destroyEnded: null };
  try {
    const { guests } = await reader.clusterResources({ signal });
    const row = guests.find(guest => guest.vmid === request.vmid && guest.kind === request.kind);
    const node = row?.node ?? request.node ?? '';
    const tasks = await reader.nodeTasks(
      node,
      { vmid: request.vmid, source: 'all', since: Math.floor((request.sentAt?.getTime() ?? 0) / 1000) - 60 },
      { signal },
    );
    const own = tasks.findLast(({ type }) => type === 'qmdestroy' || type === 'vzdestroy');
    const runningTasks = tasks.filter(task => task.endtime === null && task.exitStatus === null).map(({ upid }) => upid);
    return {
      at: Date.now(),
      exists: await exists({ request, reader }, node, signal),
      runningTasks,
      destroyEnded: destroyEnded ?? (own && own.endtime !== null ? own.exitStatus : null),
    };
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    signal.throwIfAborted();
    return nothing;
  }
}

/** The configuration decides: the list is older. Another guest under the VMID is not ours. */
async function exists(
  { request, reader }: Pick<Resolving, 'request' | 'reader'>,
  node: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const config = await reader.guestConfig({ node, kind: request.kind, vmid: request.vmid }, {}, { signal });
    return request.about === null || compareEvidence(request.about.evidence, evidenceOf(config)) !== 'other';
  } catch (error) {
    if (error instanceof ProxmoxNotFoundError) {
      // It may have moved: gone is gone from the whole cluster.
      const { guests } = await reader.clusterResources({ signal });
      const elsewhere = guests.find(guest => guest.vmid === request.vmid && guest.kind === request.kind);
      return elsewhere !== undefined && elsewhere.node !== node;
    }
    throw error;
  }
}

/** Nothing came of it. A DELETE that is still under way somewhere is refused by a guest that is protected. */
async function protect(deps: DeletionDeps, { request, reader, writer }: Resolving): Promise<DeletionState> {
  let isProtected = false;
  try {
    const { guests } = await reader.clusterResources();
    const row = guests.find(guest => guest.vmid === request.vmid && guest.kind === request.kind);
    if (row && writer) {
      await writer.request('PUT', `${guestPath(row)}/config`, { protection: true });
      isProtected = (await reader.guestConfig(row)).protection;
    }
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
  }
  const how = isProtected ? 'It is protected now, so that a late call is refused' : 'It could not be protected';
  return end(deps, request, 'unresolved', 'unknown', [
    {
      code: 'unknown_outcome',
      message: `The destroy was sent once, its answer was lost, and the guest is still there. ${how}. Look at its tasks in Proxmox; another try is a new request.`,
    },
  ]);
}

async function end(
  deps: DeletionDeps,
  request: Deletion,
  type: 'gone' | 'not-destroyed' | 'unresolved',
  result: AuditResult,
  reasons: { code: string; message: string }[],
): Promise<DeletionState> {
  const shown = reasons.map(({ code, message }) => ({ code, message: redactText(message) }));
  if (request.auditSeq !== null) {
    await deps.audit.complete(request.auditSeq, { result, ...(shown[0] && { reason: shown[0].message }) });
  }
  return (await moveBy(deps, request, { type }, { reasons: shown })).state;
}
