import { type Json, type JsonObject, sameJson } from '../json';

/** Attributes of `data` that are not as they were; nothing when either state is missing. */
export function differing(original: JsonObject | null, data: JsonObject | null): string[] {
  if (original === null || data === null) return [];
  return Object.keys(data).filter(name => name in original && !sameJson(data[name], original[name]));
}

/** The three states of an object that a branch touched: when it first did, in the branch, in main now. Null: there is none. */
export interface ThreeStates {
  readonly action: string;
  readonly original: JsonObject | null;
  readonly modified: JsonObject | null;
  readonly current: JsonObject | null;
}

/**
 * Attributes that branch and main changed differently (netbox-branching 1.2.2, `_update_conflicts`). An attribute is compared
 * whole: `custom_fields` and `tags` are one attribute each. Null when there are none, and for new objects.
 */
export function conflictsOf({ action, original, modified, current }: ThreeStates): Json {
  if (original === null || (action === 'delete' && current === null)) return null;
  const names = Object.keys(original).filter(name => {
    const inBranch = modified?.[name] ?? null;
    const inMain = current?.[name] ?? null;
    const before = original[name] ?? null;
    if (action === 'delete') return !sameJson(before, inMain);
    if (sameJson(before, inBranch)) return false;
    return current === null || (!sameJson(before, inMain) && !sameJson(inBranch, inMain));
  });
  return names.length > 0 ? names : null;
}
