/** Writes planned changes to NetBox, kind by kind: what a kind refers to exists before it is written. */
import type { RunRecord } from '../../database/repositories/run-records';
import type { ReflectionKindName } from '../../domain/reflection/kind-names';
import { kindNamed } from '../../domain/reflection/kinds';
import type { ReflectionDeps } from './deps';
import { KindWriter, type Written } from './kind-writer';

export interface ApplySummary extends Written {
  /** Open changes of these kinds that are left. */
  left: number;
}

/** Changes that one attempt takes; the workflow asks again for the rest. */
const attemptSize = 2_000;

/** @param kinds in writing order; one is begun when nothing of those before it is left. */
export async function applyKinds(
  deps: ReflectionDeps,
  run: RunRecord,
  endpointId: string,
  kinds: ReflectionKindName[],
  progress: (kind: ReflectionKindName, done: number) => void,
  signal: AbortSignal,
): Promise<ApplySummary> {
  // An attempt that Temporal gave up may still be alive: only one writes.
  return deps.store.withLock(`apply ${endpointId}`, async () => {
    await deps.netbox.session();
    const summary: ApplySummary = { done: 0, refused: 0, skipped: 0, left: 0 };
    let room = attemptSize;
    for (const kind of kinds) {
      const open = room > 0 ? await deps.store.openChanges(run.id, kind, room) : [];
      if (open.length === 0) continue;
      room -= open.length;
      await deps.store.setPhase(run.id, `apply ${kind}`);
      const writer = new KindWriter(deps, run, endpointId, kindNamed(kind), done => progress(kind, done), signal);
      const { done, refused, skipped } = await writer.write(open);
      summary.done += done;
      summary.refused += refused;
      summary.skipped += skipped;
    }
    const left = await deps.store.countOpen(run.id);
    summary.left = kinds.reduce((sum, kind) => sum + (left.get(kind) ?? 0), 0);
    return summary;
  });
}
