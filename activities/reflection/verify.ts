/**
 * The end of a run: does NetBox show every guest that Proxmox has, and if not, why? Then what the run's result is.
 */
import type { Endpoint } from '../../database/repositories/endpoints';
import type { ChangeTally } from '../../database/repositories/changes';
import type { RunEnd, RunRecord } from '../../database/repositories/run-records';
import type { Finding } from '../../domain/reflection/findings';
import { guestKey, presentIn, type Inventory } from '../../domain/reflection/inventory';
import type { ReflectionPolicy } from '../../domain/reflection/policy';
import type { RunReason } from '../../domain/run';
import type { ReflectionDeps } from './deps';
import { rememberChangeLog } from './netbox-checks';
import { blindSpots } from './run-findings';
import { readInventory } from './touched';

export interface VerifySummary {
  state: RunEnd['state'];
  reason?: RunReason;
  message?: string;
  counts: Record<string, number>;
}

/** Findings of this step are numbered from here, behind those of the plan. */
const firstFinding = 1_000_000;

export async function verifyRun(deps: ReflectionDeps, run: RunRecord, endpoint: Endpoint): Promise<VerifySummary> {
  const inventory = await readInventory(deps.store, run.id);
  const tally = await deps.store.tallyChanges(run.id);
  const counts = countsOf(inventory, tally);
  const wrote = (counts['written'] ?? 0) > 0;
  const misses = await findMisses(deps, run, endpoint, inventory, wrote);
  const conflicts = await deps.store.findingsOf(run.id, 'ip-conflict');
  const newConflicts = await deps.store.transaction(async db => {
    if (inventory.cluster.complete) await db.markMissing(endpoint.id, presentIn(inventory));
    await db.appendFindings(run.id, misses, firstFinding);
    // A few guests alone say nothing of conflicts that others have.
    if (run.scope.guests !== undefined) return 0;
    return db.rememberConflicts(
      endpoint.id,
      run.id,
      conflicts.map(finding => ({ key: finding.key ?? finding.label, holder: String(finding.detail?.['holder'] ?? '') })),
    );
  });
  await rememberChangeLog(deps, endpoint.id, wrote);
  counts['notReflected'] = misses.length;
  counts['conflicts'] = conflicts.length;
  counts['newConflicts'] = newConflicts;
  await deps.store.addCounts(run.id, counts);
  return { ...withBlindSpots(resultOf(counts, misses), inventory), counts };
}

function countsOf(inventory: Inventory, tally: ChangeTally[]): Record<string, number> {
  const sum = (fits: (row: ChangeTally) => boolean): number => tally.filter(fits).reduce((total, row) => total + row.n, 0);
  const done = (action: string) => sum(row => row.action === action && row.state === 'done');
  return {
    guests: inventory.guests.length + inventory.unreadable.length,
    created: done('create'),
    updated: done('update'),
    deleted: done('delete'),
    linked: done('link'),
    refused: sum(row => row.state === 'refused'),
    skipped: sum(row => row.state === 'skipped'),
    written: done('create') + done('update') + done('delete'),
  };
}

/** Every guest of Proxmox that NetBox does not show after the run, with the reason. */
async function findMisses(
  deps: ReflectionDeps,
  run: RunRecord,
  endpoint: Endpoint,
  inventory: Inventory,
  wrote: boolean,
): Promise<Finding[]> {
  const links = (await deps.store.loadLinks(endpoint.id)).get('virtual-machine') ?? new Map<string, { netboxId: number }>();
  // Without a write the plan's own read is fresh.
  const shown = wrote
    ? await shownVms(
        deps,
        [...links.values()].map(link => link.netboxId),
      )
    : undefined;
  const policy = await deps.policyOf(endpoint, run);
  const failed = await deps.store.failedGuests(run.id);
  return [
    ...inventory.guests.flatMap(guest => {
      const key = guestKey(guest);
      const link = links.get(key);
      if (link && (shown === undefined || shown.has(link.netboxId))) return [];
      return missed(key, guest.name, whyMissed(guest.template, policy, run, failed.get(key)));
    }),
    ...inventory.unreadable.flatMap(guest =>
      links.has(guestKey(guest)) ? [] : missed(guestKey(guest), guest.name ?? '', guest.message),
    ),
  ].filter(finding => finding.detail?.['expected'] !== true);
}

async function shownVms(deps: ReflectionDeps, ids: number[]): Promise<Set<number>> {
  const rows = await deps.netbox.listByIds('virtualization/virtual-machines', ids, { fields: ['name'] });
  return new Set(rows.map(row => row.id));
}

interface Why {
  text: string;
  /** Left out on purpose: no miss. */
  expected?: boolean;
}

function whyMissed(template: boolean, policy: ReflectionPolicy, run: RunRecord, failure: string | undefined): Why {
  if (template && !policy.syncTemplates) return { text: 'templates are not reflected by the settings', expected: true };
  if (failure !== undefined) return { text: failure };
  if (run.scope.kinds?.length) return { text: 'the run covered only some kinds', expected: true };
  return { text: 'its match in NetBox is ambiguous' };
}

function missed(key: string, name: string, why: Why | string): Finding[] {
  const { text, expected = false } = typeof why === 'string' ? { text: why } : why;
  return [
    {
      code: 'not-in-netbox',
      severity: 'warning',
      kind: 'virtual-machine',
      key,
      label: `${name} (${key})`.trim(),
      message: `${name || key} is in Proxmox and not in NetBox: ${text}.`,
      detail: { expected },
    },
  ];
}

type Result = Pick<VerifySummary, 'state' | 'reason' | 'message'>;

function withBlindSpots(result: Result, inventory: Inventory): Result {
  const sentences = [...(result.message === undefined ? [] : [result.message]), ...blindSpots(inventory)];
  return sentences.length === 0 ? result : { ...result, message: sentences.join(' ') };
}

function resultOf(counts: Record<string, number>, misses: Finding[]): Result {
  const { refused = 0, skipped = 0, newConflicts = 0 } = counts;
  if (refused > 0 || skipped > 0) {
    return {
      state: 'partial',
      reason: 'writes-refused',
      message: `NetBox refused ${refused} objects, and ${skipped} more could not be written because of that or because they changed meanwhile. See the refused objects for NetBox's words.`,
    };
  }
  if (misses.length > 0) {
    return {
      state: 'partial',
      reason: 'guests-not-reflected',
      message: `${misses.length} of ${counts['guests']} guests are not in NetBox; the findings say why for each.`,
    };
  }
  if (newConflicts > 0) {
    return {
      state: 'partial',
      reason: 'new-conflicts',
      message: `${newConflicts} addresses are new conflicts: other objects in NetBox hold them. The findings name the holders.`,
    };
  }
  return { state: 'completed' };
}
