import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { proxbox } from './support/proxbox';
import { version } from '../../package.json';

/** What needs no API: nothing here reaches one. */
const nowhere = { PROXBOX_URL: 'http://127.0.0.1:2', PROXBOX_TOKEN: 'none' };

describe('a command line that makes no sense ends with 2 and names the way out', () => {
  test.each([
    { args: [], says: 'No command was given.' },
    { args: ['snc'], says: 'Did you mean "sync"?' },
    { args: ['run'], says: 'list, show, watch' },
    { args: ['run', 'lsit'], says: 'Did you mean "list"?' },
    { args: ['run', 'show'], says: 'RUN is missing.' },
    { args: ['run', 'show', 'last', 'more'], says: 'Unexpected argument "more".' },
    { args: ['run', 'show', 'zzz'], says: '"zzz" is no run.' },
    { args: ['sync', '--endpont', 'x'], says: "Unknown option '--endpont'" },
    { args: ['sync', '--type', 'virtual-machin'], says: 'Did you mean "virtual-machine"?' },
    { args: ['sync', '--wait', '--timeout', 'soon'], says: '--timeout takes a number, not "soon".' },
    { args: ['sync', '--dry-run', '--exit-code'], says: '--exit-code goes with --dry-run and --wait.' },
    { args: ['endpoint', 'add', 'lab'], says: '--address is missing.' },
    { args: ['endpoint', 'add', 'lab', '--address', 'x', '--principal', 'a@b!c', '--verify', '--insecure'], says: 'Give one of' },
    { args: ['endpoint', 'add', 'lab', '--address', 'x', '--principal', 'a@b!c'], says: '--secret-file -' },
    { args: ['completion', 'fish'], says: '"fish" is no shell' },
  ])('proxbox $args', async ({ args, says }) => {
    const { code, stdout, stderr } = await proxbox(args, { env: nowhere });
    expect(stderr).toContain(says);
    expect(stderr).toContain('next: ');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('is one line of JSON for a program', async () => {
    const { code, stderr } = await proxbox(['run', 'show', '--json'], { env: nowhere });
    const next = 'proxbox help run show';
    expect(JSON.parse(stderr)).toEqual({ problem: { code: 'usage', what: 'RUN is missing.', next, exitCode: 2 } });
    expect(code).toBe(2);
  });
});

test('help of all, of a group and of a command goes to standard output', async () => {
  const pages = await Promise.all([['help'], ['help', 'run'], ['help', 'sync'], ['sync', '--help']].map(args => proxbox(args)));
  expect(pages.map(({ code, stderr }) => ({ code, stderr }))).toEqual(pages.map(() => ({ code: 0, stderr: '' })));
  const [all, group, sync, flag] = pages.map(({ stdout }) => stdout);
  expect(all).toContain('endpoint relink NAME');
  expect(group).toContain('run watch RUN');
  expect(sync).toContain('--worker-grace SECONDS');
  expect(flag).toBe(sync);
});

test('the version is that of the package', async () => {
  expect(await proxbox(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
});

describe('completion', () => {
  const folder = mkdtempSync(join(tmpdir(), 'proxbox-completion-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What bash would offer for the last word. */
  const offered = (script: string, words: string[]): string[] => {
    const asked = `COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _proxbox; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', `${script}\n${asked}`], { encoding: 'utf8', cwd: folder })
      .trim()
      .split('\n');
  };

  test('offers commands, flags and values in bash', async () => {
    const { stdout } = await proxbox(['completion', 'bash']);
    expect(offered(stdout, ['proxbox', 'e'])).toEqual(['endpoint']);
    expect(offered(stdout, ['proxbox', 'run', 'c'])).toEqual(['confirm', 'cancel']);
    expect(offered(stdout, ['proxbox', 'run', 'plan', 'last', '--se'])).toEqual(['--search']);
    expect(offered(stdout, ['proxbox', 'sync', '--type', 'virtual-m'])).toEqual(['virtual-machine']);
  });

  test('of zsh goes through its layer for bash', async () => {
    expect((await proxbox(['completion', 'zsh'])).stdout).toMatch(/bashcompinit\n_proxbox\(\)/);
  });
});
