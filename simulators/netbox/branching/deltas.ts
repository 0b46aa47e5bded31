import { isObject, type Json, type JsonObject, sameJson } from '../json';

/** Stands for a key that a nested object no longer has. */
const GONE = Symbol('gone');

type Change = Json | typeof GONE | Delta;

/** What turns one state of an object into another: whole values, and for objects in objects only their changed keys. */
export class Delta {
  constructor(private readonly changes: ReadonlyMap<string, Change>) {}

  /** The difference of two states; keys that the second lacks become null at the top and go below it. */
  static between(before: JsonObject, after: JsonObject, isTop = true): Delta {
    const changes = new Map<string, Change>();
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [old, next] = [before[key], after[key]];
      if (key in before && key in after && sameJson(old, next)) continue;
      if (isObject(old) && isObject(next)) changes.set(key, Delta.between(old, next, false));
      else changes.set(key, next ?? (isTop ? null : key in after ? null : GONE));
    }
    return new Delta(changes);
  }

  /** A state with the difference applied: keys that it does not mention stay as they are. */
  applyTo(state: JsonObject): JsonObject {
    const result: JsonObject = { ...state };
    for (const [key, change] of this.changes) {
      const current = result[key];
      if (change === GONE) delete result[key];
      else if (change instanceof Delta) result[key] = change.applyTo(isObject(current) ? current : {});
      else result[key] = change;
    }
    return result;
  }
}
