import type { Change } from '../../../../domain/reflection/change';
import { holdFor, reviewMarks, type ReviewInput } from '../../../../domain/reflection/review';

const change = (guest: string | undefined, fields: Partial<Change> = {}): Change => ({
  kind: 'virtual-machine',
  key: guest ?? 'cluster',
  label: '',
  ...(guest !== undefined && { guest }),
  action: 'update',
  netboxId: 1,
  before: {},
  after: {},
  reflect: {},
  ...fields,
});

const changes = (count: number, fields: Partial<Change> = {}): Change[] =>
  Array.from({ length: count }, (_, index) => change(`qemu/${100 + index}`, fields));

const hold = (fields: Partial<ReviewInput>) =>
  holdFor({
    changes: [],
    guestCount: 100,
    firstRun: false,
    foreignVmCount: 0,
    relink: false,
    limitPercent: 20,
    otherTool: { installed: false, declaredOff: false },
    confirmed: undefined,
    ...fields,
  })?.reason ?? null;

describe('the first run', () => {
  test('writes at once into a NetBox without VMs of others, however much it is', () => {
    expect(hold({ firstRun: true, changes: changes(100, { action: 'create' }) })).toBeNull();
  });

  test('waits where NetBox holds VMs of others', () => {
    expect(hold({ firstRun: true, foreignVmCount: 1, changes: changes(1, { action: 'create' }) })).toBe('first-run-review');
  });

  test('waits for mere recognition of VMs, too', () => {
    expect(hold({ firstRun: true, foreignVmCount: 1, changes: changes(1, { action: 'link' }) })).toBe('first-run-review');
  });

  test('has nothing to wait for when no guest is touched', () => {
    expect(hold({ firstRun: true, foreignVmCount: 1, changes: [change(undefined)] })).toBeNull();
  });
});

describe('a later run', () => {
  test.each([
    ['a fifth of the guests', { changes: changes(20) }, null],
    ['more than a fifth', { changes: changes(21) }, 'change-limit'],
    ['many changes of few guests', { changes: [...changes(20), ...changes(20, { kind: 'interface' })] }, null],
    ['ten of twelve guests: too few for a share', { guestCount: 12, changes: changes(10) }, null],
    ['eleven of twelve', { guestCount: 12, changes: changes(11) }, 'change-limit'],
    ['everything, with a limit of 100 %', { limitPercent: 100, changes: changes(100) }, null],
    ['learned values of parts alone', { changes: changes(50, { kind: 'interface', action: 'link' }) }, null],
    ['objects of no guest', { changes: Array.from({ length: 50 }, () => change(undefined)) }, null],
  ] as [string, Partial<ReviewInput>, string | null][])('%s', (_, fields, expected) => {
    expect(hold(fields)).toBe(expected);
  });

  test('a relink waits whatever its size', () => {
    expect(hold({ relink: true, changes: changes(1, { action: 'link' }) })).toBe('first-run-review');
  });
});

describe('after a confirmation', () => {
  const confirmed = reviewMarks([...changes(30), change('qemu/500', { action: 'create' })]);

  test('what was read is written', () => {
    expect(hold({ changes: changes(30), confirmed })).toBeNull();
    expect(hold({ changes: changes(30), confirmed, relink: true, firstRun: true, foreignVmCount: 9 })).toBeNull();
  });

  test('what came since counts against the limit', () => {
    expect(hold({ changes: changes(50), confirmed })).toBeNull();
    expect(hold({ changes: changes(51), confirmed })).toBe('change-limit');
  });

  test('a guest that was to be changed and would now be created was not read', () => {
    expect(hold({ changes: changes(30, { action: 'create' }), confirmed, guestCount: 30 })).toBe('change-limit');
  });
});

test('the Proxbox plugin is no obstacle to looking, only to writing, and only until a person says that its jobs are off', () => {
  const otherTool = { installed: true, declaredOff: false };
  expect(hold({ otherTool, changes: changes(1) })).toBe('other-tool-active');
  expect(hold({ otherTool, changes: changes(1, { action: 'link' }) })).toBeNull();
  expect(hold({ otherTool: { installed: true, declaredOff: true }, changes: changes(1) })).toBeNull();
});
