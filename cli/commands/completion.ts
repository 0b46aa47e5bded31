import { requireChoice } from '../choice';
import { command, type Command, type Group } from '../command';
import { exitCodes } from '../exit-codes';
import { globalOptions } from '../global-options';
import type { OptionSpecs } from '../options';

const SHELLS = ['bash', 'zsh'];

/** @param entries everything there is to complete. */
export const completion = (entries: () => readonly (Command | Group)[]): Command =>
  command({
    name: 'completion',
    summary: 'Completions for a shell: source <(proxbox completion bash)',
    arguments: ['bash|zsh'],
    options: {},
    run({ terminal }, _values, [shell = '']) {
      requireChoice(shell, SHELLS, 'shell with completions');
      terminal.print(shell === 'zsh' ? ['autoload -U +X bashcompinit && bashcompinit', ...script(entries())] : script(entries()));
      return Promise.resolve(exitCodes.ok);
    },
  });

/** For bash, and for zsh with its `bashcompinit`. */
function script(entries: readonly (Command | Group)[]): string[] {
  const names = entries.map(({ name }) => name).join(' ');
  return [
    '_proxbox() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words="" word path=""',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == -* ]] || path="$path $word"; done',
    '  case "$previous" in',
    '    --config|--ca-file|--token-file|--secret-file|--write-secret-file) COMPREPLY=($(compgen -f -- "$current")); return ;;',
    ...choices(entries),
    '  esac',
    '  case "$path" in',
    ...entries.flatMap(casesOf),
    `    "") words="${names} ${flags({})}" ;;`,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -F _proxbox proxbox',
  ];
}

/** The longer path first: the first case that fits counts. */
function casesOf(entry: Command | Group): string[] {
  if (!('commands' in entry)) return [`    " ${entry.name}"*) words="${flags(entry.options)}" ;;`];
  return [
    ...entry.commands.map(({ name, options }) => `    " ${entry.name} ${name}"*) words="${flags(options)}" ;;`),
    `    " ${entry.name}"*) words="${entry.commands.map(({ name }) => name).join(' ')}" ;;`,
  ];
}

const flags = (options: OptionSpecs): string =>
  Object.keys({ ...options, ...globalOptions })
    .map(name => `--${name}`)
    .join(' ');

/** Flags with few possible values. One that has other values elsewhere offers all. */
function choices(entries: readonly (Command | Group)[]): string[] {
  const commands = entries.flatMap(entry => ('commands' in entry ? entry.commands : [entry]));
  const known = new Map<string, string[]>();
  for (const [flag, spec] of commands.flatMap(({ options }) => Object.entries(options))) {
    if (spec.choices !== undefined) known.set(flag, [...new Set([...(known.get(flag) ?? []), ...spec.choices])]);
  }
  return [...known].map(
    ([flag, values]) => `    --${flag}) COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$current")); return ;;`,
  );
}
