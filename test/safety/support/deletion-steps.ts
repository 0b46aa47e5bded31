import fc from 'fast-check';
import { people, type Step } from './deletion-model';

const person = fc.constantFrom(...people);
const verdict = fc.constantFrom('approve' as const, 'reject' as const, 'cancel' as const);
const as = fc.constantFrom('update' as const, 'signal' as const);
const right = fc.constantFrom('ask' as const, 'decide' as const);
const oneOf = <D extends Step['do']>(...names: D[]) => fc.constantFrom(...names);

/** Decisions come more often than accidents, so that short sequences get far. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), by: person }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('approve' as const), by: person }) },
  { weight: 3, arbitrary: fc.record({ do: oneOf('reject', 'cancel'), by: person }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('get-code' as const), by: person, verdict }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send-code' as const), which: fc.nat(5), as }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forge' as const), verdict, as }) },
  { weight: 1, arbitrary: fc.record({ do: oneOf('outlast-codes', 'destroy-by-hand', 'look') }) },
  { weight: 4, arbitrary: fc.record({ do: oneOf('revoke', 'grant'), of: person, right }) },
  { weight: 2, arbitrary: fc.record({ do: oneOf('disable', 'enable'), of: person }) },
  { weight: 4, arbitrary: fc.record({ do: oneOf('freeze', 'unfreeze', 'forbid-writes', 'allow-writes') }) },
  { weight: 4, arbitrary: fc.record({ do: oneOf('start', 'stop', 'stop') }) },
  { weight: 5, arbitrary: fc.record({ do: oneOf('move', 'snapshot', 'recreate', 'vanish', 'untag', 'tag') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('configure' as const), memory: fc.constantFrom(1024, 2048) }) },
  { weight: 3, arbitrary: fc.record({ do: oneOf('expire', 'terminate') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), which: fc.nat(9) }) },
);

const asking = person.map((by): Step => ({ do: 'ask', by }));
const merging = fc.constantFrom(...people, 'nobody' as const).map((by): Step => ({ do: 'merge', by }));

/** A request first, most of the time for a guest that runs: what is approved then waits, and more can happen to it. */
export const sequences = (mostSteps: number): fc.Arbitrary<Step[]> =>
  fc
    .tuple(
      fc.constantFrom<Step[]>([], [{ do: 'start' }], [{ do: 'start' }]),
      fc.oneof({ weight: 24, arbitrary: asking }, { weight: 1, arbitrary: merging }),
      fc.array(step, { minLength: 2, maxLength: mostSteps - 2 }),
    )
    .map(([before, first, rest]) => (first.do === 'merge' ? [first, ...before, ...rest] : [...before, first, ...rest]));
