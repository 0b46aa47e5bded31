/**
 * Our tags, and what a hold changed, are taken off a guest whose request has ended: at once, or as soon as the guest may be written to again. Until then
 * the request remembers it. May be repeated.
 */
import { log } from '@temporalio/activity';
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { Endpoint } from '../../database/repositories/endpoints';
import { releasing, type ConfigValues } from '../../domain/deletion/hold';
import { unmarked } from '../../domain/deletion/marks';
import { isFinal, takesMarkAway } from '../../domain/deletion/states';
import type { LiveGuest } from '../../domain/intent/plan/live';
import type { Attempt, DeletionDeps, DeletionReader, DeletionWriter } from './deps';
import { writesRefused } from './gate';
import { readSame } from './hold';
import { changeConfig, tagValues } from './marks';
import { auditEntry, requestOf } from './request';

/** A round of the reconciler begins nothing new after so long; the next one goes on. */
const mostMs = 60_000;

/** When a request ends. */
export async function unmark(deps: DeletionDeps, requestId: string, { signal }: Attempt): Promise<void> {
  const request = await requestOf(deps, requestId);
  // A workflow that somebody takes back to its beginning finds what ended long ago: the guest may have another request now.
  if (request.closedAt !== null || !isFinal(request.state) || !takesMarkAway(request.state)) return;
  const endpoint = await deps.store.findEndpoint(request.endpointId);
  if (endpoint) await deps.store.noteLeft(requestId);
  const stays = endpoint ? await takeOff(deps, request, endpoint, signal) : 'The endpoint was deleted.';
  if (stays === null) return deps.store.clearLeft(requestId);
  const reason = `Our tag, and what a hold changed, stay on the guest: ${stays}`;
  await deps.audit.note(auditEntry(request, 'deletion.mark', { tag: null }, { reason }), 'refused');
}

/** Of all requests that ended before. An endpoint that may not be written to, or does not answer, holds up no other. @returns how many are done. */
export async function takeOffLeft(deps: DeletionDeps, { beat, signal }: Attempt): Promise<number> {
  const stuck = new Set<string>();
  const until = Date.now() + mostMs;
  let done = 0;
  for (const left of await deps.store.listLeft()) {
    if (stuck.has(left.endpointId) || Date.now() > until) continue;
    beat(left.id);
    try {
      if (await takeOffLater(deps, left, signal)) done++;
      else stuck.add(left.endpointId);
    } catch (error) {
      signal.throwIfAborted();
      stuck.add(left.endpointId);
      log.warn('What a deletion request left on its guest could not be taken off', { request: left.id, error });
    }
  }
  return done;
}

/** The row is locked meanwhile: whoever asks for the guest's deletion anew waits in `takeOver`, and marks it afterwards. */
async function takeOffLater(deps: DeletionDeps, { id, endpointId, vmid }: Deletion, signal: AbortSignal): Promise<boolean> {
  const endpoint = await deps.store.findEndpoint(endpointId);
  if (endpoint && (await writesRefused(deps, endpoint)) !== null) return false;
  return deps.store.transaction(async store => {
    const left = await store.lockDeletion(id);
    if (!left || left.leftSince === null || (await store.findDeletionOfGuest(endpointId, vmid))) return true;
    if (endpoint && (await takeOff(deps, left, endpoint, signal)) !== null) return false;
    await store.clearLeft(id);
    return true;
  });
}

/** @returns why it stays for now; null when nothing of ours is on the guest. */
async function takeOff(deps: DeletionDeps, request: Deletion, endpoint: Endpoint, signal: AbortSignal): Promise<string | null> {
  const { hold } = request;
  const change = (live: LiveGuest): ConfigValues => ({
    ...tagValues(live, unmarked(live.config.tags)),
    ...(hold !== null && releasing(live.config.raw, hold)),
  });
  const reader = await deps.openReading(endpoint);
  try {
    const read = () => readSame(deps, request, endpoint, reader, signal);
    const live = await read();
    if (live === null || Object.keys(change(live)).length === 0) return null;
    const refused = await writesRefused(deps, endpoint);
    if (refused !== null) return refused;
    const writer = await deps.openWriting(endpoint);
    if (writer === undefined) return `The endpoint ${endpoint.name} has no write credential. Enter one.`;
    try {
      await audited(deps, request, () => changeConfig(writer, read, change));
      return null;
    } finally {
      await writer.close();
    }
  } finally {
    await reader.close();
  }
}

/**
 * A guest whose deletion is asked for anew, before it is read for a decision: what an earlier request's hold changed is put back. Our tag stays, as that
 * of the new request.
 */
export async function takeOver(
  deps: DeletionDeps,
  { endpointId, vmid }: Deletion,
  at: { endpoint: Endpoint; reader: DeletionReader; writer: DeletionWriter; signal: AbortSignal },
): Promise<void> {
  for (const { id } of await deps.store.listLeftOfGuest(endpointId, vmid)) {
    await deps.store.transaction(async store => {
      const left = await store.lockDeletion(id);
      if (!left || left.leftSince === null) return;
      const { hold } = left;
      const read = () => readSame(deps, left, at.endpoint, at.reader, at.signal);
      if (hold !== null) await audited(deps, left, () => changeConfig(at.writer, read, live => releasing(live.config.raw, hold)));
      await store.clearLeft(id);
    });
  }
}

async function audited(deps: DeletionDeps, request: Deletion, write: () => Promise<unknown>): Promise<void> {
  const seq = await deps.audit.begin(auditEntry(request, 'deletion.mark', { tag: null }));
  try {
    await write();
    await deps.audit.complete(seq, { result: 'succeeded' });
  } catch (error) {
    await deps.audit.complete(seq, { result: 'failed' });
    throw error;
  }
}
