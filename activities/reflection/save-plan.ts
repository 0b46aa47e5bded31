import type { Endpoint } from '../../database/repositories/endpoints';
import type { RunRecord } from '../../database/repositories/run-records';
import type { Finding } from '../../domain/reflection/findings';
import type { GuestMatch } from '../../domain/reflection/guests';
import type { Plan } from '../../domain/reflection/plan';
import type { Hold } from '../../domain/reflection/review';
import type { Support } from './bootstrap';
import type { ReflectionDeps } from './deps';

export interface PlanOutcome {
  plan: Plan;
  findings: Finding[];
  match: GuestMatch;
  hold: Hold | null;
  relink: boolean;
  digest: string;
  support: Support;
}

/** What we remember of guests and links changes only when the plan will be carried out. */
export async function savePlan(deps: ReflectionDeps, run: RunRecord, endpoint: Endpoint, outcome: PlanOutcome): Promise<void> {
  const { plan, findings, match, hold, relink } = outcome;
  const proceeds = hold === null && run.scope.dryRun !== true;
  await deps.store.transaction(async db => {
    await db.savePlan(run.id, plan.changes, findings);
    await db.addReport(run.id, reportOf(outcome));
    if (!proceeds) return;
    if (relink) await db.forgetEndpoint(endpoint.id);
    await db.forgetGuests(endpoint.id, [...match.recreated]);
    await db.forgetLinks(endpoint.id, plan.forget);
    await db.saveGuests(endpoint.id, [...match.records.values()]);
  });
}

function reportOf({ plan, match, support }: PlanOutcome): Record<string, unknown> {
  const tally = (items: string[]): Record<string, number> =>
    items.reduce<Record<string, number>>((counts, item) => ({ ...counts, [item]: (counts[item] ?? 0) + 1 }), {});
  const updates = plan.changes.filter(change => change.action === 'update');
  return {
    matched: tally([...match.matched.values()].map(({ rule }) => rule)),
    ambiguous: match.ambiguous.size,
    planned: tally(plan.changes.filter(change => change.action !== 'link').map(change => `${change.kind} ${change.action}`)),
    fields: tally(updates.flatMap(change => Object.keys(change.after).map(field => `${change.kind}.${field}`))),
    supportObjects: { created: support.created, patched: support.patched },
  };
}
