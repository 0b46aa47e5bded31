import type { ReflectionKindName } from './kind-names';
import type { Values } from './values';

/** One row of our link table. */
export interface Link {
  netboxId: number;
  values: Values;
  createdByUs: boolean;
}

export type Links = Map<ReflectionKindName, Map<string, Link>>;

/** What a run would do to one NetBox object. */
export interface Change {
  kind: ReflectionKindName;
  key: string;
  label: string;
  guest?: string;
  /** `link` writes nothing to NetBox: an object was recognised, or its reflected values were learned. */
  action: 'create' | 'update' | 'delete' | 'link';
  netboxId: number | null;
  /** For an update, what NetBox shows in the fields that change. */
  before: Values;
  after: Values;
  /** The reflected values once the change is done. */
  reflect: Values;
  why?: string;
}
