/** A hold after the approval: for a while the guest does not start by itself and is protected, and nothing is destroyed. */
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { Blocked } from '../../domain/deletion/blockers/blocker';
import { beforeHold, heldUntil, holding, releasing, type Hold } from '../../domain/deletion/hold';
import type { LiveGuest } from '../../domain/intent/plan/live';
import { compareEvidence } from '../../domain/reflection/identity';
import type { DeletionDeps, DeletionReader, DeletionWriter } from './deps';
import { writesRefused } from './gate';
import { changeConfig, writeConfig } from './marks';
import { observe } from './observe';
import { auditEntry, requestOf } from './request';

const HOUR = 3_600_000;

/**
 * Call it when nothing else is in the way. Where the settings want it the guest is held from now on.
 * @param now the workflow's time, milliseconds since 1970.
 * @returns why it is not destroyed yet, or null.
 */
export async function keepHold(
  deps: DeletionDeps,
  { request, endpoint, writer, now }: { request: Deletion; endpoint: Endpoint; writer: DeletionWriter; now: number },
  live: LiveGuest,
): Promise<Blocked | null> {
  const { deletion_hold_hours: hours } = await deps.settings.ofEndpoint(endpoint);
  const until = heldUntil(request.hold, request.round);
  if (until === null ? hours === 0 : now >= until) return null;
  if (until === null) await place(deps, request, writer, live, now + hours * HOUR);
  const ends = new Date(until ?? now + hours * HOUR).toISOString();
  return {
    code: 'on_hold',
    message: `The guest is held until ${ends}: it does not start by itself and is protected. Whoever asked can still cancel, and it is as before.`,
  };
}

/** What was there before is noted first, so that it can be put back whatever happens. */
async function place(
  deps: DeletionDeps,
  request: Deletion,
  writer: DeletionWriter,
  live: LiveGuest,
  until: number,
): Promise<void> {
  const { store, audit } = deps;
  const hold: Hold = {
    round: request.round,
    placed: false,
    until: new Date(until).toISOString(),
    before: request.hold?.before ?? beforeHold(live.config.raw),
  };
  if (!(await store.noteHold(request.id, request.state, hold))) return;
  const values = holding(live.config.raw);
  if (Object.keys(values).length > 0) {
    const seq = await audit.begin(auditEntry(request, 'deletion.hold', { until: hold.until }));
    try {
      await writeConfig(writer, live, values);
      await audit.complete(seq, { result: 'succeeded' });
    } catch (error) {
      await audit.complete(seq, { result: 'failed' });
      throw error;
    }
  }
  await store.noteHold(request.id, request.state, { ...hold, placed: true });
}

/** Puts back what a hold changed, on a guest whose request waits for a decision again. What does not work now is done when the request ends. */
export async function releaseHold(deps: DeletionDeps, requestId: string, endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  const request = await requestOf(deps, requestId);
  const { hold } = request;
  if (hold === null || request.state !== 'pending' || (await writesRefused(deps, endpoint)) !== null) return;
  const writer = await deps.openWriting(endpoint);
  if (writer === undefined) return;
  const reader = await deps.openReading(endpoint);
  const seq = await deps.audit.begin(auditEntry(request, 'deletion.hold', { until: null }));
  try {
    const read = () => readSame(deps, request, endpoint, reader, signal);
    await changeConfig(writer, read, live => releasing(live.config.raw, hold));
    await deps.store.endHold(request.id);
    await deps.audit.complete(seq, { result: 'succeeded' });
  } catch {
    await deps.audit.complete(seq, { result: 'failed' });
  } finally {
    await reader.close();
    await writer.close();
  }
}

/** The guest, unless it is another one than the request is about. */
export async function readSame(
  deps: Pick<DeletionDeps, 'store'>,
  request: Deletion,
  endpoint: Endpoint,
  reader: DeletionReader,
  signal: AbortSignal,
): Promise<LiveGuest | null> {
  const seen = await observe(deps, request, endpoint, reader, signal);
  if (seen === null) return null;
  return request.about === null || compareEvidence(request.about.evidence, seen.about.evidence) !== 'other' ? seen.live : null;
}
