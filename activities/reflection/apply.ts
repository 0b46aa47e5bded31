/** Writes planned changes to NetBox, kind by kind: what a kind refers to exists before it is written. */
import { CancelledFailure, Context, log } from '@temporalio/activity';
import type { ChangeTally } from '../../database/repositories/changes';
import type { RunRecord } from '../../database/repositories/run-records';
import type { ReflectionKindName } from '../../domain/reflection/kind-names';
import { kindNamed } from '../../domain/reflection/kinds';
import type { ReflectionDeps } from './deps';
import { StopRun, toFailure } from '../failures';
import { KindWriter, type Written } from './kind-writer';
import type { Tell } from './tell';

export interface ApplySummary extends Written {
  /** Open changes of these kinds that are left. */
  left: number;
}

/** Who holds it may write for the endpoint, or be sure that nobody does. */
export const writerLock = (endpointId: string): string => `apply ${endpointId}`;

/** Changes that one attempt takes; the workflow asks again for the rest. */
const attemptSize = 2_000;

/**
 * An attempt that fails after it settled something ends as if it had been asked for no more: the workflow asks again, and its patience
 * is counted from the last progress, not over a whole run of many thousand objects.
 * @param kinds in writing order; one is begun when nothing of those before it is left.
 */
export async function applyKinds(
  deps: ReflectionDeps,
  run: RunRecord,
  endpointId: string,
  kinds: ReflectionKindName[],
  tell: Pick<Tell, 'failed' | 'kind' | 'progress'>,
  progress: (kind: ReflectionKindName, done: number) => void,
  signal: AbortSignal,
): Promise<ApplySummary> {
  // An attempt that Temporal gave up may still be alive: only one writes.
  return deps.store.withLock(writerLock(endpointId), async () => {
    const current = await deps.store.findRun(run.id);
    if (current?.state !== 'running')
      throw new StopRun('internal', `The run is ${current?.state ?? 'gone'}: nothing more is written for it.`);
    await deps.netbox.session();
    const summary: ApplySummary = { done: 0, refused: 0, skipped: 0, left: 0 };
    const countLeft = async (): Promise<number> => {
      const left = await deps.store.countOpen(run.id);
      return kinds.reduce((sum, kind) => sum + (left.get(kind) ?? 0), 0);
    };
    const before = await countLeft();
    const progressOf = progressFrom(await deps.store.tallyChanges(run.id));
    try {
      let room = attemptSize;
      for (const kind of kinds) {
        const open = room > 0 ? await deps.store.openChanges(run.id, kind, room) : [];
        if (open.length === 0) continue;
        room -= open.length;
        await deps.store.setPhase(run.id, `apply ${kind}`);
        await tell.kind(kind);
        const onProgress = (done: number): void => {
          progress(kind, done);
          tell.progress('apply', 'Objects settled', ...progressOf(summary));
        };
        const writer = new KindWriter(deps, run, endpointId, kindNamed(kind), summary, onProgress, signal);
        await writer.write(open);
      }
    } catch (error) {
      const failure = toFailure(error, deps.explain);
      const final = failure instanceof CancelledFailure || failure.nonRetryable === true;
      if (final || signal.aborted || (await countLeft()) >= before) throw error;
      log.warn(`Writing was interrupted and goes on: ${failure.message}`, { run: run.id });
      await tell.failed(failure.type ?? 'internal', failure.message, Context.current().info.attempt);
    }
    summary.left = await countLeft();
    return summary;
  });
}

/** How many of the run's changes are settled, and how many there are, when this attempt has come so far. */
function progressFrom(tally: ChangeTally[]): (written: Written) => [current: number, total: number] {
  const sum = (rows: ChangeTally[]): number => rows.reduce((total, { n }) => total + n, 0);
  const before = sum(tally.filter(({ state }) => state !== 'planned' && state !== 'sending'));
  return ({ done, refused, skipped }) => [before + done + refused + skipped, sum(tally)];
}
