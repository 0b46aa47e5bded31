import type { OverwriteFlag, ReflectionPolicy } from './policy';
import { isEmpty, isRef, sameValue, type Ref, type Scalar, type Value } from './values';

/** How one owned field of a kind is kept. */
export interface FieldRule {
  /** False in the policy: a value that NetBox has is kept, an empty one is filled. */
  flag?: OverwriteFlag;
  /** A list that others add to: only our own items are added and removed. */
  set?: boolean;
  /** True where such a list only grows: what we once added stays. */
  additive?: (policy: ReflectionPolicy) => boolean;
  /** `keep`: a value that a person changed in NetBox stays, even where no flag protects it. Also when nothing is known yet. */
  edited?: 'overwrite' | 'keep';
  /** Given at creation only. */
  createOnly?: boolean;
  /** A current value that is not ours to change, e.g. a status that only a person sets. */
  protects?: (current: Value | undefined, policy: ReflectionPolicy) => boolean;
}

export type Decision =
  | { kind: 'equal' }
  | { kind: 'write'; value: Value }
  | { kind: 'keep'; because: 'flag' | 'edited' | 'protected' | 'create-only' }
  | { kind: 'drift' };

export interface Sides {
  desired: Value;
  current: Value | undefined;
  /** What reflection last wrote or saw equal; undefined when it never did. */
  reflected: Value | undefined;
}

/**
 * The one place where a field of an existing NetBox object is decided, for every kind: three sides, the flag, the policy.
 */
export function decideField(rule: FieldRule, sides: Sides, policy: ReflectionPolicy): Decision {
  if (rule.createOnly) return { kind: 'keep', because: 'create-only' };
  const target = targetOf(rule, sides, policy);
  if (sameValue(target, sides.current)) return { kind: 'equal' };
  if (rule.protects?.(sides.current, policy)) return { kind: 'keep', because: 'protected' };
  if (rule.flag && !policy.flags[rule.flag] && !isEmpty(sides.current)) return { kind: 'keep', because: 'flag' };
  const edited = sides.reflected !== undefined && !sameValue(sides.current, sides.reflected);
  if (edited && policy.allowWrites && !rule.set) return { kind: 'drift' };
  if (rule.edited === 'keep' && !isEmpty(sides.current) && (edited || sides.reflected === undefined)) {
    return { kind: 'keep', because: 'edited' };
  }
  return { kind: 'write', value: target };
}

type Item = Scalar | Ref;

/** For sets: what is there, without what we once added and no longer want, with what we want. */
function targetOf(rule: FieldRule, { desired, current, reflected }: Sides, policy: ReflectionPolicy): Value {
  if (!rule.set || !Array.isArray(desired)) return desired;
  const wanted = new Set(desired.map(itemKey));
  const ours = rule.additive?.(policy) ? [] : asItems(reflected).map(itemKey);
  const dropped = new Set(ours.filter(key => !wanted.has(key)));
  const kept = asItems(current).filter(item => !dropped.has(itemKey(item)));
  const present = new Set(kept.map(itemKey));
  return [...kept, ...desired.filter(item => !present.has(itemKey(item)))];
}

const asItems = (value: Value | undefined): Item[] => (Array.isArray(value) ? value : []);
const itemKey = (item: Item): string => (isRef(item) ? `${item.ref}:${item.key}` : String(item));
