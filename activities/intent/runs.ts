import type { ChangeState } from '../../database/repositories/intent/changes';
import type { IntentPlan } from '../../database/repositories/intent/plans';
import type { RunEnd } from '../../database/repositories/run-records';
import { overallOf, statusOf, type GuestOutcome } from '../../domain/intent/outcome';
import { StopRun } from '../failures';
import type { IntentDeps } from './deps';

export interface OpenedApply {
  planId: string;
  requestedBy: string;
  stopOnFailure: boolean;
  /** What it is about, in a few words. */
  about: string;
}

/** Null when the run has ended: its workflow has nothing to do any more. */
export async function openApply(deps: IntentDeps, runId: string): Promise<OpenedApply | null> {
  const { store } = deps;
  const plan = await planOfRun(store, runId);
  if (!(await store.startRun(runId))) return null;
  if (plan.askedAgain) await requireMerged(deps, plan);
  await store.ensurePartitions();
  const about = plan.branch ? `the branch ${plan.branch.name}` : plan.changeLog ? 'changes in NetBox' : 'a request';
  return { planId: plan.id, requestedBy: plan.requestedBy, stopOnFailure: plan.stopOnFailure, about };
}

/** Somebody planned a merged branch some time ago, and NetBox may have reverted it since. */
async function requireMerged({ branching }: IntentDeps, { branch }: IntentPlan): Promise<void> {
  const found = branch === null ? undefined : await branching.find(branch.id);
  if (found !== undefined && found.mergedTime === branch?.mergedAt) return;
  const message = `The branch ${branch?.name ?? ''} was reverted or merged anew since it was planned, or is gone. Plan it again.`;
  throw new StopRun('configuration', message);
}

export async function planOfRun(store: IntentDeps['store'], runId: string): Promise<IntentPlan> {
  const plan = await store.findPlanOfRun(runId);
  if (!plan) throw new StopRun('internal', `The run ${runId} has no plan.`);
  return plan;
}

/**
 * Takes what the plan permits into the run, and refuses what is blocked; permitted deletes have become requests before. While a change waits or was
 * not made, reflection leaves its guest's fields alone.
 */
export async function queueChanges({ store }: IntentDeps, runId: string): Promise<{ queued: number; endpointIds: string[] }> {
  const plan = await planOfRun(store, runId);
  if (plan.state !== 'ready') throw new StopRun(plan.reason ?? 'internal', plan.message ?? 'There is no plan.');
  const rows = await store.listGuestChanges(plan.id);
  const endpointIds = [...new Set(rows.flatMap(({ endpointId }) => endpointId ?? []))].sort();
  await store.transaction(async tx => {
    await tx.setRunEndpoints(runId, endpointIds);
    for (const row of rows.filter(({ state }) => state === 'planned')) {
      const block = row.checks.find(({ verdict }) => verdict === 'blocked');
      if (row.verdict === 'blocked') {
        const { reason = 'blocked', message = 'The plan does not permit it.' } = block ?? {};
        await tx.moveGuestChange(row.id, { from: ['planned'], to: 'refused', reason, message });
      } else await tx.moveGuestChange(row.id, { from: ['planned'], to: 'queued' });
      if (
        row.op !== 'delete' &&
        (row.op === 'update' || row.verdict !== 'blocked') &&
        row.netboxId !== null &&
        row.endpointId !== null &&
        row.vmid !== null
      ) {
        await tx.holdGuest({ changeId: row.id, endpointId: row.endpointId, kind: row.kind, vmid: row.vmid });
      }
    }
  });
  const counts = await store.countGuestChanges(plan.id);
  return { queued: (counts.queued ?? 0) + (counts.running ?? 0), endpointIds };
}

export interface NextChange {
  changeId: string;
  endpointId: string;
  vmid: number;
  /** One line for people. */
  summary: string;
}

export async function nextChanges({ store }: IntentDeps, runId: string, limit: number): Promise<NextChange[]> {
  const plan = await planOfRun(store, runId);
  const rows = await store.nextGuestChanges(plan.id, limit);
  return rows.flatMap(({ id, endpointId, vmid, op, kind, name }) =>
    endpointId === null || vmid === null
      ? []
      : [{ changeId: id, endpointId, vmid, summary: `${op === 'create' ? 'Create' : 'Update'} ${name} (${kind}/${vmid})` }],
  );
}

/** Ends what never had its turn. */
export async function leaveChanges(
  { store }: IntentDeps,
  runId: string,
  { reason, message }: { reason: string; message: string },
): Promise<void> {
  const plan = await planOfRun(store, runId);
  await store.moveGuestChanges(plan.id, { from: ['planned', 'queued'], to: 'cancelled', reason, message });
}

const open = new Set<string>(['planned', 'queued', 'running']);
const isOutcome = (state: ChangeState): state is GuestOutcome => !open.has(state);

/** Ends the run as its guests ended. */
export async function closeApply({ store }: IntentDeps, runId: string, cancelled: boolean): Promise<RunEnd> {
  const plan = await planOfRun(store, runId);
  const rows = await store.listGuestChanges(plan.id);
  const statuses = rows.flatMap(({ state, reason }) => (isOutcome(state) ? [statusOf(state, reason ?? undefined)] : []));
  const overall = overallOf(statuses);
  const counts = await store.countGuestChanges(plan.id);
  await store.addCounts(runId, counts as Record<string, number>);
  await store.addReport(runId, { overall, plan: plan.id });
  const told = Object.entries(counts).map(([state, count]) => `${count} ${state.replaceAll('_', ' ')}`);
  const missed = await missedReflections(store, runId);
  const message = [told.length === 0 ? 'No changes for Proxmox.' : `${told.join(', ')}.`, ...missed].join(' ');
  await store.forgetIntentSecrets(plan.id);
  const planDigest = plan.digest ?? undefined;
  const end: RunEnd = cancelled
    ? { state: 'cancelled', message: `Cancelled between two guests: ${message}` }
    : overall === 'failed'
      ? { state: 'failed', reason: 'guests-not-changed', message }
      : overall === 'partial'
        ? { state: 'partial', reason: 'guests-not-changed', message }
        : { state: 'completed', message };
  await store.endRun(runId, { ...end, ...(planDigest !== undefined && { planDigest }) });
  return end;
}

/** What NetBox does not show yet of what was made, in a sentence for each endpoint. */
async function missedReflections(store: IntentDeps['store'], runId: string): Promise<string[]> {
  const missed = (await store.listChildren(runId)).filter(({ state }) => state !== 'completed');
  return missed.map(
    ({ endpointName, state }) =>
      `NetBox may not show all of it yet: the reflection of the changed guests of ${endpointName ?? 'a deleted endpoint'} ended ${state.replaceAll('_', ' ')}.`,
  );
}
