import type { StoredChange } from '../../database/repositories/changes';
import type { Kind } from '../../domain/reflection/kind';

/** Changes of a kind in requests of at most `size`, in order; only what must stay together may go beyond it. */
export function batchesOf(
  changes: StoredChange[],
  size: number,
  kind: Pick<Kind, 'togetherByGuest' | 'apart'>,
): StoredChange[][] {
  const { apart } = kind;
  const groups = new Map<unknown, StoredChange[]>();
  for (const change of changes) {
    const value = apart === undefined ? undefined : change.after[apart];
    const group = groups.get(value);
    if (group) group.push(change);
    else groups.set(value, [change]);
  }
  return [...groups.values()].flatMap(group => inRequests(group, size, kind.togetherByGuest === true));
}

function inRequests(changes: StoredChange[], size: number, togetherByGuest: boolean): StoredChange[][] {
  const batches: StoredChange[][] = [];
  let guest: string | undefined;
  for (const change of changes) {
    const last = batches.at(-1);
    const sameGuest = togetherByGuest && change.guest !== undefined && change.guest === guest;
    if (last && (last.length < size || sameGuest)) last.push(change);
    else batches.push([change]);
    guest = change.guest;
  }
  return batches;
}
