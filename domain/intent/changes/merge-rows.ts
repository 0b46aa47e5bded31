import type { StoredChange } from './stored-change';

/**
 * Rows of NetBox's change log, in their order, as one for each object: from how it was before the first to how it is after the last. What was made and
 * deleted again is left out.
 */
export function mergeRows(rows: readonly StoredChange[]): StoredChange[] {
  const merged = new Map<string, StoredChange>();
  for (const row of [...rows].sort((a, b) => a.id - b.id)) {
    const object = `${row.objectType} ${row.objectId}`;
    const earlier = merged.get(object);
    merged.set(object, earlier === undefined ? row : joined(earlier, row));
  }
  return [...merged.values()].filter(({ original, modified }) => original !== null || modified !== null);
}

function joined(earlier: StoredChange, later: StoredChange): StoredChange {
  const { original } = earlier;
  const { modified } = later;
  const action = modified === null ? 'delete' : original === null ? 'create' : 'update';
  return { ...later, action, original, modified };
}
