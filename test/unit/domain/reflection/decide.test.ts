import fc from 'fast-check';
import { decideField, type FieldRule, type Sides } from '../../../../domain/reflection/decide';
import { defaultPolicy, type ReflectionPolicy } from '../../../../domain/reflection/policy';
import { ref, sameValue, type Scalar, type Value } from '../../../../domain/reflection/values';

const flag = 'overwrite_vm_description';

const policyWith = (fields: { flag?: boolean; allowWrites?: boolean }): ReflectionPolicy => ({
  ...defaultPolicy,
  flags: { ...defaultPolicy.flags, [flag]: fields.flag ?? true },
  allowWrites: fields.allowWrites ?? false,
});

/** Proxmox wants `new`; NetBox shows `current`; reflection once wrote `reflected`. */
const decide = (rule: FieldRule, current: Value, reflected: Value | undefined, policy: Parameters<typeof policyWith>[0] = {}) => {
  const decision = decideField(rule, { desired: 'new', current, reflected }, policyWith(policy));
  return 'because' in decision ? `${decision.kind} (${decision.because})` : decision.kind;
};

describe('a single value', () => {
  const guarded: FieldRule = { flag };
  const keptEdits: FieldRule = { edited: 'keep' };

  test.each<[string, FieldRule, Value, Value | undefined, Parameters<typeof policyWith>[0], string]>([
    // what                                   rule       current  reflected  policy                            decision
    ['both sides are equal', guarded, 'new', 'old', {}, 'equal'],
    ['equal, though the flag is off', guarded, 'new', undefined, { flag: false }, 'equal'],
    ['Proxmox changed', {}, 'old', 'old', {}, 'write'],
    ['a person changed it', {}, 'mine', 'old', {}, 'write'],
    ['a person changed it, writes allowed', {}, 'mine', 'old', { allowWrites: true }, 'drift'],
    ['Proxmox changed, writes allowed', {}, 'old', 'old', { allowWrites: true }, 'write'],
    ['nothing known yet, writes allowed', {}, 'mine', undefined, { allowWrites: true }, 'write'],
    ['flag off', guarded, 'old', 'old', { flag: false }, 'keep (flag)'],
    ['flag off, nothing known yet', guarded, 'mine', undefined, { flag: false }, 'keep (flag)'],
    ['flag off, empty', guarded, '', 'old', { flag: false }, 'write'],
    ['flag off, null', guarded, null, undefined, { flag: false }, 'write'],
    ['flag off, edited, writes allowed', guarded, 'mine', 'old', { flag: false, allowWrites: true }, 'keep (flag)'],
    ['edits are kept, Proxmox changed', keptEdits, 'old', 'old', {}, 'write'],
    ['edits are kept, a person changed it', keptEdits, 'mine', 'old', {}, 'keep (edited)'],
    ['edits are kept, nothing known yet', keptEdits, 'mine', undefined, {}, 'keep (edited)'],
    ['edits are kept, emptied by a person', keptEdits, '', 'old', {}, 'write'],
    ['edits are kept, emptied, writes allowed', keptEdits, '', 'old', { allowWrites: true }, 'drift'],
    ['given at creation only', { createOnly: true }, 'old', 'old', {}, 'keep (create-only)'],
    ['not ours to change', { protects: current => current === 'staged' }, 'staged', 'old', {}, 'keep (protected)'],
    ['protected, but equal', { protects: () => true }, 'new', 'old', {}, 'equal'],
  ])('%s', (_, rule, current, reflected, policy, expected) => {
    expect(decide(rule, current, reflected, policy)).toBe(expected);
  });
});

