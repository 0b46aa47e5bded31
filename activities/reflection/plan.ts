/**
 * Plans one endpoint's run: reads NetBox in its scope, matches, compares, and stores change rows and findings in place of those of
 * an earlier attempt.
 */
import { createHash } from 'node:crypto';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { RunRecord } from '../../database/repositories/run-records';
import type { Finding } from '../../domain/reflection/findings';
import { matchGuests, type GuestMatch } from '../../domain/reflection/guests';
import { guestKey, type Inventory } from '../../domain/reflection/inventory';
import { type DesireContext, type Row } from '../../domain/reflection/kind';
import { reflectionKindNames, type ReflectionKindName } from '../../domain/reflection/kind-names';
import { kindNamed } from '../../domain/reflection/kinds';
import { planEndpoint, type Change, type Link, type Plan } from '../../domain/reflection/plan';
import type { ReflectionPolicy } from '../../domain/reflection/policy';
import { holdFor, reviewMarks, type Hold } from '../../domain/reflection/review';
import { ensureSupport, type Support } from './bootstrap';
import type { ReflectionDeps } from './deps';
import { keepForeignAddresses } from './deletion-guard';
import { checkChangeLog, checkLinked, checkSeesAll } from './netbox-checks';
import { otherToolLinks } from './other-tool';
import { chooseSite, findVrf, nameCluster, nameDevices } from './placement';
import { readByCluster, readByParent, readByValue, readLinked, type RowsByKind } from './read-netbox';

export interface PlanSummary {
  /** Open changes by kind, in writing order. */
  kinds: { kind: ReflectionKindName; count: number }[];
  /** Creates, updates and deletes: what will be written to NetBox. */
  writes: number;
  guests: number;
  hold: Hold | null;
  digest: string;
}

type Links = Map<ReflectionKindName, Map<string, Link>>;

export async function planRun(
  deps: ReflectionDeps,
  run: RunRecord,
  endpoint: Endpoint,
  progress: (text: string) => void,
): Promise<PlanSummary> {
  const policy = deps.policyOf(endpoint);
  const confirmed = run.scope.confirms === undefined ? undefined : await deps.store.findRun(run.scope.confirms);
  const relink = run.scope.relink === true || confirmed?.scope.relink === true;
  const findings: Finding[] = [];

  const session = await deps.netbox.open();
  await deps.store.setNetBoxVersion(run.id, session.versionText);
  const inventory = await deps.store.loadInventory(run.id);
  const links: Links = relink ? new Map() : await deps.store.loadLinks(endpoint.id);
  if (!relink) await checkChangeLog(deps);

  progress('reading NetBox');
  const { capabilities } = session;
  const [support, vrfId] = await Promise.all([
    ensureSupport(deps.netbox, deps.store, capabilities, run.scope.dryRun !== true),
    endpoint.netboxVrf === null ? null : findVrf(deps.netbox, endpoint.netboxVrf),
  ]);
  findings.push(...support.findings);
  const world = await readWorld(deps, endpoint, inventory, links, policy, support, findings);
  const deletedBy = relink ? new Map<string, string>() : await checkLinked(deps, world.match);

  progress('comparing');
  const context: DesireContext = { ...world.context, capabilities, policy };
  context.endpoint.vrfId = vrfId;
  const rows = await readDependent(deps, context, world.rows, links);
  checkSeesAll(rows.cluster?.[0], rows['virtual-machine'] ?? [], rows.interface ?? [], rows['virtual-disk'] ?? []);
  const plan = planEndpoint({
    context,
    match: world.match,
    rows,
    links,
    supportIds: support.ids,
    ...(run.scope.kinds && { kinds: run.scope.kinds }),
  });
  const changes = await keepForeignAddresses(deps.netbox, plan.changes, links, findings);
  findings.push(...world.match.findings, ...plan.findings, ...deletedFindings(world.match, deletedBy), ...remarks(inventory));
  if (inventory.cluster.complete) findings.push(...goneFindings(inventory, links));

  const marks = confirmed && reviewMarks((await deps.store.loadReviewChanges(confirmed.id)) as Change[]);
  const hold = holdFor({
    changes,
    guestCount: inventory.guests.length,
    firstRun: (links.get('virtual-machine')?.size ?? 0) === 0,
    foreignVmCount: await countForeign(deps, endpoint, world.match, links),
    relink,
    limitPercent: policy.planChangeLimitPercent,
    otherTool: { installed: 'netbox_proxbox' in session.plugins, declaredOff: policy.otherToolDisabled },
    confirmed: marks,
  });
  const digest = digestOf(changes);
  await store(deps, run, endpoint, { plan: { ...plan, changes }, findings, match: world.match, hold, relink, digest, support });
  return summaryOf(changes, inventory, hold, digest);
}

