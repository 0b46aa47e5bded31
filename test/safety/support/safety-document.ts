import type { Case } from '../cases';
import type { Invariant, Proof } from '../invariants';
import type { TakenOut } from '../taken-out/guard';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const row = (...cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const inFile = ({ file, test }: Proof): string => `${test} (\`${file}\`)`;
const list = (proofs: readonly Proof[]): string => proofs.map(inFile).join('<br>');

const seenRed = (guards: readonly TakenOut[]): string =>
  [
    row('guard', 'what was taken out', 'the test that turned red'),
    '|---|---|---|',
    ...guards.map(({ guard, what, red }) => row(`\`${guard}\``, what, inFile(red))),
  ].join('\n');

/** The text of `docs/safety.md`. */
export const safetyDocument = (
  invariants: readonly Invariant[],
  cases: readonly Case[],
  takenOut: Readonly<Record<'destroys' | 'changes', readonly TakenOut[]>>,
): string =>
  `# What can never happen

A guest that was destroyed is gone. So what must never happen on the way there is written down, one sentence each, with what keeps it from happening and the tests that show it; a test fails when one of these has no test, or names one that there is not. How deletions are asked for and decided: [deletion requests](deletion.md).

This file is made from \`test/safety\`; write it anew with \`node -r ./test/support/typescript-hook.js test/safety/support/write-document.ts\`. Tests are named with their file below \`test/\`, \`%s\` and \`$is\` stand for each row of a table of tests.

## Invariants

${[
  row('', 'what can never happen', 'what guards it', 'the tests that show it'),
  '|---|---|---|---|',
  ...invariants.map(({ id, never, guards, proofs }) =>
    row(id, never, guards.map(guard => `\`${guard}\``).join('<br>'), list(proofs)),
  ),
].join('\n')}

What reflection may overwrite (I19, I20) is held by the tests of [the mapping](mapping.md); a way around the four eyes in an emergency (I24) does not exist.

## Any sequence

What three people and the world may do comes in any order: ask, join, have NetBox merge a branch that deletes the guest, as a user who is linked with one of them and unlinked right after, or with nobody; adopt such a request, approve, reject, cancel, get a code and send it late, twice or too late, make one up; lose and get rights, be disabled; the master switch, the endpoint's writes, a freeze; start, stop, move, snapshot, recreate, change or delete the guest, take its tag off; let the deadline pass; terminate the workflow, take it back to one of its tasks, start the destroying one by hand. 500 random sequences of up to eight such steps run on the whole product, with a real Temporal server, its workflows and its API, and are compared, after each step, with a model of some two hundred lines that knows nothing of the product: whether it was taken, in which state and round the request is, whether the guest is there, and has our tag. A sequence that fails is tried with fewer and fewer steps, and printed with its seed.

## Whoever has Temporal alone

Whoever has nothing but Temporal's Web UI or command line sees every request, and gets past nothing: workflows that are started by hand read the rows and do what these permit; updates and signals take only a code that the API gave to a person, once, for ten minutes; an answer of an activity that somebody makes up moves a workflow, and no row. The tests are in \`safety/temporal-alone\`. A worker of one's own with this product's credentials is not meant by this: whoever has those has Proxmox.

## Cases

${[
  row('when', 'then', 'the tests that show it'),
  '|---|---|---|',
  ...cases.map(({ when, outcome, proofs }) => row(when, outcome, list(proofs))),
].join('\n')}

## Seen red

Each of these guards was taken out by hand, one at a time, and the test named beside it turned red. \`test/safety/taken-out\` has the text that was taken out.

### On the way to a destroy

${seenRed(takenOut.destroys)}

### Of what is made and changed

${seenRed(takenOut.changes)}
`;
