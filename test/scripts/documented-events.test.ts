import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runEventNames, runSteps } from '../../domain/run-events';

const text = readFileSync(join(__dirname, '../../docs/reference/events.md'), 'utf8');

it('names every event of a run, and no other', () => {
  const documented = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(documented).toEqual([...runEventNames]);
});

it('names every step', () => {
  expect(runSteps.filter(step => !text.includes(`\`${step}\``))).toEqual([]);
});
