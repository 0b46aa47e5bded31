import { guestKey, type Inventory } from '../../domain/reflection/inventory';
import type { ReflectionStore } from '../../database/reflection-store';
import type { SettledChange, StoredChange } from '../../database/repositories/changes';

/** What the run has read, without the guests that a change of ours touched since: an old reading must not undo in NetBox what was applied. */
export async function readInventory(
  store: Pick<ReflectionStore, 'loadInventory' | 'listTouchedGuests'>,
  runId: string,
): Promise<Inventory> {
  const [inventory, touched] = await Promise.all([store.loadInventory(runId), store.listTouchedGuests(runId)]);
  const isTouched = (guest: Parameters<typeof guestKey>[0]): boolean => touched.includes(guestKey(guest));
  return {
    ...inventory,
    guests: inventory.guests.filter(guest => !isTouched(guest)),
    others: [...(inventory.others ?? []), ...inventory.guests.filter(isTouched).map(guestKey)],
  };
}

/** Changes that may be written, and those of guests that a change of ours touched since they were read. */
export async function withoutOutdated(
  store: Pick<ReflectionStore, 'listTouchedGuests'>,
  runId: string,
  changes: StoredChange[],
): Promise<{ fresh: StoredChange[]; outdated: SettledChange[] }> {
  const touched = new Set<string>(changes.length === 0 ? [] : await store.listTouchedGuests(runId));
  const isOutdated = ({ guest }: StoredChange): boolean => guest !== undefined && touched.has(guest);
  const text = 'a change was applied to the guest after it was read; the reflection that follows shows what came of it';
  return {
    fresh: changes.filter(change => !isOutdated(change)),
    outdated: changes
      .filter(isOutdated)
      .map(({ seq }) => ({ seq, state: 'skipped', netboxId: null, error: { code: 'changed-since-plan', text } })),
  };
}