describe('a list that others add to', () => {
  const rule: FieldRule = { set: true, flag };
  const target = (current: Value, desired: Value, reflected: Value | undefined, policy = policyWith({})): unknown => {
    const decision = decideField(rule, { desired, current, reflected }, policy);
    return decision.kind === 'write' ? decision.value : decision.kind;
  };

  test('gets what is wanted, loses what reflection once added, keeps the rest', () => {
    expect(target([1, 9], [1, 2], [1])).toEqual([1, 9, 2]);
    expect(target([1, 2, 9], [1], [1, 2])).toEqual([1, 9]);
    expect(target([9, 1], [1], undefined)).toBe('equal');
    expect(target([1, 9], [1, ref('tag', 'new')], [1])).toEqual([1, 9, ref('tag', 'new')]);
  });

  test('keeps what a person added and reflection wants, too, when Proxmox drops it later only if reflection added it', () => {
    expect(target([1, 2], [1], [1])).toBe('equal');
  });

  test('an edit of it is no drift, since it belongs to all', () => {
    expect(target([9], [1], [1], policyWith({ allowWrites: true }))).toEqual([9, 1]);
  });

  test('only grows where the rule says so', () => {
    const grows: FieldRule = { set: true, additive: () => true };
    expect(decideField(grows, { desired: [1], current: [1, 2], reflected: [1, 2] }, policyWith({})).kind).toBe('equal');
  });

  test('with its flag off, is filled when empty and left alone otherwise', () => {
    expect(target([], [1], undefined, policyWith({ flag: false }))).toEqual([1]);
    expect(target([9], [1], undefined, policyWith({ flag: false }))).toBe('keep');
  });
});

// Properties ----------------------------------------------------------------------------------------------------------------

const scalar = fc.constantFrom<Scalar[]>(null, '', 'a', 'b', 1, '1', true, false);
const list = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 });
const rules = fc.record<FieldRule>(
  {
    flag: fc.constant(flag),
    edited: fc.constantFrom('keep', 'overwrite'),
    createOnly: fc.boolean(),
    protects: fc.constantFrom(
      () => true,
      () => false,
    ),
    additive: fc.constantFrom(
      () => true,
      () => false,
    ),
  },
  { requiredKeys: [] },
);
const policies = fc.record({ flag: fc.boolean(), allowWrites: fc.boolean() }).map(policyWith);
const sidesOf = (value: fc.Arbitrary<Value>): fc.Arbitrary<Sides> =>
  fc.record({ desired: value, current: fc.option(value, { nil: undefined }), reflected: fc.option(value, { nil: undefined }) });
const cases = fc.oneof(
  fc.tuple(rules, sidesOf(scalar)),
  fc.tuple(
    rules.map((rule): FieldRule => ({ ...rule, set: true })),
    sidesOf(list),
  ),
);

test('what NetBox shows already is never written', () => {
  fc.assert(
    fc.property(cases, policies, ([rule, sides], policy) => {
      const decision = decideField(rule, { ...sides, current: sides.desired }, policy);
      expect(decision.kind === 'write' && sameValue(decision.value, sides.desired)).toBe(false);
    }),
  );
});

test('a write is decided once: with the value in NetBox and remembered, both sides are equal', () => {
  fc.assert(
    fc.property(cases, policies, ([rule, sides], policy) => {
      const first = decideField(rule, sides, policy);
      fc.pre(first.kind === 'write');
      const again = decideField(rule, { ...sides, current: first.value, reflected: sides.desired }, policy);
      expect(again).toEqual({ kind: 'equal' });
    }),
  );
});

test('with its flag off, no value that NetBox has is written', () => {
  fc.assert(
    fc.property(cases, sidesOf(scalar), ([rule], sides) => {
      fc.pre(!sameValue(sides.current, null));
      expect(decideField({ ...rule, flag }, sides, policyWith({ flag: false })).kind).not.toBe('write');
    }),
  );
});

test('nothing that a person added to a list is ever taken out', () => {
  fc.assert(
    fc.property(rules, list, list, list, policies, (rule, desired, current, reflected, policy) => {
      const decision = decideField({ ...rule, set: true }, { desired, current, reflected }, policy);
      const after = decision.kind === 'write' ? decision.value : current;
      const theirs = current.filter(item => !reflected.includes(item));
      expect(theirs.filter(item => !(after as number[]).includes(item))).toEqual([]);
    }),
  );
});
