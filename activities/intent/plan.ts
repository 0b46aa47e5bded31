/** Plans what was asked for: reads the guests and what their clusters have, checks, and stores one row for each guest. */
import { createHash } from 'node:crypto';
import type { NewGuestChange } from '../../database/repositories/intent/changes';
import type { IntentPlan } from '../../database/repositories/intent/plans';
import { summaryOf } from '../../domain/intent/checks/register';
import type { GuestChange } from '../../domain/intent/changes/guest-change';
import { planDigest } from '../../domain/intent/digest';
import type { ShapeProblem } from '../../domain/intent/changes/stored-change';
import { StopRun } from '../failures';
import { collectAsked } from './collect';
import { onlyConfirmed } from './only-confirmed';
import type { IntentDeps } from './deps';
import { planEndpoint, planNowhere, type PlannedChange } from './plan-endpoint';
import { promisesIn } from './vmid';

export interface MadePlan {
  planId: string;
  state: IntentPlan['state'];
  /** One sentence. */
  message: string;
  changes: number;
}

/** VMIDs that were promised to plans which nobody applied are free again after so long. */
const promiseHours = 24;

/** Plans once: a repeated attempt, or another process, finds the plan that was made. */
export async function makePlan(
  deps: IntentDeps,
  planId: string,
  beat: (what: string) => void,
  signal: AbortSignal,
): Promise<MadePlan> {
  return deps.store.withLock(`intent plan ${planId}`, async () => {
    const plan = await planOf(deps, planId);
    if (plan.state === 'pending') await planNow(deps, await described(deps, plan), beat, signal);
    const made = await planOf(deps, planId);
    const { length } = await deps.store.listGuestChanges(planId);
    return { planId, state: made.state, message: made.message ?? '', changes: length };
  });
}

export async function planOf({ store }: IntentDeps, planId: string): Promise<IntentPlan> {
  const plan = await store.findIntentPlan(planId);
  if (!plan) throw new StopRun('internal', `There is no plan ${planId}.`);
  return plan;
}

/** The opt-in of a branch, and whether it is merged, is what it says when it is planned. */
async function described(deps: IntentDeps, plan: IntentPlan): Promise<IntentPlan> {
  if (plan.branch === null) return plan;
  const branch = await deps.branching.find(plan.branch.id);
  if (!branch) throw new StopRun('configuration', `NetBox has no branch ${plan.branch.id}, or its token may not see it.`);
  const { apply_to_proxmox: applyToProxmox, apply_destroy_confirmed: applyDestroyConfirmed } = branch.customFields;
  await deps.store.describeBranch(plan.id, {
    name: branch.name,
    mergedAt: branch.mergedTime,
    optIn: {
      by: 'branch',
      name: branch.name,
      applyToProxmox: applyToProxmox ?? null,
      applyDestroyConfirmed: applyDestroyConfirmed ?? null,
    },
  });
  return planOf(deps, plan.id);
}

async function planNow(deps: IntentDeps, plan: IntentPlan, beat: (what: string) => void, signal: AbortSignal): Promise<void> {
  const { store } = deps;
  await store.forgetGuestChanges(plan.id);
  beat('reading what was asked for');
  const asked = await collectAsked(deps, plan);
  const byEndpoint = new Map<string | null, { seq: number; change: GuestChange }[]>();
  asked.changes.forEach((change, seq) => {
    const { endpointId } = change.guest;
    byEndpoint.set(endpointId, [...(byEndpoint.get(endpointId) ?? []), { seq, change }]);
  });
  const planned: PlannedChange[] = [];
  const confirmed = plan.confirmedPlanId === null ? null : await store.listGuestChanges(plan.confirmedPlanId);
  const problems: ShapeProblem[] = [...asked.problems];
  for (const [endpointId, changes] of byEndpoint) {
    const endpoint = endpointId !== null && isUuid(endpointId) ? await store.findEndpoint(endpointId) : undefined;
    if (!endpoint && endpointId !== null && !isRequest(plan)) {
      problems.push(...changes.map(({ change }) => elsewhere(change, endpointId)));
      continue;
    }
    if (!endpoint) {
      planned.push(...(await planNowhere(deps, plan, changes)));
      continue;
    }
    beat(`planning ${changes.length} changes of ${endpoint.name}`);
    // Two plans at once would promise one VMID twice.
    const made = await store.withLock(`intent vmids ${endpoint.id}`, async () => {
      await store.releaseOldReservations(endpoint.id, promiseHours);
      const promised = promisesIn(await store.listReservations(endpoint.id));
      if (plan.branch !== null) await store.releaseBranchReservations(endpoint.id, plan.branch.id);
      const each = onlyConfirmed(confirmed, await planEndpoint(deps, plan, endpoint, changes, asked, promised, signal));
      await store.transaction(async tx => {
        for (const { row, reserve } of each) {
          await tx.insertGuestChange(plan.id, row);
          if (reserve) await tx.reserveVmid(endpoint.id, { ...reserve, changeId: row.id });
        }
      });
      return each;
    });
    planned.push(...made);
  }
  await store.transaction(async tx => {
    const stored = new Set((await tx.listGuestChanges(plan.id)).map(({ id }) => id));
    for (const { row } of planned) if (!stored.has(row.id)) await tx.insertGuestChange(plan.id, row);
    const rows = planned.map(({ row }) => row).sort((a, b) => a.seq - b.seq);
    await tx.finishIntentPlan(plan.id, {
      state: 'ready',
      digest: digestOf(rows),
      message: summaryOf(
        rows,
        rows.flatMap(({ checks }) => checks),
      ),
      problems,
    });
  });
}

/** People, and other tools, can write anything into a custom field. */
const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

const isRequest = ({ branch, changeLog }: IntentPlan): boolean => branch === null && changeLog === null;

/** NetBox says where the guest is, and that is none of our endpoints: whoever has it handles it. */
const elsewhere = ({ guest }: GuestChange, endpointId: string): ShapeProblem => ({
  place: `virtualization.virtualmachine ${guest.name}`,
  message: `is on the endpoint ${endpointId}, which this installation does not have: it is left alone here`,
});

function digestOf(rows: readonly NewGuestChange[]): string {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const withoutPlan = rows
    .filter(row => row.plan === null)
    .map(({ op, endpointId, kind, vmid, name }) => [op, endpointId, kind, vmid, name]);
  const plans = rows.flatMap(({ plan }) => plan ?? []);
  return sha256(`${planDigest(plans, sha256)} ${JSON.stringify(withoutPlan)}`);
}
