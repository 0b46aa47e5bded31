import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '../../config/load';

const VERSION = '4.32.5';
const INSTALL_MS = 300_000;

export interface FuzzResult {
  exitCode: number;
  /** Everything that it printed. */
  output: string;
}

export interface Schemathesis {
  /** With the configuration and the hooks beside this file. */
  run(args: readonly string[], folder: string): Promise<FuzzResult>;
}

/** The fuzzer in a virtual environment of its own in the cache folder, made when it is first needed; undefined where there is no Python for it. */
export async function findSchemathesis(): Promise<Schemathesis | undefined> {
  const { cacheDir, searchPath } = loadConfig();
  const folder = join(cacheDir, `schemathesis-${VERSION}`);
  const program = join(folder, 'bin/schemathesis');
  if (!existsSync(program)) {
    const python = searchPath.map(place => join(place, 'python3')).find(path => existsSync(path));
    if (
      python === undefined ||
      !(await succeeds(python, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']))
    ) {
      return undefined;
    }
    await run(python, ['-m', 'venv', folder], { timeout: INSTALL_MS });
    await run(join(folder, 'bin/pip'), ['install', '--quiet', `schemathesis==${VERSION}`], { timeout: INSTALL_MS });
  }
  return { run: (args, cwd) => finished(program, ['--config-file', join(__dirname, 'schemathesis.toml'), 'run', ...args], cwd) };
}

const run = promisify(execFile);

const succeeds = (program: string, args: string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  );

function finished(program: string, args: readonly string[], cwd: string): Promise<FuzzResult> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, SCHEMATHESIS_HOOKS: join(__dirname, 'hooks.py'), PYTHONDONTWRITEBYTECODE: '1' };
    const child = execFile(program, args, { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (child.exitCode === null) reject(error ?? new Error(`${program} was ended.`));
      else resolve({ exitCode: child.exitCode, output: stdout + stderr });
    });
  });
}
