import { setTimeout as sleep } from 'node:timers/promises';
import type { BranchSummaryView, IntentPlanView } from '../../api/intent/schema';
import type { ApiClient } from '../connection/client';
import { CommandError, UsageError } from '../errors';
import { exitCodes } from '../exit-codes';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The plan of an id. @throws UsageError where it is none. */
export async function getPlan(api: ApiClient, wanted: string): Promise<IntentPlanView> {
  const id = wanted.toLowerCase();
  if (!UUID.test(id))
    throw new UsageError(`"${wanted}" is no plan.`, 'Give the id that proxbox plan make printed, or --branch ID.');
  return (await api.get<IntentPlanView>(`/intent/plans/${id}`)).body;
}

/** The newest plan of a branch. @throws CommandError when there is none that one may see. */
export async function getPlanOfBranch(api: ApiClient, branch: string): Promise<IntentPlanView> {
  const { body } = await api.get<BranchSummaryView>(`/intent/plan-summary/${branchOf(branch)}`);
  if (body.plan !== null) return body.plan;
  throw new CommandError({
    code: 'not-found',
    what: `There is no plan of branch ${branch} that you may see.`,
    next: `proxbox plan make --branch ${branch}`,
    exitCode: exitCodes.error,
  });
}

/** @throws UsageError unless it is the id of a branch. */
export function branchOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError(`A branch is named by its id in NetBox, not by "${text}".`);
  return Number(text);
}

/** Waits until a plan is made, which takes seconds. @throws CommandError when the time is over. */
export async function awaitPlan(api: ApiClient, id: string, timeout: number, interrupted: AbortSignal): Promise<IntentPlanView> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const plan = await getPlan(api, id);
    if (plan.state !== 'pending') return plan;
    if (Date.now() > deadline) {
      throw new CommandError({
        code: 'timeout',
        what: `Plan ${id} has not been made within ${timeout / 1000} seconds.`,
        why: 'A worker makes it as soon as one takes it.',
        next: `proxbox doctor, then: proxbox plan show ${id}`,
        exitCode: exitCodes.error,
      });
    }
    await sleep(300, undefined, { signal: interrupted });
  }
}
