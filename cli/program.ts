import { parseArgs } from 'node:util';
import type { Command, Group } from './command';
import { entries } from './commands';
import { createApiClient } from './connection/client';
import { type Environment, filled, findConnection } from './connection/settings';
import type { Context } from './context';
import { CommandError, InterruptedError, UsageError } from './errors';
import { type ExitCode, exitCodes } from './exit-codes';
import { type GlobalValues, globalOptions } from './global-options';
import { findNamed, helpFor } from './help';
import { createAsking } from './output/ask';
import { createTerminal, type Terminal } from './output/terminal';
import { version } from './version';

/** What the program stands on. */
export interface Surroundings {
  args: string[];
  env: Environment;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Aborted by a signal, with its name as the reason. */
  interrupted: AbortSignal;
}

/** Understands the command line, does what it says, and tells every problem. */
export async function runProgram(surroundings: Surroundings): Promise<ExitCode> {
  const { args, interrupted } = surroundings;
  // Until the command line is understood.
  let terminal = terminalOf(surroundings, { json: args.includes('--json') });
  try {
    const { words, help } = glance(args);
    const [first] = words;
    if (first === undefined && args.includes('--version')) return print(terminal, [version]);
    if (first === 'help') return print(terminal, helpFor(words.slice(1)));
    if (help) return print(terminal, helpFor(words));

    const { found, called, rest } = findCommand(args);
    const { globals, run } = found.read(rest, called);
    terminal = terminalOf(surroundings, globals);
    return await run(contextOf(surroundings, globals, terminal));
  } catch (error) {
    const { problem } = commandErrorOf(error, interrupted);
    terminal.problem(problem);
    return problem.exitCode;
  }
}

function print(terminal: Terminal, lines: string[]): ExitCode {
  terminal.print(lines);
  return exitCodes.ok;
}

/** The words among the arguments, with their places. Flags of single commands are not known yet. */
function glance(args: string[]): { words: string[]; places: number[]; help: boolean } {
  const { tokens, values } = parseArgs({ args, options: globalOptions, strict: false, allowPositionals: true, tokens: true });
  const positionals = tokens.filter(token => token.kind === 'positional');
  return {
    words: positionals.map(({ value }) => value),
    places: positionals.map(({ index }) => index),
    help: values.help === true,
  };
}

interface Found {
  found: Command;
  /** The words that name it. */
  called: string;
  /** All other arguments. */
  rest: string[];
}

function findCommand(args: string[]): Found {
  const { words, places } = glance(args);
  const [first, second] = words;
  if (first === undefined) throw new UsageError('No command was given.', 'proxbox help');
  const entry: Command | Group = findNamed(entries, first, 'command', 'proxbox help');
  const without = (count: number): string[] => args.filter((_, index) => !places.slice(0, count).includes(index));
  if (!('commands' in entry)) return { found: entry, called: first, rest: without(1) };
  const help = `proxbox help ${entry.name}`;
  if (second === undefined)
    throw new UsageError(`What about ${entry.name}? ${entry.commands.map(({ name }) => name).join(', ')}.`, help);
  return {
    found: findNamed(entry.commands, second, `command of ${entry.name}`, help),
    called: `${first} ${second}`,
    rest: without(2),
  };
}

function terminalOf({ stdout, stderr, env }: Surroundings, globals: GlobalValues): Terminal {
  const { json = false, quiet = false } = globals;
  const smart = env['TERM'] !== 'dumb';
  const colors = smart && globals['no-color'] !== true && filled(env['NO_COLOR']) === undefined;
  return createTerminal({ stdout, stderr, json, quiet, colors, live: smart && stderr.isTTY });
}

function contextOf({ env, stdin, stderr, interrupted }: Surroundings, globals: GlobalValues, terminal: Terminal): Context {
  const asking = createAsking({ input: stdin, output: stderr, allowed: globals['no-input'] !== true, signal: interrupted });
  return { terminal, asking, env, globals, interrupted, api: () => createApiClient(findConnection(globals, env), interrupted) };
}

function commandErrorOf(error: unknown, interrupted: AbortSignal): CommandError {
  if (error instanceof CommandError) return error;
  if (interrupted.aborted) {
    const exitCode = interrupted.reason === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
    return new InterruptedError({ code: 'interrupted', what: 'Interrupted.', exitCode });
  }
  const what = error instanceof Error ? error.message : String(error);
  return new CommandError({ code: 'internal', what, why: 'This is a fault of the command itself.', exitCode: exitCodes.error });
}
