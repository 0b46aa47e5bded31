import type { JsonObject } from '../json';
import type { Draft, ObjectType } from '../model/object-type';
import type { Row } from '../store/row';
import type { World } from '../store/world';
import type { NetBoxVersion } from '../version';
import type { Reader } from '../read/reader';
import type { Problems } from '../errors';

/** What a write knows about its request. */
export interface WriteContext {
  readonly world: World;
  readonly version: NetBoxVersion;
  readonly user: Row;
  readonly requestId: string;
  readonly reader: Reader;
  /** Whether the user may do this to that object; asked after each write, which rolls back on no. */
  readonly allowed: (type: ObjectType, action: 'add' | 'change' | 'delete', row: Row) => boolean;
  /** Rows of a model that the user may view: what references by attributes can find. */
  readonly viewable: (type: ObjectType) => (row: Row) => boolean;
  /** A stand-in for custom validators: adds its messages for objects that it refuses. */
  readonly refuse: (type: ObjectType, draft: Draft, problems: Problems) => void;
  /** Hears of each new row of the change log and of the object that it is about, inside the transaction. */
  readonly changed: (change: Row, object: Row) => void;
  /** True while a write leaves no change log, such as those of a branch that follows main. */
  readonly unlogged?: boolean;
  /** ETags of the If-Match header; empty when it is absent or `*`. */
  readonly ifMatch: readonly string[];
}

/** Input of one object, as the request had it. */
export type Input = Readonly<JsonObject>;
