import type { NetBoxObject } from '../../clients/netbox/object';
import { collectChanges } from '../../domain/intent/changes/collect';
import type { GuestChange } from '../../domain/intent/changes/guest-change';
import { mergeRows } from '../../domain/intent/changes/merge-rows';
import { readStoredChanges, type ShapeProblem } from '../../domain/intent/changes/stored-change';
import { asJson } from '../../domain/json';
import { choiceIn, textIn } from '../../domain/reflection/kind';
import type { IntentDeps } from './deps';
import { readFacts } from './netbox-facts';

export const changeLogPath = 'core/object-changes';

/** What rows of NetBox's change log mean for guests that NetBox says are to be changed so. */
export interface ChangeLogChanges {
  changes: readonly GuestChange[];
  problems: readonly ShapeProblem[];
}

/**
 * Reads rows of the change log, and what they mean: from the state before the first to the one after the last. Only virtual machines whose
 * `apply_to_proxmox` is true, in the row and now, are taken; none that was deleted is, since nothing says that the guest is meant as well.
 */
export async function readChangeLog(
  { netbox, store }: Pick<IntentDeps, 'netbox' | 'store'>,
  ids: readonly number[],
): Promise<ChangeLogChanges> {
  const rows = await netbox.listByIds(changeLogPath, ids);
  const { changes: stored, problems: unreadable } = readStoredChanges(rows.map(storedRow));
  const wanted = mergeRows(stored).filter(row => row.objectType !== vmType || isOptedIn(row.modified));
  const facts = await readFacts({ netbox, store }, wanted);
  const { changes, problems } = collectChanges(wanted, facts);
  const taken = changes.filter(({ op }) => op !== 'delete');
  const vmIds = taken.flatMap(({ guest }) => guest.netboxId ?? []);
  const now =
    vmIds.length === 0 ? [] : await netbox.listByIds('virtualization/virtual-machines', vmIds, { fields: ['custom_fields'] });
  const optedIn = new Set(now.filter(isOptedIn).map(({ id }) => id));
  return {
    changes: taken.filter(({ guest }) => guest.netboxId !== null && optedIn.has(guest.netboxId)),
    problems: [...unreadable, ...problems],
  };
}

const vmType = 'virtualization.virtualmachine';

function isOptedIn(values: Readonly<Record<string, unknown>> | null): boolean {
  const fields = values?.['custom_fields'];
  return typeof fields === 'object' && fields !== null && Reflect.get(fields, 'apply_to_proxmox') === true;
}

const storedRow = (row: NetBoxObject) => {
  const action = choiceIn(row['action']);
  return {
    id: row.id,
    objectType: textIn(row['changed_object_type']),
    objectId: row['changed_object_id'],
    objectRepr: textIn(row['object_repr']),
    action,
    original: action === 'create' ? null : asJson(row['prechange_data'] ?? null),
    modified: action === 'delete' ? null : asJson(row['postchange_data'] ?? null),
  };
};
