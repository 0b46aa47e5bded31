import type { Queryable } from '../../database/queryable';
import { listCalls, type StoredCall } from '../../database/repositories/intent/calls';
import { listGuestChanges, type StoredGuestChange } from '../../database/repositories/intent/changes';
import { findPlanOfRun, type IntentPlan } from '../../database/repositories/intent/plans';
import { overallOf, statusOf, type GuestOutcome } from '../../domain/intent/outcome';
import { isSecretReference } from '../../domain/intent/plan/edit';
import type { ApplyResultView, GuestChangeView, IntentPlanView } from './schema';

export async function viewPlan(db: Queryable, plan: IntentPlan): Promise<IntentPlanView> {
  const changes = await listGuestChanges(db, plan.id);
  const views = await Promise.all(changes.map(change => viewChange(db, change)));
  return {
    id: plan.id,
    state: plan.state,
    branch: plan.branch,
    source: sourceOf(plan),
    permitted: plan.state === 'ready' ? changes.every(({ verdict }) => verdict !== 'blocked') : null,
    summary: plan.message,
    reason: plan.reason,
    digest: plan.digest,
    verdicts: changes.flatMap(({ checks }) => checks),
    problems: plan.problems,
    changes: views,
    requestedBy: plan.requestedBy,
    runId: plan.runId,
    createdAt: plan.createdAt.toISOString(),
    plannedAt: plan.plannedAt?.toISOString() ?? null,
  };
}

export const sourceOf = ({ branch, changeLog }: Pick<IntentPlan, 'branch' | 'changeLog'>): IntentPlanView['source'] =>
  branch !== null ? 'branch' : changeLog !== null ? 'change-log' : 'request';

export async function viewChange(db: Queryable, change: StoredGuestChange): Promise<GuestChangeView> {
  const stored = new Map((await listCalls(db, change.id)).map(call => [call.seq, call]));
  const { plan } = change;
  return {
    id: change.id,
    seq: change.seq,
    endpoint: change.endpointId,
    kind: change.kind,
    vmid: change.vmid,
    name: change.name,
    netboxId: change.netboxId,
    op: change.op,
    verdict: change.verdict,
    verdicts: change.checks,
    fields: (plan?.fields ?? []).map(field => ({ ...field })),
    drift: (plan?.drift ?? []).map(field => ({ ...field })),
    calls: (plan?.calls ?? []).map((call, seq) => viewCall(call, stored.get(seq))),
    state: change.state,
    reason: change.reason,
    message: change.message,
    result: viewResult(change.result),
    startedAt: change.startedAt?.toISOString() ?? null,
    finishedAt: change.finishedAt?.toISOString() ?? null,
  };
}

function viewCall(
  { method, path, params }: NonNullable<StoredGuestChange['plan']>['calls'][number],
  stored: StoredCall | undefined,
): GuestChangeView['calls'][number] {
  const shown = Object.entries(params).map(([key, value]) => [key, isSecretReference(value) ? '(a stored secret)' : value]);
  return {
    method,
    path,
    params: Object.fromEntries(shown) as Record<string, unknown>,
    state: stored?.state ?? 'planned',
    task: stored?.upid ?? null,
    message: stored?.message ?? null,
  };
}

const viewResult = ({ there, pending, missing, deletionRequest }: StoredGuestChange['result']): GuestChangeView['result'] => ({
  ...(there && { there: [...there] }),
  ...(pending && { pending: [...pending] }),
  ...(missing && { missing: [...missing] }),
  ...(deletionRequest !== undefined && { deletionRequest }),
});

const open = new Set<string>(['planned', 'queued', 'running']);

/** What became of a run's guests; null for a run that applies nothing. */
export async function viewResults(db: Queryable, runId: string): Promise<ApplyResultView | null> {
  const plan = await findPlanOfRun(db, runId);
  if (plan === undefined) return null;
  const changes = await listGuestChanges(db, plan.id);
  const results = await Promise.all(
    changes.map(async change => {
      const upid = (await listCalls(db, change.id)).findLast(call => call.upid !== null)?.upid ?? null;
      const status = open.has(change.state) ? null : statusOf(change.state as GuestOutcome, change.reason ?? undefined);
      const { netboxId: netbox_id, vmid, op, kind, name, state, reason, message } = change;
      return {
        changeId: change.id,
        netbox_id,
        vmid,
        op,
        kind,
        name,
        state,
        status,
        reason,
        message: message ?? '',
        proxmox_upid: upid,
        deletionRequest: change.result.deletionRequest ?? null,
      };
    }),
  );
  const statuses = results.flatMap(({ status }) => status ?? []);
  const overall = plan.state === 'ready' && statuses.length === results.length ? overallOf(statuses) : null;
  return { planId: plan.id, planUrl: `/intent/plans/${plan.id}`, overall, results };
}