// Reading ----------------------------------------------------------------------------------------------------------------

interface World {
  context: Omit<DesireContext, 'capabilities' | 'policy'>;
  match: GuestMatch;
  rows: RowsByKind;
}

async function readWorld(
  deps: ReflectionDeps,
  endpoint: Endpoint,
  inventory: Inventory,
  links: Links,
  policy: ReflectionPolicy,
  support: Support,
  findings: Finding[],
): Promise<World> {
  const { netbox, store } = deps;
  const clusterKind = kindNamed('cluster');
  const linkedCluster = links.get('cluster')?.get('cluster')?.netboxId;
  const [linked] =
    linkedCluster === undefined ? [] : await netbox.listByIds(clusterKind.path, [linkedCluster], { fields: clusterKind.columns });
  const clusterName = await nameCluster(store, endpoint, inventory.cluster, linked, findings);
  const ownedElsewhere = await store.idsOfOtherEndpoints(endpoint.id, 'cluster');
  const named = linked
    ? [linked]
    : await netbox.listAll(clusterKind.path, { filters: { name__ie: clusterName }, fields: clusterKind.columns });
  const clusterRow = named.find(
    row => !ownedElsewhere.has(row.id) && String(row['name']).toLowerCase() === clusterName.toLowerCase(),
  );

  const [site, vmRows, linkedElsewhere, marksElsewhere, records] = await Promise.all([
    chooseSite(netbox, endpoint, clusterName, clusterRow),
    clusterRow ? readByCluster(netbox, kindNamed('virtual-machine'), clusterRow.id) : [],
    store.idsOfOtherEndpoints(endpoint.id, 'virtual-machine'),
    store.marksOfOtherEndpoints(endpoint.id),
    store.loadGuests(endpoint.id),
  ]);
  const vmLinks = links.get('virtual-machine') ?? new Map<string, Link>();
  const allVms = await readLinked(
    netbox,
    kindNamed('virtual-machine'),
    vmRows,
    [...vmLinks.values()].map(link => link.netboxId),
  );
  const vmIds = new Set(allVms.map(row => row.id));
  const interfaceRows =
    clusterRow && vmIds.size > 0 ? await readByCluster(netbox, kindNamed('interface'), clusterRow.id, vmIds) : [];

  const match = matchGuests({
    endpointId: endpoint.id,
    clusterId: clusterRow?.id,
    clusterName: inventory.cluster.name,
    inventory,
    records,
    links: vmLinks,
    linkedElsewhere,
    marksElsewhere,
    vmRows: allVms,
    interfaceRows,
    otherTool: vmRows.length > 0 ? await otherToolLinks(netbox) : [],
    policy,
  });
  return {
    context: {
      endpoint: {
        id: endpoint.id,
        name: endpoint.name,
        url: endpoint.url,
        netboxClusterName: endpoint.netboxClusterName,
        vrfId: null,
      },
      cluster: inventory.cluster,
      clusterName,
      deviceNames: {},
      site,
      guests: match.guests,
      customFields: support.customFields,
    },
    match,
    rows: { cluster: clusterRow ? [clusterRow] : [], 'virtual-machine': allVms, interface: interfaceRows },
  };
}

/** Everything else, now that VMs and names are known. Kinds without a parent first, then those below them. */
async function readDependent(deps: ReflectionDeps, context: DesireContext, rows: RowsByKind, links: Links): Promise<RowsByKind> {
  const { netbox, store } = deps;
  const result: RowsByKind = { ...rows };
  const devices = await readByValue(netbox, kindNamed('device'), kindNamed('device').desire(context));
  const owned = await store.idsOfOtherEndpoints(context.endpoint.id, 'device');
  context.deviceNames = nameDevices(context.cluster, context.clusterName, devices, owned, context.site);
  result.device = devices.filter(row => !owned.has(row.id));

  const remaining = reflectionKindNames.map(kindNamed).filter(kind => kind.read && result[kind.name] === undefined);
  await Promise.all(
    remaining.map(async kind => {
      const parents = kind.read?.by === 'parent' ? (rows[kind.read.kind] ?? []).map(row => row.id) : [];
      const desired = kind.desire(context);
      if (desired.length === 0 && !links.get(kind.name)?.size) return;
      const found: Row[] =
        kind.read?.by === 'parent' ? await readByParent(netbox, kind, parents) : await readByValue(netbox, kind, desired);
      const linkedIds = [...(links.get(kind.name)?.values() ?? [])].map(link => link.netboxId);
      result[kind.name] = kind.read?.by === 'parent' ? found : await readLinked(netbox, kind, found, linkedIds);
    }),
  );
  const deviceIds = [...(links.get('device')?.values() ?? [])].map(link => link.netboxId);
  result.device = await readLinked(netbox, kindNamed('device'), result.device, deviceIds);
  return result;
}

