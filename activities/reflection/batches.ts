import type { StoredChange } from '../../database/repositories/changes';

/**
 * Changes in requests, in order.
 * @param togetherByGuest keeps those of one guest in one request, even beyond the size.
 */
export function batchesOf(changes: StoredChange[], size: number, togetherByGuest: boolean): StoredChange[][] {
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
