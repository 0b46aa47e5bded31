import type { ObjectType } from '../model/object-type';
import { Clock } from './clock';
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
  /** The tables that belong to this world alone. */
  private readonly ownTables = new Map<string, Table>();
  private readonly sequences: Map<string, number>;
  private readonly clock: Clock;
  private readonly typesByKey = new Map<string, ObjectType>();
  private undo: (() => void)[] | undefined;
  private readonly relations: ReadonlyMap<string, readonly Relation[]>;

  /** With a `trunk`: a world that has tables of its own for the models that `own` names, and shares all else with the trunk. */
  constructor(
    readonly types: readonly ObjectType[],
    private readonly trunk?: World,
    own: (key: string) => boolean = () => true,
  ) {
    this.relations = trunk?.relations ?? relationsOf(types);
    this.sequences = trunk?.sequences ?? new Map<string, number>();
    this.clock = trunk?.clock ?? new Clock();
    for (const type of types) {
      this.typesByKey.set(type.key, type);
      const shared = own(type.key) ? undefined : trunk?.table(type.key);
      const table = shared ?? new Table(indexesOf(type), row => type.sortKey(row, this));
      this.tables.set(type.key, table);
      if (!shared) this.ownTables.set(type.key, table);
    }
  }

  /**
   * A world that begins as this one and goes its own way for the models that `own` names; rows are copied by reference. The
   * other models, the sequences of ids and the clock stay common. `empty` names a model that begins without rows.
   */
  fork(own: (key: string) => boolean, empty: string): World {
    const fork = new World(this.types, this, own);
    for (const [key, table] of fork.ownTables) if (key !== empty) table.load(this.table(key).rows());
    return fork;
  }

  /** The world that branches leave and come back to; itself when it is no branch. */
  get main(): World {
    return this.trunk ?? this;
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
    return this.clock.now();
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

  /** What is this world's own. */
  image(): WorldImage {
    return {
      rows: new Map([...this.ownTables].map(([key, table]) => [key, [...table.rows()]])),
      sequences: new Map(this.sequences),
    };
  }

  load(image: WorldImage): void {
    for (const [key, table] of this.ownTables) table.load(image.rows.get(key) ?? []);
    if (this.trunk) return;
    this.sequences.clear();
    for (const [key, value] of image.sequences) this.sequences.set(key, value);
  }
}
