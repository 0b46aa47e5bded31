import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { customFields, supportObjects } from '../../domain/reflection/bootstrap';
import { kindsInOrder } from '../../domain/reflection/kinds';

const text = readFileSync(join(__dirname, '../../docs/mapping.md'), 'utf8');
const sections = new Map(text.split(/^## /m).map(section => [section.split('\n', 1)[0] ?? '', section]));

/** Fields of a section's table, each with the flag of its row. */
function fieldsIn(section: string): Record<string, string | undefined> {
  const rows = [...section.matchAll(/^\| (`[a-z_`, 46]+`) \| .*$/gm)];
  return Object.fromEntries(
    rows.flatMap(([row, names = '']) =>
      names.split(', ').map(name => [name.replaceAll('`', ''), /\| `(overwrite_\w+)` \|/.exec(row)?.[1]]),
    ),
  );
}

it.each(kindsInOrder)('names the fields of $name and the flags that guard them', ({ name, rules }) => {
  const owned = Object.fromEntries(Object.entries(rules).map(([field, { flag }]) => [field, flag]));
  expect(fieldsIn(sections.get(name) ?? '')).toEqual(owned);
});

it('names every custom field and every supporting object', () => {
  const objects = supportObjects({ vmTypes: true, interfaceMacWritable: true }).map(({ slug }) => slug);
  const missing = [...customFields.map(({ name }) => name), ...objects].filter(name => !text.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});
