import type { Json, JsonObject } from '../json';
import type { Problems } from '../errors';
import type { Minor, NetBoxVersion } from '../version';
import type { Row } from '../store/row';
import type { SortKey } from '../store/sorted-ids';
import type { World } from '../store/world';
import type { WriteContext } from '../write/context';
import type { FilterDefinitions } from '../read/filter';
import type { Field } from './field';

/** A row on its way into the store: `before` is null when it is new. */
export interface Draft {
  readonly id: number;
  readonly before: Row | null;
  readonly values: JsonObject;
  tags: number[];
  customFields: JsonObject;
}

/** What a model rule may look at. */
export interface Check {
  readonly draft: Draft;
  readonly world: World;
  readonly version: NetBoxVersion;
  /** Messages by field; model-level ones go under `__all__`. */
  readonly problems: Problems;
}

/** A uniqueness rule over a row's own fields. Rows for which `key` is null are not compared. */
export interface UniqueRule {
  /** Name of the database constraint, as the 500 of older versions quotes it. */
  readonly constraint: string;
  readonly key: (values: Readonly<JsonObject>) => string | null;
  readonly message: (version: NetBoxVersion) => string;
  readonly since?: Minor;
  readonly until?: Minor;
  /** The rule stands in the database only: NetBox does not check it before saving, so its violation is a 500. */
  readonly unchecked?: boolean;
}

/** One NetBox model: its fields in answer order, its rules, and how it is found. */
export interface ObjectType {
  /** Content type, for example `virtualization.virtualmachine`. */
  readonly key: string;
  /** Path below `/api/`, without slashes at the ends. */
  readonly endpoint: string;
  /** Path of its pages when it differs from the endpoint. */
  readonly pagePath?: string;
  /** For example `VirtualMachine`: the name in "No VirtualMachine matches the given query." */
  readonly className: string;
  /** For example `virtual machine`. */
  readonly label: string;
  readonly since?: Minor;
  readonly readOnly?: boolean;
  /** Its view is not one of NetBox's own: no `display_url`, no ETag, and lists take neither PATCH, PUT nor DELETE. */
  readonly isPlain?: boolean;
  /** False for models that NetBox keeps no change log of. */
  readonly changeLogged?: boolean;
  /** In answer order; `id`, `url`, `display_url` and `display` come before them. */
  readonly fields: readonly Field[];
  /** Names shown in brief and nested forms. */
  readonly brief: readonly string[];
  readonly display: (row: Row, world: World) => string;
  readonly sortKey: (row: Row, world: World) => SortKey;
  /** What other types' filters accept instead of an id: the field that names an object of this type. */
  readonly nameField?: string;
  readonly uniques?: readonly UniqueRule[];
  /** Indexes beyond those that follow from the fields. */
  readonly indexes?: Readonly<Record<string, (row: Row) => readonly string[]>>;
  /** Filters beyond those that follow from the fields. */
  readonly filters?: FilterDefinitions;
  /** Key of this object in a dump, without ids. */
  readonly naturalKey?: (row: Row, world: World) => string;
  /** Checks of the API layer: they run before the model's own and end the request alone. */
  readonly validate?: (check: Check, input: Readonly<JsonObject>) => void;
  /** The model's own rules. */
  readonly clean?: (check: Check) => void;
  /** Fills and normalises values just before they are stored. */
  readonly beforeSave?: (draft: Draft, world: World, user: Row) => void;
  /** Effects on other objects after the row was stored. */
  readonly afterSave?: (row: Row, before: Row | null, context: WriteContext) => void;
  readonly beforeDelete?: (row: Row, context: WriteContext) => void;
  readonly afterDelete?: (row: Row, context: WriteContext) => void;
  /** Handles keys of the input that are no stored fields (such as the `mac_address` of interfaces). */
  readonly applyExtras?: (row: Row, input: Readonly<JsonObject>, context: WriteContext) => void;
  /** Adds to the answer of the request that created the object (secrets that are shown once). */
  readonly createdExtras?: (row: Row) => Record<string, Json>;
}
