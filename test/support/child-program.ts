import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

export interface ChildProgram {
  process: ChildProcess;
  /** The next line that the program prints on its standard output. Rejects, with what it wrote on its standard error, when it ends instead. */
  nextLine(): Promise<string>;
  /** Ends it with a signal, SIGKILL by default, and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

const ROOT = join(__dirname, '../..');

/**
 * Runs a TypeScript program in a process of its own, so that a test can kill it.
 * @param file path from the project's root.
 * @param env variables on top of this process's.
 */
export function startProgram(file: string, args: string[] = [], env: Record<string, string> = {}): ChildProgram {
  const child = spawn(process.execPath, ['-r', join(__dirname, 'typescript-hook.js'), join(ROOT, file), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return {
    process: child,
    nextLine: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${file} ended with ${child.exitCode ?? child.signalCode}: ${errors.trim()}`);
      return value;
    },
    kill: async (signal = 'SIGKILL') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}
