/**
 * Plans one endpoint's run: reads NetBox in its scope, matches, compares, and stores change rows and findings in place of those of
 * an earlier attempt.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { RunRecord } from '../../database/repositories/run-records';
import type { Change, Links } from '../../domain/reflection/change';
import type { Finding } from '../../domain/reflection/findings';
import type { Inventory } from '../../domain/reflection/inventory';
import type { DesireContext } from '../../domain/reflection/kind';
import { reflectionKindNames, type ReflectionKindName } from '../../domain/reflection/kind-names';
import { planInSteps, type Plan } from '../../domain/reflection/plan';
import { holdFor, reviewMarks, type Hold } from '../../domain/reflection/review';
import { addressesBelow } from './addresses-below';
import { ensureSupport, findSupport, type Support } from './bootstrap';
import type { ReflectionDeps } from './deps';
import { ensureExtras } from './extras';
import { checkChangeLog, checkLinked, checkSeesParts, checkSeesVms } from './netbox-checks';
import { findVrf } from './placement';
import { readHolds } from './holds';
import { lostFindings, withReserved } from './lost-guests';
import { formerVms, knowsGuests } from './former-vms';
import { countForeign, matchWorld, readDependent, readScope } from './read-world';
import { deletedFindings, goneFindings, remarks } from './run-findings';
import { savePlan } from './save-plan';
import { readInventory } from './touched';

export interface PlanSummary {
  /** Open changes by kind, in writing order. */
  kinds: { kind: ReflectionKindName; count: number }[];
  /** Creates, updates and deletes: what will be written to NetBox. */
  writes: number;
  guests: number;
  hold: Hold | null;
  digest: string;
}

export async function planRun(
  deps: ReflectionDeps,
  run: RunRecord,
  endpoint: Endpoint,
  progress: (text: string) => void,
): Promise<PlanSummary> {
  const policy = await deps.policyOf(endpoint, run);
  const confirmed = run.scope.confirms === undefined ? undefined : await deps.store.findRun(run.scope.confirms);
  const relink = run.scope.relink === true || confirmed?.scope.relink === true;
  const findings: Finding[] = [];

  const session = await deps.netbox.open();
  await deps.store.setNetBoxVersion(run.id, session.versionText);

  progress('reading NetBox');
  const { capabilities } = session;
  const [inventory, stored, holds, lost] = await Promise.all([
    readInventory(deps.store, run.id),
    deps.store.loadLinks(endpoint.id),
    readHolds(deps, endpoint.id),
    deps.store.listLostGuests(endpoint.id),
  ]);
  const links: Links = relink ? formerVms(stored) : stored;
  const otherTool = 'netbox_proxbox' in session.plugins;
  const [scope, found, vrfId] = await Promise.all([
    readScope(deps, endpoint, inventory, links, findings),
    deps.supportAhead.take(run.id, session).then(ahead => ahead ?? findSupport(deps.netbox, capabilities)),
    endpoint.netboxVrf === null ? null : findVrf(deps.netbox, endpoint.netboxVrf),
    relink ? undefined : checkChangeLog(deps, endpoint.id),
  ]);
  const world = await matchWorld(deps, endpoint, inventory, links, scope, { policy, support: found, otherTool });
  checkSeesVms(world.rows.cluster?.[0], world.rows['virtual-machine'] ?? []);
  const deletedBy = relink ? new Map<string, string>() : await checkLinked(deps, world.match);

  progress('comparing');
  const context: DesireContext = { ...world.context, capabilities, policy };
  context.endpoint.vrfId = vrfId;
  const rows = await readDependent(deps, context, world.rows, links, findings);
  checkSeesParts(rows.cluster?.[0], rows['virtual-machine'] ?? [], rows.interface ?? [], rows['virtual-disk']);
  const { kinds } = run.scope;
  const compare = ({ ids, customFields }: Support): Promise<Plan> =>
    unhurried(
      planInSteps({
        context: { ...context, customFields },
        match: world.match,
        rows: { ...rows, 'ip-address': withReserved(rows['ip-address'], lost) ?? [] },
        links,
        supportIds: ids,
        held: holds.fields,
        ...(kinds && { kinds }),
      }),
    );
  let firstPlan = await compare(found);
  const addresses = await addressesBelow(deps.netbox, firstPlan.changes, rows['ip-address']);
  if (addresses) {
    rows['ip-address'] = addresses;
    firstPlan = await compare(found);
  }

  const marks = confirmed && reviewMarks((await deps.store.loadReviewChanges(confirmed.id)) as Change[]);
  const hold = holdFor({
    changes: firstPlan.changes,
    guestCount: inventory.guests.length + (inventory.others ?? []).length,
    firstRun: !knowsGuests(links),
    foreignVmCount: knowsGuests(links) ? 0 : await countForeign(deps, endpoint, links),
    relink,
    // Somebody has decided already about the guests that a change was applied to.
    limitPercent: run.scope.guests === undefined ? policy.planChangeLimitPercent : 100,
    otherTool: { installed: otherTool, declaredOff: policy.otherToolDisabled },
    confirmed: marks,
  });
  const proceeds = hold === null && run.scope.dryRun !== true;
  // Nothing at all is written for a plan that waits for a person.
  const support = proceeds && !found.complete ? await ensureSupport(deps.netbox, deps.store, capabilities) : found;
  const plan = support === found ? firstPlan : await compare(support);
  const { changes } = plan;
  const extras = proceeds ? await ensureExtras(deps, session.versionText, { forget: relink || !knowsGuests(links) }) : [];
  findings.push(
    ...support.findings,
    ...extras,
    ...world.match.findings,
    ...plan.findings,
    ...deletedFindings(world.match, deletedBy),
    ...holds.findings,
    ...lostFindings(lost),
    ...remarks(inventory),
    ...(inventory.cluster.complete ? goneFindings(inventory, links).filter(({ key }) => !holds.awaited.has(key ?? '')) : []),
  );
  const digest = digestOf(changes);
  const ended = kinds === undefined ? holds.endedBy(plan, world.match) : [];
  const outcome = { plan, findings, match: world.match, links, proceeds, relink, support, endedHolds: ended };
  await savePlan(deps, run, endpoint, outcome);
  return summaryOf(changes, inventory, hold, digest);
}

function summaryOf(changes: Change[], inventory: Inventory, hold: Hold | null, digest: string): PlanSummary {
  const counts = new Map<ReflectionKindName, number>();
  for (const change of changes) counts.set(change.kind, (counts.get(change.kind) ?? 0) + 1);
  return {
    kinds: reflectionKindNames.flatMap(kind => (counts.has(kind) ? [{ kind, count: counts.get(kind)! }] : [])),
    writes: changes.filter(change => change.action !== 'link').length,
    guests: inventory.guests.length,
    hold,
    digest,
  };
}

/** SHA-256 of the changes as JSON, one after the other: all of them in one text could be a hundred megabytes. */
function digestOf(changes: Change[]): string {
  const hash = createHash('sha256');
  for (const { kind, key, action, netboxId, after } of changes) {
    hash.update(JSON.stringify([kind, key, action, netboxId, Object.entries(after).sort()]));
  }
  return hash.digest('hex');
}

/** Leaves the process free between the steps: heartbeats would not be sent otherwise. */
async function unhurried<T>(steps: Generator<unknown, T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await setImmediate();
  }
}
