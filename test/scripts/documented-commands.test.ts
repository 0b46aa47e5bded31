import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entries } from '../../cli/commands';
import { findNamed } from '../../cli/help';

const root = join(__dirname, '../..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.md'))
    .map(file => join('docs', file)),
];

/** Lines of code blocks that run the command, as a shell splits them into words, without what comes after a pipe, a redirection or a `#`. */
const lines = pages.flatMap(page =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^ *(?:\$ |\w+=\S+ )?proxbox (?!.*:  )([^\n]+)$/gm)]
    .filter(([line]) => /^ *(\$|proxbox [a-z]+( |$))/.test(line))
    .map(([, text = '']) => [page, text] as const),
);

const wordsOf = (text: string): string[] =>
  [...(text.split(/ [|<>#&] ?| && /)[0] ?? '').matchAll(/(?:'([^']*)'|"([^"]*)"|([^\s'"]+))+/g)].map(([word]) =>
    word.replaceAll(/['"]/g, ''),
  );

function read(args: string[]): void {
  const [first = '', second = ''] = args;
  if (first === 'help' || first.startsWith('--')) return;
  const entry = findNamed(entries, first, 'command', 'proxbox help');
  if ('commands' in entry) findNamed(entry.commands, second, 'command', 'proxbox help').read(args.slice(2), `${first} ${second}`);
  else entry.read(args.slice(1), first);
}

it('finds the lines that it is about', () => expect(lines.length).toBeGreaterThan(40));

it.each(lines)('%s: proxbox %s is understood by the command', (_page, text) => {
  expect(() => read(wordsOf(text))).not.toThrow();
});
