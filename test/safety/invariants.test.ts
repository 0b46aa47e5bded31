import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cases } from './cases';
import { invariants, type Proof } from './invariants';
import { safetyDocument } from './support/safety-document';
import { ROOT, testNames } from './support/test-names';
import { takenOut } from './taken-out';

/** Those that a deletion is concerned with. */
const ids = [...Array.from({ length: 18 }, (_, index) => `I${index + 1}`), 'I21', 'I22', 'I23', 'I25'];

const names = new Map<string, string[]>();
function existing({ file, test }: Proof): boolean {
  const path = `test/${file}.test.ts`;
  if (!existsSync(join(ROOT, path))) return false;
  if (!names.has(path)) names.set(path, testNames(path));
  return names.get(path)?.includes(test) === true;
}
const missing = (proofs: readonly Proof[]): string[] =>
  proofs.filter(proof => !existing(proof)).map(({ file, test }) => `${file}: ${test}`);

test('every invariant is there, once', () => {
  expect(invariants.map(({ id }) => id)).toEqual(ids);
});

test.each(invariants)('$id is guarded by files that exist, and shown by tests that exist', ({ guards, proofs }) => {
  expect(proofs.length).toBeGreaterThan(0);
  expect(missing(proofs)).toEqual([]);
  expect(guards.map(guard => guard.split(':')[0] ?? '').filter(file => !existsSync(join(ROOT, file)))).toEqual([]);
});

test.each(cases)('when $when: there is a test', ({ proofs }) => {
  expect(proofs.length).toBeGreaterThan(0);
  expect(missing(proofs)).toEqual([]);
});

test('each guard that was taken out once is there, and so is the test that turned red', () => {
  const guards = [...takenOut.destroys, ...takenOut.changes];
  expect(guards.map(({ guard }) => guard.split(':')[0] ?? '').filter(file => !existsSync(join(ROOT, file)))).toEqual([]);
  expect(missing(guards.map(({ red }) => red))).toEqual([]);
});

test('a test that is skipped, or is none, shows nothing', () => {
  expect(missing([{ file: 'safety/invariants', test: 'no such test' }])).toHaveLength(1);
  expect(missing([{ file: 'safety/no-such-file', test: 'every invariant is there, once' }])).toHaveLength(1);
});

test('the document says what these say', () => {
  expect(readFileSync(join(ROOT, 'docs/safety.md'), 'utf8')).toBe(safetyDocument(invariants, cases, takenOut));
});
