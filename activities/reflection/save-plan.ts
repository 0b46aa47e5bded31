import type { Endpoint } from '../../database/repositories/endpoints';
import type { RunRecord } from '../../database/repositories/run-records';
import type { Links } from '../../domain/reflection/change';
import type { Finding } from '../../domain/reflection/findings';
import type { HoldEnd } from '../../database/repositories/intent/holds';
import type { GuestMatch } from '../../domain/reflection/guest-match';
import type { Plan } from '../../domain/reflection/plan';
import type { Support } from './bootstrap';
import type { ReflectionDeps } from './deps';
import { linksOfFormerVms } from './former-vms';

export interface PlanOutcome {
  plan: Plan;
  findings: Finding[];
  match: GuestMatch;
  links: Links;
  /** False for a plan that is only looked at: it changes nothing that we remember. */
  proceeds: boolean;
  relink: boolean;
  support: Support;
  /** Changes that reflection need not wait for any longer. */
  endedHolds: { changeId: string; because: HoldEnd }[];
}

export async function savePlan(deps: ReflectionDeps, run: RunRecord, endpoint: Endpoint, outcome: PlanOutcome): Promise<void> {
  const { plan, findings, match, links, proceeds, relink } = outcome;
  await deps.store.transaction(async db => {
    await db.savePlan(run.id, plan.changes, findings);
    await db.addReport(run.id, reportOf(outcome));
    if (!proceeds) return;
    if (relink) await db.forgetEndpoint(endpoint.id);
    await db.forgetGuests(endpoint.id, [...match.recreated]);
    await db.saveLinks(endpoint.id, run.id, linksOfFormerVms(links, match.recreated));
    await db.forgetLinks(endpoint.id, plan.forget);
    await db.saveGuests(endpoint.id, [...match.records.values()]);
    for (const { changeId, because } of outcome.endedHolds) await db.releaseHold(changeId, because);
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
