import type { Endpoint } from '../../database/repositories/endpoints';
import type { NewLink } from '../../database/repositories/links';
import type { RunRecord } from '../../database/repositories/run-records';
import type { Links } from '../../domain/reflection/change';
import type { Finding } from '../../domain/reflection/findings';
import type { GuestMatch } from '../../domain/reflection/guests';
import type { Plan } from '../../domain/reflection/plan';
import type { Support } from './bootstrap';
import type { ReflectionDeps } from './deps';

export interface PlanOutcome {
  plan: Plan;
  findings: Finding[];
  match: GuestMatch;
  links: Links;
  /** False for a plan that is only looked at: it changes nothing that we remember. */
  proceeds: boolean;
  relink: boolean;
  support: Support;
}

export async function savePlan(deps: ReflectionDeps, run: RunRecord, endpoint: Endpoint, outcome: PlanOutcome): Promise<void> {
  const { plan, findings, match, links, proceeds, relink } = outcome;
  await deps.store.transaction(async db => {
    await db.savePlan(run.id, plan.changes, findings);
    await db.addReport(run.id, reportOf(outcome));
    if (!proceeds) return;
    if (relink) await db.forgetEndpoint(endpoint.id);
    await db.forgetGuests(endpoint.id, [...match.recreated]);
    await db.saveLinks(endpoint.id, run.id, formerVms(links, match));
    await db.forgetLinks(endpoint.id, plan.forget);
    await db.saveGuests(endpoint.id, [...match.records.values()]);
  });
}

/** The VMs of guests whose VMID belongs to another guest now: remembered as theirs, so that they are never taken for the new guests'. */
function formerVms(links: Links, { recreated }: GuestMatch): NewLink[] {
  return [...recreated].flatMap((key): NewLink[] => {
    const link = links.get('virtual-machine')?.get(key);
    if (!link) return [];
    const { netboxId, values, createdByUs } = link;
    return [{ kind: 'virtual-machine', key: `former/${key}/${netboxId}`, netboxId, values, created: createdByUs }];
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
