import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram, type ChildProgram } from '../../support/child-program';

/** Variables of whoever runs the tests that would send a script somewhere else. */
const BLANK = Object.fromEntries(
  ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'NETBOX_URL', 'NETBOX_TOKEN', 'PROXMOX_URL', 'PROXBOX_API_KEY', 'NODE_ENV'].map(name => [
    name,
    '',
  ]),
);

export interface EndedScript {
  code: number | null;
  out: string[];
  err: string;
}

/** A script of `npm run`, in a process of its own. */
export interface Script {
  program: ChildProgram;
  /** Lines of standard output so far. */
  out: string[];
  /** Waits for a line that matches. */
  untilLine(pattern: RegExp): Promise<string>;
  /** Waits for its end. */
  end(): Promise<EndedScript>;
}

export function startScript(file: string, args: string[] = [], env: Record<string, string> = {}): Script {
  const program = startProgram(file, args, { ...BLANK, ...env });
  const exited = once(program.process, 'close');
  const out: string[] = [];
  let err = '';
  program.process.stderr?.on('data', (text: string) => (err += text));
  const next = async (): Promise<string> => {
    const line = await program.nextLine();
    out.push(line);
    return line;
  };
  return {
    program,
    out,
    async untilLine(pattern) {
      for (;;) {
        const line = await next();
        if (pattern.test(line)) return line;
      }
    },
    async end() {
      while (
        await next()
          .catch(() => undefined)
          .then(line => line !== undefined)
      );
      await exited;
      return { code: program.process.exitCode, out, err };
    },
  };
}

export const runScript = (file: string, args: string[] = [], env: Record<string, string> = {}): Promise<EndedScript> =>
  startScript(file, args, env).end();

/** A state folder for one test. Every account may pass through it, since root's PostgreSQL runs as another. */
export function makeStateFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'proxbox-script-'));
  chmodSync(path, 0o711);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Numbers of a process and of everything below it. */
export function familyOf(pid: number): number[] {
  const pairs = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number));
  const family = [pid];
  for (const parent of family) family.push(...pairs.flatMap(([child = 0, of]) => (of === parent ? [child] : [])));
  return family;
}

/** Those of the processes that still live. */
export function living(pids: readonly number[]): number[] {
  const alive = new Set(
    execFileSync('ps', ['-eo', 'pid=,stat='], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .filter(([, stat = 'Z']) => !stat.startsWith('Z'))
      .map(([pid]) => Number(pid)),
  );
  return pids.filter(pid => alive.has(pid));
}
