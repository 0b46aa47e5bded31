import type { NetBoxClient } from '../../clients/netbox/client';
import type { StoredChange } from '../../database/repositories/changes';
import type { Kind } from '../../domain/reflection/kind';
import { sameValue, type Values } from '../../domain/reflection/values';

export interface Verdicts {
  send: StoredChange[];
  /** NetBox shows the wanted values already, e.g. because a lost request did arrive. */
  already: StoredChange[];
  /** Somebody changed the object after it was planned: the next run decides anew. */
  moved: { change: StoredChange; text: string }[];
}

/** Reads the objects once more right before they are written, in the same attempt. */
export async function recheck(
  netbox: Pick<NetBoxClient, 'listByIds'>,
  kind: Kind,
  changes: StoredChange[],
  ids: Map<number, number>,
  resolved: (values: Values) => Values,
): Promise<Verdicts> {
  const rows = await netbox.listByIds(kind.path, [...new Set(ids.values())], { fields: kind.columns });
  const byId = new Map(rows.map(row => [row.id, row]));
  const verdicts: Verdicts = { send: [], already: [], moved: [] };
  for (const change of changes) {
    const row = byId.get(ids.get(change.seq)!);
    if (!row) {
      verdicts.moved.push({ change, text: 'the object was deleted in NetBox after the plan was made' });
      continue;
    }
    const current = kind.values(row);
    const after = resolved(change.after);
    const fields = Object.keys(after);
    const moved = fields.find(
      field => !sameValue(current[field], change.before[field]) && !sameValue(current[field], after[field]),
    );
    if (fields.every(field => sameValue(current[field], after[field]))) verdicts.already.push(change);
    else if (moved === undefined) verdicts.send.push(change);
    else verdicts.moved.push({ change, text: `${moved} was changed in NetBox after the plan was made` });
  }
  return verdicts;
}
