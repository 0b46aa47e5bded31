import { decideField, type Decision, type FieldRule } from './decide';
import type { Finding } from './findings';
import { nothingHeld, type HeldFields } from './held';
import type { Desired, Kind } from './kind';
import { noteKept } from './plan-findings';
import type { ReflectionPolicy } from './policy';
import { sameValue, type Values } from './values';

export interface Compared {
  /** What NetBox shows in the fields that change. */
  before: Values;
  after: Values;
  /** The reflected values once the change is done. */
  reflect: Values;
  /** True when `reflect` differs from what was known. */
  learned: boolean;
  findings: Finding[];
  /** True when something is left as it is because a change of it is open. */
  held: boolean;
}

/** Field by field, what becomes of an object that NetBox has. `known` are its reflected values. */
export function compareObject(
  kind: Kind,
  object: Desired,
  current: Values,
  known: Values,
  policy: ReflectionPolicy,
  held: HeldFields = nothingHeld,
): Compared {
  const result: Compared = { before: {}, after: {}, reflect: {}, learned: false, findings: [], held: false };
  for (const [field, desired] of Object.entries(object.values)) {
    const sides = { desired, current: current[field], reflected: known[field] };
    let decision: Decision = decideField(ruleOf(kind, field), sides, policy);
    if (held.holds(object.guest, kind.name, field) && (decision.kind === 'write' || decision.kind === 'drift')) {
      decision = { kind: 'drift' };
      result.held = true;
    }
    if (decision.kind === 'write') {
      result.before[field] = current[field] ?? null;
      result.after[field] = decision.value;
    }
    if (decision.kind === 'write' || decision.kind === 'equal') result.reflect[field] = desired;
    else if (known[field] !== undefined) result.reflect[field] = known[field];
    result.findings.push(...noteKept(kind, object, field, decision, sides));
  }
  result.learned = !sameValues(result.reflect, known);
  return result;
}

const ruleOf = (kind: Kind, field: string): FieldRule => (field.startsWith('cf.') ? kind.rules['cf'] : kind.rules[field]) ?? {};

function sameValues(a: Values, b: Values): boolean {
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].every(field => sameValue(a[field], b[field]));
}
