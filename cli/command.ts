import { parseArgs } from 'node:util';
import type { Context } from './context';
import { UsageError } from './errors';
import type { ExitCode } from './exit-codes';
import { type GlobalValues, globalOptions } from './global-options';
import type { OptionSpecs, Values } from './options';

/** A command without the types of its own flags, as the register, the help and the completion see it. */
export interface Command {
  /** The verb, or the only word of a command that has none, such as `sync`. */
  name: string;
  summary: string;
  /** As help shows them: `RUN`, `[NAME]`. */
  arguments: readonly string[];
  options: OptionSpecs;
  /** More for its help page. */
  details?: string | undefined;
  read(args: string[], called: string): Reading;
}

/** A command line that was understood. */
export interface Reading {
  globals: GlobalValues;
  run(context: Context): Promise<ExitCode>;
}

export interface CommandSpec<O extends OptionSpecs> {
  name: string;
  summary: string;
  arguments?: readonly string[];
  options: O;
  details?: string;
  run(context: Context, values: Values<O>, positionals: string[]): Promise<ExitCode>;
}

/** Commands about one thing: `run list`, `run show`. */
export interface Group {
  name: string;
  summary: string;
  commands: readonly Command[];
}

export function command<O extends OptionSpecs>(spec: CommandSpec<O>): Command {
  const { name, summary, options, details } = spec;
  const wanted = spec.arguments ?? [];
  return {
    name,
    summary,
    arguments: wanted,
    options,
    details,
    read(args, called) {
      const { values, positionals } = parse(args, { ...globalOptions, ...options }, `proxbox help ${called}`);
      if (values.help !== true) requireArguments(positionals, wanted, called);
      return { globals: values, run: context => spec.run(context, values, positionals) };
    },
  };
}

function parse<O extends OptionSpecs>(args: string[], options: O, help: string): { values: Values<O>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    return { values: values as Values<O>, positionals };
  } catch (error) {
    throw new UsageError(firstSentence(error), help);
  }
}

/** Node's message goes on with advice about `--` that rarely fits. */
const firstSentence = (error: unknown): string => `${String(error instanceof Error ? error.message : error).split('. ')[0]}.`;

function requireArguments(given: string[], wanted: readonly string[], called: string): void {
  const help = `proxbox help ${called}`;
  const missing = wanted.slice(given.length).find(name => !name.startsWith('['));
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`, help);
  if (given.length > wanted.length) throw new UsageError(`Unexpected argument "${given[wanted.length]}".`, help);
}