async function countForeign(deps: ReflectionDeps, endpoint: Endpoint, match: GuestMatch, links: Links): Promise<number> {
  if ((links.get('virtual-machine')?.size ?? 0) > 0) return 0;
  const elsewhere = await deps.store.idsOfOtherEndpoints(endpoint.id, 'virtual-machine');
  const siblings = new Set((await deps.store.listEndpoints()).map(item => item.id).filter(id => id !== endpoint.id));
  const rows = await deps.netbox.listAll('virtualization/virtual-machines', { fields: ['custom_fields'] });
  const marked = (row: Row): boolean => {
    const fields = row['custom_fields'];
    const mark = typeof fields === 'object' && fields !== null && 'proxbox_endpoint' in fields ? fields.proxbox_endpoint : null;
    return typeof mark === 'string' && siblings.has(mark);
  };
  return rows.filter(row => !elsewhere.has(row.id) && !marked(row)).length;
}

// Findings ---------------------------------------------------------------------------------------------------------------

function deletedFindings(match: GuestMatch, deletedBy: Map<string, string>): Finding[] {
  return match.missing.map(({ key, netboxId }) => ({
    code: 'deleted-in-netbox',
    severity: 'warning',
    kind: 'virtual-machine',
    key,
    label: key,
    message: `NetBox VM ${netboxId}, which showed ${key}, was deleted in NetBox by ${deletedBy.get(key) ?? 'somebody'}. The guest still exists, so it is created again.`,
  }));
}

function remarks(inventory: Inventory): Finding[] {
  const unreadable = inventory.unreadable.map((guest): Finding => ({
    code: 'guest-unreadable',
    severity: 'warning',
    kind: 'virtual-machine',
    key: guestKey(guest),
    label: `${guest.name ?? ''} (${guestKey(guest)})`.trim(),
    message: guest.message,
    detail: { reason: guest.reason, node: guest.node },
  }));
  const notes = inventory.guests.flatMap(guest =>
    guest.remarks.map((remark): Finding => ({
      code: 'guest-remark',
      severity: 'info',
      kind: 'virtual-machine',
      key: guestKey(guest),
      label: `${guest.name} (${guestKey(guest)})`,
      message: `${guest.name}: ${remark}`,
    })),
  );
  const incomplete = inventory.cluster.incompleteBecause.map((reason): Finding => ({
    code: 'list-incomplete',
    severity: 'warning',
    label: inventory.cluster.name,
    message: reason,
  }));
  return [...incomplete, ...unreadable, ...notes];
}

function goneFindings(inventory: Inventory, links: Links): Finding[] {
  const present = new Set<string>([...inventory.guests, ...inventory.unreadable].map(guestKey));
  return [...(links.get('virtual-machine') ?? [])]
    .filter(([key]) => !present.has(key))
    .map(([key, link]) => ({
      code: 'gone-from-proxmox',
      severity: 'info',
      kind: 'virtual-machine',
      key,
      label: String(link.values['name'] ?? key),
      message: `${key} is no longer in Proxmox. Its NetBox VM ${link.netboxId} is kept as it is.`,
    }));
}

// Storing ----------------------------------------------------------------------------------------------------------------

interface Outcome {
  plan: Plan;
  findings: Finding[];
  match: GuestMatch;
  hold: Hold | null;
  relink: boolean;
  digest: string;
  support: Support;
}

/** What we remember of guests and links changes only when the plan will be carried out. */
async function store(deps: ReflectionDeps, run: RunRecord, endpoint: Endpoint, outcome: Outcome): Promise<void> {
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

function reportOf({ plan, match, support }: Outcome): Record<string, unknown> {
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

const digestOf = (changes: Change[]): string =>
  createHash('sha256')
    .update(
      JSON.stringify(
        changes.map(({ kind, key, action, netboxId, after }) => [kind, key, action, netboxId, Object.entries(after).sort()]),
      ),
    )
    .digest('hex');
