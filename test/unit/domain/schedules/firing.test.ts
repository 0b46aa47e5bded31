import { rightsOf } from '../../../../domain/people/rights';
import { covers, decideFiring, type FiringFacts } from '../../../../domain/schedules/firing';

const [lab, edge] = [
  { id: 'lab-id', name: 'lab' },
  { id: 'edge-id', name: 'edge' },
];
const may = (endpointId: string | null) => rightsOf([{ permissions: ['view', 'run_sync'], endpointId }]);
const facts = (changed: Partial<FiringFacts> = {}): FiringFacts => ({
  schedule: { endpoints: [lab.id], kinds: null, dryRun: false },
  owner: { username: 'ann', enabled: true },
  rights: may(null),
  endpoints: [lab, edge],
  open: [],
  ...changed,
});
const of = (schedule: Partial<FiringFacts['schedule']>): FiringFacts['schedule'] => ({ ...facts().schedule, ...schedule });

test.each<[string, Partial<FiringFacts>, object]>([
  ['all that it names', {}, { result: 'started', scope: { endpoints: [lab.id] }, message: null }],
  [
    'everything',
    { schedule: of({ endpoints: null, dryRun: true, kinds: ['tag'] }) },
    { result: 'started', scope: { dryRun: true, kinds: ['tag'] } },
  ],
  ['one endpoint as somebody who may that one', { rights: may(lab.id) }, { result: 'started' }],
  [
    'what is left of its endpoints',
    { schedule: of({ endpoints: [lab.id, 'gone'] }) },
    { result: 'started', scope: { endpoints: [lab.id] }, message: 'Without 1 of its endpoints, deleted since.' },
  ],
])('starts %s', (_name, changed, decision) => {
  expect(decideFiring(facts(changed))).toMatchObject(decision);
});

test.each<[string, Partial<FiringFacts>, RegExp]>([
  ['its owner is gone', { owner: undefined }, /was deleted/],
  ['its owner is disabled', { owner: { username: 'ann', enabled: false } }, /ann.*is disabled/],
  [
    'its owner lost the right on one of its endpoints',
    { schedule: of({ endpoints: [lab.id, edge.id] }), rights: may(lab.id) },
    /ann.*lacks.*run_sync on every/,
  ],
  [
    'its owner may not everything that it covers',
    { schedule: of({ endpoints: null }), rights: may(lab.id) },
    /on the whole installation/,
  ],
  ['nothing is left of its endpoints', { schedule: of({ endpoints: ['gone'] }) }, /Every endpoint/],
])('is refused when %s', (_name, changed, why) => {
  expect(decideFiring(facts(changed))).toMatchObject({ result: 'refused', message: expect.stringMatching(why) });
});

test('is skipped while a sync that covers it runs, and names that one', () => {
  const open = [
    { id: 'other', scope: { endpoints: [edge.id] } },
    { id: 'same', scope: {} },
  ];
  expect(decideFiring(facts({ open }))).toEqual({ result: 'skipped', message: expect.stringContaining('run same') });
});

test.each([
  [{}, {}, true],
  [{}, { endpoints: ['a'], kinds: ['tag' as const] }, true],
  [{ endpoints: ['a', 'b'] }, { endpoints: ['a'] }, true],
  [{ endpoints: ['a'] }, {}, false],
  [{ endpoints: ['a'] }, { endpoints: ['a', 'b'] }, false],
  [{ kinds: ['tag' as const] }, {}, false],
  [{ dryRun: true }, {}, false],
  [{}, { dryRun: true }, true],
  [{ relink: true }, {}, false],
])('a run of %j makes one of %j needless: %s', (running, wanted, needless) => {
  expect(covers(running, wanted)).toBe(needless);
});
