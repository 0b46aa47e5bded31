import type { Row } from './row';
import { compareKeys, SortedIds, type SortKey } from './sorted-ids';

/** How an index finds its keys in a row. A row may stand under several keys or none. */
export type IndexKeys = (row: Row) => readonly string[];

interface Index {
  readonly keys: IndexKeys;
  readonly ids: Map<string, Set<number>>;
}

const NOTHING: ReadonlySet<number> = new Set();

/** The rows of one object type, with indexes that follow every change. */
export class Table {
  private readonly rowsById = new Map<number, Row>();
  private readonly indexes = new Map<string, Index>();
  private order: SortedIds | undefined;

  constructor(
    indexes: ReadonlyMap<string, IndexKeys>,
    private readonly sortKey: (row: Row) => SortKey,
  ) {
    for (const [name, keys] of indexes) this.indexes.set(name, { keys, ids: new Map() });
  }

  get size(): number {
    return this.rowsById.size;
  }

  get(id: number): Row | undefined {
    return this.rowsById.get(id);
  }

  rows(): IterableIterator<Row> {
    return this.rowsById.values();
  }

  hasIndex(name: string): boolean {
    return this.indexes.has(name);
  }

  /** Ids under one key of an index. */
  ids(index: string, key: string | number): ReadonlySet<number> {
    return this.indexes.get(index)?.ids.get(String(key)) ?? NOTHING;
  }

  /** Rows under one key of an index. */
  find(index: string, key: string | number): Row[] {
    return [...this.ids(index, key)].flatMap(id => this.rowsById.get(id) ?? []);
  }

  /** All rows in the model's default order. */
  sorted(): readonly Row[] {
    this.order ??= new SortedIds(this.sortKey, this.rowsById);
    return this.order.read();
  }

  /** Some rows, in the model's default order. */
  inOrder(ids: readonly number[]): Row[] {
    return ids
      .flatMap(id => this.rowsById.get(id) ?? [])
      .map(row => ({ row, key: this.sortKey(row) }))
      .sort((a, b) => compareKeys(a.key, b.key) || a.row.id - b.row.id)
      .map(entry => entry.row);
  }

  /** Stores a row and returns the one that it replaced. */
  put(row: Row): Row | undefined {
    const before = this.rowsById.get(row.id);
    this.rowsById.set(row.id, row);
    for (const index of this.indexes.values()) {
      const keys = index.keys(row);
      const earlier = before ? index.keys(before) : [];
      if (sameKeys(earlier, keys)) continue;
      for (const key of earlier) unlink(index, key, row.id);
      for (const key of keys) link(index, key, row.id);
    }
    this.order?.touch(row.id);
    return before;
  }

  /** Takes a row out and returns it. */
  take(id: number): Row | undefined {
    const before = this.rowsById.get(id);
    if (!before) return undefined;
    this.rowsById.delete(id);
    for (const index of this.indexes.values()) {
      for (const key of index.keys(before)) unlink(index, key, id);
    }
    this.order?.touch(id);
    return before;
  }

  /** Replaces the whole content. */
  load(rows: Iterable<Row>): void {
    this.rowsById.clear();
    for (const index of this.indexes.values()) index.ids.clear();
    this.order = undefined;
    for (const row of rows) this.put(row);
  }
}

function sameKeys(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((key, index) => key === right[index]);
}

function link(index: Index, key: string, id: number): void {
  const ids = index.ids.get(key);
  if (ids) ids.add(id);
  else index.ids.set(key, new Set([id]));
}

function unlink(index: Index, key: string, id: number): void {
  const ids = index.ids.get(key);
  ids?.delete(id);
  if (ids?.size === 0) index.ids.delete(key);
}
