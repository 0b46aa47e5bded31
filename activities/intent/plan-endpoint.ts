import { randomUUID } from 'node:crypto';
import type { Endpoint } from '../../database/repositories/endpoints';
import type { NewGuestChange } from '../../database/repositories/intent/changes';
import type { IntentPlan } from '../../database/repositories/intent/plans';
import type { Reservation } from '../../database/repositories/intent/reservations';
import type { CheckSubject } from '../../domain/intent/checks/check';
import { checkGuest, isPermitted } from '../../domain/intent/checks/register';
import type { PlanWorld, Usage } from '../../domain/intent/checks/world';
import type { GuestChange } from '../../domain/intent/changes/guest-change';
import { withoutUserData } from '../../domain/intent/changes/without-user-data';
import { knownIdentity } from '../../domain/intent/known-identity';
import { planCreate } from '../../domain/intent/plan/create';
import type { GuestPlan } from '../../domain/intent/plan/guest-plan';
import { liveName, type LiveGuest } from '../../domain/intent/plan/live';
import type { PlanOptions } from '../../domain/intent/plan/options';
import { planUpdate } from '../../domain/intent/plan/update';
import { addedUsage, addUsage, noUsage } from '../../domain/intent/usage';
import { guestKey } from '../../domain/reflection/inventory';
import type { GuestRecord } from '../../domain/reflection/guest-match';
import type { SettingValues } from '../../domain/settings/register';
import type { Asked } from './collect';
import type { IntentDeps, IntentReader } from './deps';
import { recogniseBorn, type Numbered } from './born';
import { askGate } from './gate';
import { readLive } from './live';
import { planLimits, planOptions } from './options';
import { keepDocuments, sha256, snippetsOf } from './snippets';
import { birthOf } from './vmid';
import { readWorld, type ReadWorld } from './world';

export interface PlannedChange {
  row: NewGuestChange;
  /** The VMID that the new guest is promised. */
  reserve?: Omit<Reservation, 'changeId'>;
}

/** Guests that are read at once; the client sends each node no more than it can take. */
const atOnce = 16;

interface EndpointWork {
  deps: IntentDeps;
  plan: IntentPlan;
  reader: IntentReader;
  settings: SettingValues;
  options: PlanOptions;
  read: ReadWorld;
  records: ReadonlyMap<string, GuestRecord>;
  asked: Asked;
  signal: AbortSignal;
}

/** Plans the changes of one endpoint in their order: each sees what those before it would use. */
export async function planEndpoint(
  deps: IntentDeps,
  plan: IntentPlan,
  endpoint: Endpoint,
  given: readonly Numbered[],
  asked: Asked,
  promised: PlanWorld['promised'],
  signal: AbortSignal,
): Promise<PlannedChange[]> {
  const gatesOf = (changes: readonly Numbered[]) => Promise.all(changes.map(({ change }) => askGate(deps, plan, change)));
  // A disabled endpoint is sent nothing, not even a question.
  if (!endpoint.enabled) return closed(given, await gatesOf(given));
  const reader = await deps.openReading(endpoint);
  try {
    const settings = await deps.settings.ofEndpoint(endpoint);
    const reserved = new Map((await deps.store.listReservations(endpoint.id)).map(({ vmid, mark }) => [vmid, mark]));
    const wantsVolumes = given.some(({ change }) => change.op === 'create');
    const read = await readWorld(reader, settings, reserved, promised, wantsVolumes, signal);
    const changes = await recogniseBorn(deps.store, endpoint.id, read, given);
    const work: EndpointWork = {
      deps,
      plan,
      reader,
      settings,
      options: planOptions(settings, { tagSlugs: asked.tagSlugs, snippets: await snippetsOf(deps, settings), sha256 }),
      read,
      records: await deps.store.loadGuests(endpoint.id),
      asked,
      signal,
    };
    return await planAll(work, changes, await gatesOf(changes));
  } finally {
    await reader.close();
  }
}

