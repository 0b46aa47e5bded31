import type { ObjectType } from '../model/object-type';
import type { Row } from './row';
import { indexesOf } from './indexes';
import { type Relation, relationsOf } from './relations';
import { Table } from './table';

/** A complete copy of a world's content. */
export interface WorldImage {
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  readonly sequences: ReadonlyMap<string, number>;
}

/**
 * All objects of one NetBox database. Writes happen inside `transaction`, which undoes them when its body throws; ids
 * that were taken stay taken, as PostgreSQL's sequences do.
 */
export class World {
  private readonly tables = new Map<string, Table>();
  private readonly sequences = new Map<string, number>();
  private readonly typesByKey = new Map<string, ObjectType>();
  private undo: (() => void)[] | undefined;
  private lastInstant = 0;
  private second = { number: 0, text: '' };
  private readonly relations: ReadonlyMap<string, readonly Relation[]>;

  constructor(readonly types: readonly ObjectType[]) {
    this.relations = relationsOf(types);
    for (const type of types) {
      this.typesByKey.set(type.key, type);
      this.tables.set(type.key, new Table(indexesOf(type), row => type.sortKey(row, this)));
    }
  }

  /** The model of a content type; throws for one that the simulator does not have. */
  type(key: string): ObjectType {
    const type = this.typesByKey.get(key);
    if (!type) throw new Error(`The simulator has no model ${key}`);
    return type;
  }

  hasType(key: string): boolean {
    return this.typesByKey.has(key);
  }

  /** Every relation that can point at objects of a model. */
  relationsTo(key: string): readonly Relation[] {
    return this.relations.get(key) ?? [];
  }

  table(key: string): Table {
    const table = this.tables.get(key);
    if (!table) throw new Error(`The simulator has no model ${key}`);
    return table;
  }

  /** An object by content type and id. */
  get(key: string, id: number | null): Row | undefined {
    return id === null ? undefined : this.tables.get(key)?.get(id);
  }

  /** How an object calls itself; empty when there is none. */
  display(key: string, id: number | null): string {
    const row = this.get(key, id);
    return row ? this.type(key).display(row, this) : '';
  }

  /** The present as NetBox writes it, with microseconds; no two calls give the same. */
  now(): string {
    this.lastInstant = Math.max(this.lastInstant + 1, Date.now() * 1000);
    const second = Math.floor(this.lastInstant / 1_000_000);
    if (second !== this.second.number) this.second = { number: second, text: new Date(second * 1000).toISOString().slice(0, 19) };
    return `${this.second.text}.${String(this.lastInstant % 1_000_000).padStart(6, '0')}Z`;
  }

  nextId(key: string): number {
    const id = (this.sequences.get(key) ?? 0) + 1;
    this.sequences.set(key, id);
    return id;
  }

  put(key: string, row: Row): void {
    const table = this.table(key);
    const before = table.put(row);
    this.undo?.push(() => (before ? table.put(before) : table.take(row.id)));
  }

  remove(key: string, id: number): void {
    const table = this.table(key);
    const before = table.take(id);
    if (before) this.undo?.push(() => table.put(before));
  }

  /** Runs a body whose writes all stay or all go. Nested calls are savepoints. */
  transaction<T>(body: () => T): T {
    const outer = this.undo;
    const own: (() => void)[] = [];
    this.undo = own;
    try {
      const result = body();
      outer?.push(...own);
      return result;
    } catch (error) {
      this.undo = undefined;
      for (const step of own.reverse()) step();
      throw error;
    } finally {
      this.undo = outer;
    }
  }

  image(): WorldImage {
    return {
      rows: new Map([...this.tables].map(([key, table]) => [key, [...table.rows()]])),
      sequences: new Map(this.sequences),
    };
  }

  load(image: WorldImage): void {
    for (const [key, table] of this.tables) table.load(image.rows.get(key) ?? []);
    this.sequences.clear();
    for (const [key, value] of image.sequences) this.sequences.set(key, value);
  }
}
