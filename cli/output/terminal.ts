import type { Problem } from '../errors';
import { type Paints, paintsFor, plain } from './colors';
import { createProgress, noProgress, type Progress, type Screen } from './progress';

/** What a command says: data on standard output, everything else on standard error. */
export interface Terminal {
  json: boolean;
  quiet: boolean;
  /** Colours of standard output. */
  paints: Paints;
  progress: Progress;
  /** Lines that were asked for. */
  print(lines: string | readonly string[]): void;
  /** Data for programs. */
  printJson(value: unknown): void;
  /** A remark; not with `--quiet` or `--json`. */
  say(line: string): void;
  warn(line: string): void;
  /** Always said. */
  problem(problem: Problem): void;
}

export interface TerminalOptions {
  stdout: Screen;
  stderr: Screen;
  json: boolean;
  quiet: boolean;
  /** False where `--no-color`, `NO_COLOR` or a dumb terminal forbids them. */
  colors: boolean;
  /** Whether progress can be drawn over itself. */
  live: boolean;
}

export function createTerminal({ stdout, stderr, json, quiet, colors, live }: TerminalOptions): Terminal {
  const onError = paintsFor(colors && stderr.isTTY === true);
  // Programs read standard error, too: with JSON it holds problems only.
  const progress = quiet || (json && !live) ? noProgress : createProgress(stderr, live);
  const say = (text: string): void => {
    progress.clear();
    stderr.write(`${text}\n`);
  };
  return {
    json,
    quiet,
    paints: paintsFor(colors && stdout.isTTY === true),
    progress,
    print(lines) {
      progress.clear();
      const text = typeof lines === 'string' ? lines : lines.join('\n');
      if (text !== '') stdout.write(`${text}\n`);
    },
    printJson(value) {
      progress.clear();
      stdout.write(`${toJson(value, 2)}\n`);
    },
    say(line) {
      if (!quiet && !json) say(line);
    },
    warn(line) {
      if (!json) say(`${onError.yellow('warning:')} ${plain(line)}`);
    },
    problem(problem) {
      if (json) return say(toJson({ problem }));
      say(`${onError.red('proxbox:')} ${plain(problem.what)}`);
      if (problem.why !== undefined) say(`  why:  ${plain(problem.why)}`);
      if (problem.next !== undefined) say(`  next: ${onError.bold(plain(problem.next))}`);
    },
  };
}

/** JSON lets DEL and the C1 controls through, which steer some terminals. */
const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replaceAll(
    /[\u007f-\u009f]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
