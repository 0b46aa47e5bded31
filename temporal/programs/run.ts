import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** The first file of that name in the folders that can be run. */
export function findOnPath(name: string, searchPath: readonly string[]): string | undefined {
  return searchPath.map(folder => join(folder, name)).find(isRunnable);
}

/** Whether a path is a file that can be run. */
export function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export type RunResult = { ok: true; output: string } | { ok: false; reason: string };

/** Runs a program to its end. A failure is told by the last line of its error output. */
export function run(program: string, args: readonly string[], timeoutMs: number): Promise<RunResult> {
  return new Promise(resolve => {
    execFile(
      program,
      args,
      { timeout: timeoutMs, killSignal: 'SIGKILL', encoding: 'utf8', maxBuffer: 16 << 20 },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ ok: true, output: stdout });
        if (error.killed === true) return resolve({ ok: false, reason: `did not end within ${timeoutMs / 1000} seconds` });
        resolve({ ok: false, reason: stderr.trim().split('\n').at(-1)?.trim() || error.message });
      },
    );
  });
}
