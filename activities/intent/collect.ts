import type { IntentPlan } from '../../database/repositories/intent/plans';
import { readVm } from '../../domain/intent/changes/read-vm';
import { collectChanges } from '../../domain/intent/changes/collect';
import type { GuestChange } from '../../domain/intent/changes/guest-change';
import { fromPosted, type PostedChange } from '../../domain/intent/changes/posted-change';
import { guestObjectTypes, type ShapeProblem } from '../../domain/intent/changes/stored-change';
import type { NetBoxGuest } from '../../domain/intent/plan/drift';
import type { JsonObject } from '../../domain/json';
import { textIn } from '../../domain/reflection/kind';
import { StopRun } from '../failures';
import { readChangeLog } from './change-log-rows';
import type { IntentDeps } from './deps';
import { readFacts, withBranch, type FactReader } from './netbox-facts';

/** What a plan is to be made of. */
export interface Asked {
  changes: readonly GuestChange[];
  problems: readonly ShapeProblem[];
  /** Slugs of NetBox's tags by their names; only where a change has tags. */
  tagSlugs: ReadonlyMap<string, string>;
  /** What NetBox shows of the virtual machines that are changed, by their ids. */
  shown: ReadonlyMap<number, NetBoxGuest>;
}

/** The changes of a plan: those that were posted, or those that NetBox keeps of the branch or in its change log — never main as it is now. */
export async function collectAsked(deps: IntentDeps, plan: IntentPlan): Promise<Asked> {
  const { netbox, isMerged } = await readerOf(deps, plan.branch);
  const { changes, problems } =
    plan.branch !== null
      ? await ofBranch(deps, plan.branch.id, netbox, isMerged)
      : plan.changeLog !== null
        ? await readChangeLog(deps, plan.changeLog)
        : await posted(deps, plan);
  const [tagSlugs, shown] = await Promise.all([readTagSlugs(netbox, changes), readShown(deps, changes)]);
  return { changes, problems, tagSlugs, shown };
}

type Branch = NonNullable<IntentPlan['branch']>;

/** What a branch made is in main after its merge, and before it only in the branch. */
async function readerOf(
  { netbox, branching }: IntentDeps,
  branch: Branch | null,
): Promise<{ netbox: FactReader; isMerged: boolean }> {
  if (branch === null || branch.mergedAt !== null) return { netbox, isMerged: true };
  const found = await branching.find(branch.id);
  const isMerged = found?.mergedTime !== undefined;
  return { netbox: found?.status === 'ready' ? withBranch(netbox, found.schemaId) : netbox, isMerged };
}

async function posted(deps: IntentDeps, { id, asked }: IntentPlan): Promise<Pick<Asked, 'changes' | 'problems'>> {
  const whole = await Promise.all(asked.map(change => withDocument(deps, id, change)));
  return { changes: whole.map(fromPosted), problems: [] };
}

/** A document of cloud-init is kept as a secret between the request and its plan. */
async function withDocument({ openSecret }: IntentDeps, planId: string, change: PostedChange): Promise<PostedChange> {
  const { cloud_init: cloudInit } = change.payload;
  if (cloudInit?.user_data_secret === undefined) return change;
  const document = await openSecret(planId, cloudInit.user_data_secret);
  if (document === undefined) throw new StopRun('configuration', 'The user data are not kept any more. Post the change again.');
  return { ...change, payload: { ...change.payload, cloud_init: { ...cloudInit, user_data: document } } };
}

async function ofBranch(
  deps: IntentDeps,
  id: number,
  netbox: FactReader,
  isMerged: boolean,
): Promise<Pick<Asked, 'changes' | 'problems'>> {
  await deps.netbox.open();
  const stored = await deps.branching.changes(id, { objectTypes: guestObjectTypes });
  // After a merge NetBox keeps stored creates that it refused, or that somebody deleted since.
  const absent = isMerged ? stored.filter(row => row.action === 'create' && !row.inMain) : [];
  const { changes, problems } = collectChanges(
    stored.filter(row => !absent.includes(row)),
    await readFacts({ netbox, store: deps.store }, stored),
  );
  const notThere = absent.map(({ objectType, objectRepr }) => ({
    place: `${objectType} ${objectRepr}`,
    message: 'is in the branch and not in NetBox: the merge did not make it, or it was deleted since',
  }));
  return { changes, problems: [...problems, ...notThere] };
}

async function readTagSlugs(netbox: FactReader, changes: readonly GuestChange[]): Promise<Map<string, string>> {
  const names = new Set(
    changes.flatMap(change => {
      if (change.op === 'delete') return [];
      const { tags } = change.vm;
      if (tags === undefined) return [];
      return 'to' in tags ? [...tags.to, ...(tags.from ?? [])] : [...tags];
    }),
  );
  if (names.size === 0) return new Map();
  const rows = await netbox.listAll('extras/tags', { fields: ['name', 'slug'] });
  return new Map(rows.filter(row => names.has(textIn(row['name']))).map(row => [textIn(row['name']), textIn(row['slug'])]));
}

/** Of the virtual machines that updates are about; it is shown beside the plan, and nothing follows from it. */
async function readShown({ netbox }: IntentDeps, changes: readonly GuestChange[]): Promise<Map<number, NetBoxGuest>> {
  const ids = changes.flatMap(({ op, guest }) => (op === 'update' && guest.netboxId !== null ? [guest.netboxId] : []));
  if (ids.length === 0) return new Map();
  const rows = await netbox.listByIds('virtualization/virtual-machines', ids);
  return new Map(
    rows.map(row => [
      row.id,
      {
        vm: readVm({ place: '', values: JSON.parse(JSON.stringify(row)) as JsonObject, problems: [] }),
        interfaces: [],
        disks: [],
      },
    ]),
  );
}
