import type { ObjectType } from '../model/object-type';
import type { Row } from '../store/row';
import type { World } from '../store/world';
import type { CustomFieldDefinitions } from './custom-field-definitions';

/** What a filter may look at. */
export interface FilterScope {
  readonly world: World;
  readonly type: ObjectType;
  readonly definitions: CustomFieldDefinitions;
}

/** A condition on rows; `ids` gives a superset of what passes when an index knows it. */
export interface Condition {
  readonly test: (row: Row) => boolean;
  readonly ids?: ReadonlySet<number>;
}

/** Ends a list request with 400 and this message under the parameter's name. */
export class FilterProblem extends Error {}

/**
 * One query parameter. `lookup` is what follows the double underscore (`ic`, `gte`, …; empty without one). Undefined
 * means that NetBox knows no such parameter and ignores it.
 */
export type Filter = (values: readonly string[], lookup: string, scope: FilterScope) => Condition | undefined;

export type FilterDefinitions = Readonly<Record<string, Filter>>;

/** Refuses a value that names no existing object or choice. */
export function noSuchChoice(value: string): FilterProblem {
  return new FilterProblem(`Select a valid choice. ${value} is not one of the available choices.`);
}

/** The union of several index entries. */
export function unionOf(sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  const [first] = sets;
  if (sets.length === 1 && first) return first;
  const all = new Set<number>();
  for (const set of sets) for (const id of set) all.add(id);
  return all;
}
