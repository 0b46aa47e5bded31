import { setTimeout as sleep } from 'node:timers/promises';
import type { IntentMergeView } from '../../api/intent/schema';
import type { ApiClient } from '../connection/client';
import { CommandError } from '../errors';
import { exitCodes } from '../exit-codes';
import type { Patience } from '../runs/wait-options';

/** Waits until a merge has ended in NetBox. @throws CommandError when the time is over: the merge goes on. */
export async function awaitMerge(
  api: ApiClient,
  id: string,
  { timeout, pollInterval }: Patience,
  interrupted: AbortSignal,
): Promise<IntentMergeView> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const { body: merge } = await api.get<IntentMergeView>(`/intent/merges/${id}`);
    if (merge.finishedAt !== null) return merge;
    if (Date.now() > deadline) {
      throw new CommandError({
        code: 'timeout',
        what: `The merge ${id} has not ended within ${timeout / 1000} seconds; it goes on.`,
        why: 'A worker plans the branch once more, and NetBox merges it in a job of its own.',
        next: `proxbox doctor, then: proxbox plan show --branch ${merge.branch.id}`,
        exitCode: exitCodes.error,
      });
    }
    await sleep(pollInterval, undefined, { signal: interrupted });
  }
}

/** A merge that did not take place, as a problem. */
export const mergeProblem = ({ reason, message, branch, checkedPlanId }: IntentMergeView): CommandError =>
  new CommandError({
    code: reason ?? 'merge-refused',
    what: `The branch ${branch.name} was not merged.`,
    why: message ?? undefined,
    next: checkedPlanId === null ? `proxbox plan make --branch ${branch.id}` : `proxbox plan show ${checkedPlanId}`,
    exitCode: exitCodes.error,
  });
