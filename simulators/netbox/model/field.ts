import type { Json } from '../json';
import type { Minor } from '../version';
import type { Row } from '../store/row';
import type { Reader } from '../read/reader';

/** A choice as NetBox lists it: stored value and label. */
export type Choice = readonly [value: string | number, label: string];

interface Common {
  readonly name: string;
  /** First minor version that has the field. */
  readonly since?: Minor;
}

interface Writable extends Common {
  readonly required?: boolean;
  readonly nullable?: boolean;
  /** Model-wide uniqueness, reported under the field itself. */
  readonly unique?: boolean;
  /** Name used in uniqueness messages when it differs from the field's own. */
  readonly label?: string;
}

export interface TextField extends Writable {
  readonly kind: 'text';
  readonly max?: number;
  /** An empty string is accepted. */
  readonly blank?: boolean;
  readonly default?: string | null;
  readonly slug?: boolean;
  /** Whether the field belongs to the searched ones of `q`. */
  readonly search?: boolean;
  readonly checks?: readonly { readonly pattern: RegExp; readonly message: string; readonly forbidden?: boolean }[];
  /** Accepted and never shown, such as a password. */
  readonly writeOnly?: boolean;
  /** Surrounding blanks are kept (long texts and JSON-like content). */
  readonly raw?: boolean;
}

export interface IntegerField extends Writable {
  readonly kind: 'integer';
  readonly min?: number;
  readonly max?: number;
  readonly default?: number | null;
}

export interface DecimalField extends Writable {
  readonly kind: 'decimal';
  readonly digits: number;
  readonly places: number;
  readonly min?: number;
  readonly max?: number;
  /** How messages print the bound when the number's own text differs. */
  readonly minText?: string;
  readonly maxText?: string;
  readonly default?: number | null;
}

export interface BooleanField extends Writable {
  readonly kind: 'boolean';
  readonly default: boolean;
}

export interface ChoiceField extends Writable {
  readonly kind: 'choice';
  readonly choices: readonly Choice[];
  readonly default?: string | number | null;
  readonly blank?: boolean;
  /** Shown as the bare value instead of value and label. */
  readonly bare?: boolean;
}

/** What happens to this row when the related one is deleted. `restrict` allows it when both go in one deletion. */
export type OnDelete = 'protect' | 'restrict' | 'cascade' | 'clear';

export interface ReferenceField extends Writable {
  readonly kind: 'reference';
  /** Content type of the related model. */
  readonly to: string;
  readonly onDelete: OnDelete;
  /** Answers show the related object's brief form unless this draws it otherwise. */
  readonly show?: (row: Row, reader: Reader) => Json;
  /** PUT without the field empties it. */
  readonly clearedByPut?: boolean;
  /** One row only may point at a related object. */
  readonly oneToOne?: boolean;
  /** Answers show the bare id. */
  readonly bare?: boolean;
}

export interface ReferencesField extends Writable {
  readonly kind: 'references';
  readonly to: string;
  readonly bare?: boolean;
}

/** The type half of a generic relation, whose id half is the integer field `idField`; without one, just a type's name. */
export interface ContentTypeField extends Writable {
  readonly kind: 'contentType';
  /** Types that may be assigned; absent means every type. */
  readonly allowed?: readonly string[];
  readonly idField?: string;
  /** The row goes when its object goes. */
  readonly cascade?: boolean;
}

/** A list of content types, such as the models that a custom field belongs to. */
export interface ContentTypesField extends Writable {
  readonly kind: 'contentTypes';
}

export interface JsonField extends Writable {
  readonly kind: 'json';
  readonly default?: Json;
  /** Returns what stands under the field's name when the value is refused: a list of messages or a structure of them. */
  readonly check?: (value: Json) => Json | undefined;
}

export interface DateTimeField extends Writable {
  readonly kind: 'datetime';
}

/** A value with its own notation (addresses, prefixes, MAC addresses); `parse` returns the stored form or a message. */
export interface NotatedField extends Writable {
  readonly kind: 'notated';
  readonly parse: (value: Json) => { readonly value: Json } | { readonly message: string };
}

/** Read-only, worked out from the row and the world. */
export interface ComputedField extends Common {
  readonly kind: 'computed';
  readonly get: (row: Row, reader: Reader) => Json;
  /** What nested representations show: nothing, a zero (counts that NetBox does not compute there), or the same. */
  readonly nested?: 'absent' | 'zero' | 'same';
  /** First minor version in which clients may send it although it is not stored as such. */
  readonly acceptedFrom?: Minor;
  /** Whether change log entries carry it. */
  readonly logged?: boolean;
}

/** Something NetBox models and the simulator does not: always the same value. Writes to it are ignored. */
export interface FixedField extends Common {
  readonly kind: 'fixed';
  readonly value: Json;
  /** Value in change log entries; absent when NetBox leaves it out. */
  readonly logged?: Json;
}

export interface MarkerField extends Common {
  readonly kind: 'tags' | 'customFields' | 'created' | 'lastUpdated';
}

export type WritableField =
  | TextField
  | IntegerField
  | DecimalField
  | BooleanField
  | ChoiceField
  | ReferenceField
  | ReferencesField
  | ContentTypeField
  | ContentTypesField
  | JsonField
  | DateTimeField
  | NotatedField;

export type Field = WritableField | ComputedField | FixedField | MarkerField;

/** True for fields whose value is kept in the row and may be sent by a client. */
export function isWritable(field: Field): field is WritableField {
  switch (field.kind) {
    case 'computed':
    case 'fixed':
    case 'tags':
    case 'customFields':
    case 'created':
    case 'lastUpdated':
      return false;
    default:
      return true;
  }
}
