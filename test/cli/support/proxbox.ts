import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { compileCommand } from './compile';

/** The command, compiled once per test file. */
export const program = compileCommand();
afterAll(() => program.remove());

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningCommand {
  process: ChildProcess;
  /** Resolves once standard error shows the text. */
  said(text: string): Promise<void>;
  ended: Promise<Outcome>;
}

export interface CommandOptions {
  /** The whole environment of the command, as after `env -i`. */
  env?: Record<string, string>;
  /** Standard input; nothing unless given. */
  input?: string;
}

/** Starts `proxbox` as a process of its own, with nothing of this one's environment. */
export function startProxbox(args: string[], { env = {}, input = '' }: CommandOptions = {}): RunningCommand {
  const child = spawn(process.execPath, [program.main, ...args], { cwd: '/', env, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  const waiting: { text: string; resolve: () => void }[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const { text: wanted, resolve } of waiting) if (stderr.includes(wanted)) resolve();
  });
  child.stdin.end(input);
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
  return {
    process: child,
    said: text => (stderr.includes(text) ? Promise.resolve() : new Promise(resolve => waiting.push({ text, resolve }))),
    ended,
  };
}

/** Runs `proxbox` to its end. */
export const proxbox = (args: string[], options?: CommandOptions): Promise<Outcome> => startProxbox(args, options).ended;
