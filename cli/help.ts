import { requireChoice } from './choice';
import type { Command, Group } from './command';
import { entries } from './commands';
import { globalOptions } from './global-options';
import type { OptionSpecs } from './options';
import { table } from './output/table';

/** The help page for the words after `proxbox`. @throws UsageError when there is no such command. */
export function helpFor(words: readonly string[]): string[] {
  const [first, second] = words;
  if (first === undefined || first === 'help') return overview();
  const entry = findNamed(entries, first, 'command', 'proxbox help');
  if (!('commands' in entry)) return commandHelp([], entry);
  if (second === undefined) return groupHelp(entry);
  return commandHelp([entry.name], findNamed(entry.commands, second, `command of ${entry.name}`, `proxbox help ${entry.name}`));
}

/** @throws UsageError with the nearest name. */
export function findNamed<T extends { name: string }>(items: readonly T[], name: string, what: string, help: string): T {
  const found = items.find(item => item.name === name);
  if (found !== undefined) return found;
  requireChoice(
    name,
    items.map(item => item.name),
    what,
    help,
  );
  throw new Error(`${name} is listed and not found.`);
}

function overview(): string[] {
  return [
    'Keeps NetBox and Proxmox VE in step: the command for people, cron and CI.',
    '',
    'Usage: proxbox COMMAND [ARGUMENTS] [FLAGS]',
    '',
    ...table(entries.flatMap(entry => rowsOf(entry))),
    ...table([
      ['  help [COMMAND]', 'Show help of a command.'],
      ['  --version', 'Show the version.'],
    ]),
    '',
    'Flags of every command:',
    ...flagTable(globalOptions),
    '',
    'Exit codes: 0 ok, 1 error, 2 usage or configuration, 3 plan has changes, 4 awaiting confirmation, 5 cancelled or rejected,',
    '            6 partial, 7 something does not answer, 130 detached with Ctrl-C.',
  ];
}

const rowsOf = (entry: Command | Group): string[][] =>
  'commands' in entry
    ? entry.commands.map(each => [`  ${usageOf([entry.name], each)}`, each.summary])
    : [[`  ${usageOf([], entry)}`, entry.summary]];

const groupHelp = (group: Group): string[] => [
  group.summary,
  '',
  ...table(rowsOf(group)),
  '',
  `More: proxbox help ${group.name} COMMAND`,
];

function commandHelp(before: readonly string[], found: Command): string[] {
  const own = Object.keys(found.options).length > 0 ? ['', 'Flags:', ...flagTable(found.options)] : [];
  return [
    found.summary,
    ...(found.details === undefined ? [] : [found.details]),
    '',
    `Usage: proxbox ${usageOf(before, found)} [FLAGS]`,
    ...own,
    '',
    'Flags of every command:',
    ...flagTable(globalOptions),
  ];
}

const usageOf = (before: readonly string[], { name, arguments: wanted }: Command): string =>
  [...before, name, ...wanted].join(' ');

const flagTable = (options: OptionSpecs): string[] =>
  table(
    Object.entries(options).map(([name, { short, value, help }]) => [
      `  ${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
      help,
    ]),
  );
