import fc from 'fast-check';
import { giveNames, isNameOf, maxNameLength, type NameRequest } from '../../../../domain/reflection/names';

/** A guest that NetBox shows under the name that it was given. */
const known = (vmid: number, source: string, given: string, now = source): NameRequest<number> => ({
  key: vmid,
  vmid,
  source: now,
  before: { source, given, shown: given },
});
const fresh = (vmid: number, source: string): NameRequest<number> => ({ key: vmid, vmid, source });

const namesOf = (requests: NameRequest<number>[], taken: string[] = []): Record<number, string> =>
  Object.fromEntries([...giveNames(requests, taken)].map(([key, { name }]) => [key, name]));

test('equal names get the smallest free number, in the order of VMIDs, whatever their case', () => {
  expect(namesOf([fresh(102, 'web'), fresh(100, 'web'), fresh(101, 'WEB')])).toEqual({
    100: 'web',
    101: 'WEB (2)',
    102: 'web (3)',
  });
});

test('a name of a VM that is no guest of ours is not given', () => {
  expect(namesOf([fresh(100, 'web')], ['Web', 'web (2)'])).toEqual({ 100: 'web (3)' });
});

test('a name once given stays when a guest with a lower VMID comes, and when the guest that had the bare name goes', () => {
  expect(namesOf([known(200, 'web', 'web'), known(201, 'web', 'web (2)'), fresh(100, 'web')])).toEqual({
    100: 'web (3)',
    200: 'web',
    201: 'web (2)',
  });
  expect(namesOf([known(201, 'web', 'web (2)')])).toEqual({ 201: 'web (2)' });
});

test('a guest takes a name that another one gives up in the same run, along a whole chain', () => {
  const chain = [known(1, 'a', 'a', 'b'), known(2, 'b', 'b', 'c'), known(3, 'c', 'c', 'd')];
  expect([...giveNames(chain, [])].map(([key, { name }]) => [key, name])).toEqual([
    [3, 'd'],
    [2, 'c'],
    [1, 'b'],
  ]);
});

test('guests that swap their names both get one', () => {
  expect(namesOf([known(1, 'a', 'a', 'b'), known(2, 'b', 'b', 'a')])).toEqual({ 1: 'b (2)', 2: 'a' });
});

test('a VM that NetBox has lost gets its name back, unless somebody took it', () => {
  const lost: NameRequest<number> = {
    key: 1,
    vmid: 1,
    source: 'web',
    before: { source: 'web', given: 'web (2)', shown: undefined },
  };
  expect(namesOf([lost])).toEqual({ 1: 'web (2)' });
  expect(namesOf([lost], ['web', 'WEB (2)'])).toEqual({ 1: 'web (3)' });
});

test('what a person called it in NetBox is nobody else’s name', () => {
  const renamed: NameRequest<number> = { key: 1, vmid: 1, source: 'web', before: { source: 'web', given: 'web', shown: 'db' } };
  expect(namesOf([renamed, fresh(2, 'db')])).toEqual({ 1: 'web', 2: 'db (2)' });
});

test('long names are cut so that the number fits', () => {
  const long = 'x'.repeat(80);
  const names = namesOf([fresh(1, long), fresh(2, long)]);
  expect(names).toEqual({ 1: 'x'.repeat(64), 2: `${'x'.repeat(60)} (2)` });
});

test('a name with a number is one of the guest’s own', () => {
  expect(isNameOf('web', 'WEB (12)')).toBe(true);
  expect(isNameOf('web', 'web (2) old')).toBe(false);
  expect(isNameOf('web', 'Shop front')).toBe(false);
  expect(isNameOf('x'.repeat(80), `${'x'.repeat(60)} (2)`)).toBe(true);
});

// Properties ----------------------------------------------------------------------------------------------------------------

const source = fc.constantFrom('web', 'Web', 'web (2)', 'db', 'y'.repeat(70), `${'y'.repeat(60)} (2)`);
const sources = fc.uniqueArray(fc.tuple(fc.integer({ min: 100, max: 130 }), source), {
  maxLength: 8,
  selector: ([vmid]) => vmid,
});
const taken = fc.uniqueArray(
  source.map(name => name.slice(0, maxNameLength)),
  { maxLength: 3, selector: name => name.toLowerCase() },
);

/** Two runs: the second with the names that the first gave, some guests renamed and some new. */
const twoRuns = fc.tuple(sources, sources, taken).map(([first, second, others]) => {
  const given = giveNames(
    first.map(([vmid, name]) => fresh(vmid, name)),
    others,
  );
  const before = new Map(first);
  const requests = second.map(([vmid, name]): NameRequest<number> => {
    const old = before.get(vmid);
    return old === undefined ? fresh(vmid, name) : known(vmid, old, given.get(vmid)!.name, name);
  });
  const gone = first.filter(([vmid]) => !second.some(([other]) => other === vmid)).map(([vmid]) => given.get(vmid)!.name);
  return { requests, taken: [...others, ...gone] };
});

test('names are unique whatever their case, fit into NetBox, and belong to nobody else', () => {
  fc.assert(
    fc.property(twoRuns, ({ requests, taken: others }) => {
      const names = [...giveNames(requests, others).values()].map(({ name }) => name);
      const folded = [...names, ...others].map(name => name.toLowerCase());
      expect(new Set(folded).size).toBe(folded.length);
      expect(names.filter(name => name.length > maxNameLength)).toEqual([]);
      expect(names).toHaveLength(requests.length);
    }),
  );
});

test('a guest whose own name stays keeps the name that it was given', () => {
  fc.assert(
    fc.property(twoRuns, ({ requests, taken: others }) => {
      const names = giveNames(requests, others);
      for (const { key, source: name, before } of requests)
        if (before?.source === name) expect(names.get(key)!.name).toBe(before.given);
    }),
  );
});

test('written one after the other, every name is free when it is given', () => {
  fc.assert(
    fc.property(twoRuns, ({ requests, taken: others }) => {
      const shown = new Map(requests.flatMap(({ key, before }) => (before ? [[key, before.given.toLowerCase()] as const] : [])));
      for (const [key, { name }] of giveNames(requests, others)) {
        shown.delete(key);
        expect([...shown.values(), ...others.map(other => other.toLowerCase())]).not.toContain(name.toLowerCase());
        shown.set(key, name.toLowerCase());
      }
    }),
  );
});

test('the order of the requests does not matter', () => {
  fc.assert(
    fc.property(twoRuns, ({ requests, taken: others }) => {
      expect(Object.fromEntries(giveNames([...requests].reverse(), others))).toEqual(
        Object.fromEntries(giveNames(requests, others)),
      );
    }),
  );
});
