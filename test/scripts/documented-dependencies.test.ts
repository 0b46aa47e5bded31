import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
const named = ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap(group => Object.keys(manifest[group] ?? {}));

const rows = [...readFileSync(join(root, 'docs/dependencies.md'), 'utf8').matchAll(/^\| (`[^|]+) \| ([^|]+) \|$/gm)].map(
  ([, packages = '', reason = '']) => ({ packages: [...packages.matchAll(/`([^`]+)`/g)].map(([, name]) => name), reason }),
);

it('gives a reason for every package that the project names, once, and for no other', () => {
  expect(rows.flatMap(({ packages }) => packages).sort()).toEqual(named.sort());
  expect(rows.filter(({ reason }) => reason.trim() === '')).toEqual([]);
});