async function planAll(
  work: EndpointWork,
  changes: readonly Numbered[],
  gates: readonly CheckSubject['gate'][],
): Promise<PlannedChange[]> {
  const found = new Map<number, LiveGuest | null>();
  for (let start = 0; start < changes.length; start += atOnce) {
    await Promise.all(
      changes.slice(start, start + atOnce).map(async ({ seq, change }) => found.set(seq, await sourceOf(work, change))),
    );
  }
  const result: PlannedChange[] = [];
  const vmids = new Set<number>();
  let added: Usage = noUsage;
  for (const [index, { seq, change }] of changes.entries()) {
    const source = found.get(seq) ?? null;
    const made = await planOne(work, change, source, vmids);
    const template = change.op === 'create' ? source : null;
    if (made.plan) added = addUsage(added, addedUsage(made.plan, template));
    const checks = checkGuest({
      change,
      plan: made.plan,
      live: change.op === 'create' ? null : source,
      identity: change.op === 'create' || !source ? 'none' : knownIdentity(work.records.get(guestKey(source)), source),
      template,
      gate: gates[index] ?? { allowed: false, reasons: [] },
      world: work.read.world,
      limits: planLimits(work.settings),
      warnPlaintextPassword: work.settings.intent_warn_plaintext_password,
      run: { changes: changes.length, position: index + 1, vmids: [...vmids], used: work.read.used, added },
    });
    const kept = made.plan && isPermitted(checks) ? await keepDocuments(work.deps, work.plan.id, change, made.plan) : made.plan;
    const reserve = made.mark !== undefined && made.plan?.vmid != null && isPermitted(checks);
    if (made.plan?.op === 'create' && made.plan.vmid !== null) vmids.add(made.plan.vmid);
    result.push({
      row: rowOf(seq, change, kept, template?.config.configDigest ?? null, checks),
      ...(reserve && { reserve: { vmid: made.plan!.vmid!, mark: made.mark!, netboxId: change.guest.netboxId } }),
    });
  }
  return result;
}

/** The guest that is changed, or the one that a new guest is cloned from. */
async function sourceOf({ read, reader, signal }: EndpointWork, change: GuestChange): Promise<LiveGuest | null> {
  const vmid = change.op === 'create' ? change.vm.proxmox_template_vmid : change.guest.vmid;
  const row = read.guests.find(guest => guest.vmid === vmid && guest.kind === change.guest.kind);
  const isOnline = read.world.nodes.some(node => node.name === row?.node && node.online);
  return row && isOnline ? readLive(reader, row, signal) : null;
}

async function planOne(
  work: EndpointWork,
  change: GuestChange,
  source: LiveGuest | null,
  given: ReadonlySet<number>,
): Promise<{ plan: GuestPlan | null; mark?: string }> {
  if (change.op === 'delete') return { plan: null };
  if (change.op === 'update') {
    const shown = work.asked.shown.get(change.guest.netboxId ?? -1) ?? null;
    // A posted change names its guest by VMID alone.
    const named =
      source && work.plan.branch === null && work.plan.changeLog === null
        ? { ...change, guest: { ...change.guest, name: liveName(source) } }
        : change;
    return { plan: source && planUpdate(named, source, shown, work.options) };
  }
  const { vmid, mark } = await birthOf(work.reader, work.read.world, change, given, work.signal);
  const node = change.vm.proxmox_node ?? source?.node ?? onlyNode(work.read.world);
  if (vmid === null || node === null) return { plan: null };
  return { plan: planCreate(change, { vmid, mark, node, ...(source && { template: source }) }, work.options), mark };
}

const onlyNode = ({ nodes }: PlanWorld): string | null => (nodes.length === 1 ? (nodes[0]?.name ?? null) : null);

function rowOf(
  seq: number,
  change: GuestChange,
  plan: GuestPlan | null,
  templateDigest: string | null,
  checks: NewGuestChange['checks'],
): NewGuestChange {
  const { guest, op } = change;
  const verdict = !isPermitted(checks) ? 'blocked' : checks.some(check => check.verdict === 'warning') ? 'warning' : 'permitted';
  return {
    id: randomUUID(),
    seq,
    endpointId: guest.endpointId,
    kind: guest.kind,
    vmid: plan?.vmid ?? guest.vmid,
    name: plan?.guest.name ?? guest.name,
    netboxId: guest.netboxId,
    op,
    change: withoutUserData(change),
    plan,
    templateDigest,
    verdict,
    checks,
  };
}

/** Changes of which only the gate is known to say no. */
function closed(changes: readonly Numbered[], gates: readonly CheckSubject['gate'][]): PlannedChange[] {
  return changes.map(({ seq, change }, index) => {
    const gate = gates[index];
    const reasons = gate === undefined || gate.allowed ? [] : gate.reasons;
    const checks = reasons.map(({ code, message }) => ({
      netbox_id: change.guest.netboxId,
      op: change.op,
      verdict: 'blocked' as const,
      reason: code,
      message,
    }));
    return { row: rowOf(seq, change, null, null, checks) };
  });
}

/** Changes that name no endpoint, or one that there is not. */
export async function planNowhere(deps: IntentDeps, plan: IntentPlan, changes: readonly Numbered[]): Promise<PlannedChange[]> {
  return closed(changes, await Promise.all(changes.map(({ change }) => askGate(deps, plan, change))));
}
