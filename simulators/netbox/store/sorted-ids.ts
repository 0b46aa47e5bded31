import type { Row } from './row';

/** Sort keys of one row, compared element by element; the id breaks ties. */
export type SortKey = readonly (string | number)[];

interface Entry {
  readonly id: number;
  readonly key: SortKey;
}

/**
 * The ids of a table in one order, kept while rows come and go: changed rows are remembered and merged in when the
 * order is read, so that reading a page after a few writes costs one pass and no sort of the whole table.
 */
export class SortedIds {
  private entries: Entry[] = [];
  private readonly changed = new Set<number>();

  constructor(
    private readonly keyOf: (row: Row) => SortKey,
    private readonly rows: ReadonlyMap<number, Row>,
  ) {
    for (const id of rows.keys()) this.changed.add(id);
  }

  touch(id: number): void {
    this.changed.add(id);
  }

  /** Every row of the table, in order. */
  read(): readonly Row[] {
    this.merge();
    return this.entries.flatMap(entry => this.rows.get(entry.id) ?? []);
  }

  private merge(): void {
    if (this.changed.size === 0) return;
    const fresh: Entry[] = [];
    for (const id of this.changed) {
      const row = this.rows.get(id);
      if (row) fresh.push({ id, key: this.keyOf(row) });
    }
    fresh.sort(compareEntries);
    const kept = this.entries.filter(entry => !this.changed.has(entry.id));
    this.changed.clear();
    this.entries = mergeSorted(kept, fresh);
  }
}

/** Orders two keys. */
export function compareKeys(left: SortKey, right: SortKey): number {
  for (let index = 0; index < left.length; index += 1) {
    const a = left[index];
    const b = right[index];
    if (a === undefined || b === undefined || a === b) continue;
    return a < b ? -1 : 1;
  }
  return 0;
}

function compareEntries(left: Entry, right: Entry): number {
  return compareKeys(left.key, right.key) || left.id - right.id;
}

function mergeSorted(left: readonly Entry[], right: readonly Entry[]): Entry[] {
  const merged: Entry[] = [];
  let index = 0;
  for (const entry of right) {
    for (let next = left[index]; next && compareEntries(next, entry) < 0; next = left[index]) {
      merged.push(next);
      index += 1;
    }
    merged.push(entry);
  }
  return merged.concat(left.slice(index));
}
