import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { z } from 'zod';
import { identify, isAlive } from '../../config/host/process-identity';
import { type Environment, loadConfig } from '../../config/load';
import { startDevServer } from '../../temporal/dev-server';
import { TemporalRequiredError, TemporalUnreachableError } from '../../temporal/errors';
import { findTemporal } from '../../temporal/find';
import type { FoundTemporal } from '../../temporal/found';
import { closeGaps, findGaps } from '../../temporal/namespace';
import { locateProgram } from '../../temporal/programs/locate';
import { temporalCli } from '../../temporal/programs/program';
import { endProcess } from '../../temporal/server-process';
import { type ChildProgram, startProgram } from '../support/child-program';
import { testTemporal } from '../support/temporal-env';

const noteSchema = z.object({ identity: z.object({ pid: z.number(), startedAt: z.string() }), address: z.string() });

describe('finding a Temporal', () => {
  let stateDir: string;
  let cliPath: string;
  let found: FoundTemporal[];
  let programs: ChildProgram[];
  let said: string[];

  beforeAll(async () => {
    const config = loadConfig();
    cliPath = (await locateProgram(temporalCli, config.temporal.cliPath, config, console)).path;
  });

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'proxbox-temporal-'));
    found = [];
    programs = [];
    said = [];
  });

  afterEach(async () => {
    for (const program of programs) await program.kill();
    for (const temporal of found) await temporal.stop();
    if (existsSync(noteFile())) await endProcess(note().identity);
    rmSync(stateDir, { recursive: true, force: true });
  });

  const noteFile = () => join(stateDir, 'temporal-server.json');
  const note = () => noteSchema.parse(JSON.parse(readFileSync(noteFile(), 'utf8')));
  const log = { info: (line: string) => void said.push(line), warn: (line: string) => void said.push(line) };
  const environment = () => ({ PROXBOX_STATE_DIR: stateDir, TEMPORAL_CLI_PATH: cliPath });
  const find = async (env: Environment = environment()) => {
    const temporal = await findTemporal(loadConfig(env), log);
    found.push(temporal);
    return temporal;
  };
  const findElsewhere = async () => {
    const program = startProgram('test/temporal/programs/find.ts', [], {
      ...environment(),
      TEMPORAL_ADDRESS: '',
      DATABASE_URL: '',
    });
    programs.push(program);
    return { program, ...z.object({ address: z.string(), started: z.boolean() }).parse(JSON.parse(await program.nextLine())) };
  };

  test('starts a server of our own with a Web UI, our search attributes and thirty days of retention, and ends it', async () => {
    const temporal = await find();
    const { identity } = note();

    expect(temporal).toMatchObject({ started: true, namespace: 'default', connectionOptions: { address: temporal.address } });
    expect(temporal.described).toMatch(
      /^Temporal: started 127\.0\.0\.1:\d+, Web UI http:\/\/127\.0\.0\.1:\d+ \(development server [\d.]+ from TEMPORAL_CLI_PATH\)$/,
    );
    expect((await fetch(temporal.uiUrl ?? '')).status).toBe(200);
    expect(await gapsOf(temporal.address)).toEqual({ shortRetentionDays: undefined, missingAttributes: [] });

    await temporal.stop();
    await temporal.stop();
    expect(isAlive(identity)).toBe(false);
  });

  test('keeps the runs of a server of our own from one start to the next, in a file named after its version', async () => {
    await startWorkflow((await find()).address, 'kept');
    await found[0]?.stop();
    expect(readdirSync(stateDir)).toContainEqual(expect.stringMatching(/^temporal-\d+\.\d+\.\d+\S*\.sqlite$/));

    const connection = await Connection.connect({ address: (await find()).address });
    const described = await connection.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId: 'kept' },
    });
    await connection.close();
    expect(described.workflowExecutionInfo?.execution?.workflowId).toBe('kept');
  });

  test('takes over the server of a process that crashed, without looking for a program, and ends it', async () => {
    const crashed = await findElsewhere();
    const { identity } = note();
    await crashed.program.kill('SIGKILL');
    expect(isAlive(identity)).toBe(true);

    const temporal = await find({ ...environment(), TEMPORAL_CLI_PATH: '/nowhere', PATH: '' });
    expect(temporal).toMatchObject({ address: crashed.address, started: true });
    expect(temporal.described).toContain('found running');
    await temporal.stop();
    expect(isAlive(identity)).toBe(false);
  });

  test('shares the server of a living process, and does not end it', async () => {
    const owner = await findElsewhere();
    const temporal = await find();
    expect(temporal).toMatchObject({ address: owner.address, started: false });

    await temporal.stop();
    expect(isAlive(note().identity)).toBe(true);
  });

  test('starts one server for processes that start together', async () => {
    const all = await Promise.all([findElsewhere(), findElsewhere()]);

    expect(new Set(all.map(({ address }) => address)).size).toBe(1);
  });

  test('replaces a server of ours that does not answer', async () => {
    const deaf = startProgram('test/temporal/programs/idle.ts');
    programs.push(deaf);
    const identity = identify(deaf.process.pid ?? 0);
    writeFileSync(noteFile(), JSON.stringify({ identity, address: '127.0.0.1:1', described: 'a deaf one' }));

    const temporal = await find();
    expect(temporal.described).toContain('started');
    expect(deaf.process.exitCode ?? deaf.process.signalCode).not.toBeNull();
  });

  test('never ends a process that only has the number of a server that was ours', async () => {
    const bystander = startProgram('test/temporal/programs/idle.ts');
    programs.push(bystander);
    const identity = { pid: bystander.process.pid, startedAt: 'another day' };
    writeFileSync(noteFile(), JSON.stringify({ identity, address: '127.0.0.1:1', described: 'a former one' }));

    await find();
    expect(bystander.process.exitCode ?? bystander.process.signalCode).toBeNull();
  });

  test('says what the log says when a server of ours cannot start', async () => {
    const broken = join(stateDir, 'broken');
    writeFileSync(broken, '#!/bin/sh\ntest "$1" = --version && exit 0\necho "no room for a database" >&2\nexit 3\n');
    chmodSync(broken, 0o755);

    await expect(find({ ...environment(), TEMPORAL_CLI_PATH: broken })).rejects.toThrow(
      /exit code 3[\s\S]*no room for a database/,
    );
  });

  describe('with TEMPORAL_ADDRESS', () => {
    test('uses that server, changes nothing on it, and tells the commands that add what it lacks', async () => {
      const bare = await startDevServer({ program: cliPath, folder: stateDir, ui: false, usualPorts: false, ownGroup: false });
      try {
        const temporal = await find({ ...environment(), TEMPORAL_ADDRESS: bare.address, NODE_ENV: 'production' });
        await temporal.stop();

        expect(temporal).toMatchObject({ address: bare.address, namespace: 'default', started: false, uiUrl: undefined });
        expect(said.filter(line => line.includes('temporal operator')).map(line => line.trim())).toEqual([
          'temporal operator namespace update --namespace default --retention 720h',
          'temporal operator search-attribute create --namespace default --name ProxboxEndpoint --type Keyword --name ProxboxRunKind --type Keyword' +
            ' --name ProxboxActor --type Keyword --name ProxboxState --type Keyword --name ProxboxOutcome --type Keyword --name ProxboxVmid --type Int' +
            ' --name ProxboxChanged --type Int --name ProxboxDryRun --type Bool --name ProxboxExpiresAt --type Datetime',
        ]);
        const gaps = await gapsOf(bare.address);
        expect(gaps.shortRetentionDays).toBe(1);
        expect(gaps.missingAttributes).toHaveLength(9);
      } finally {
        await endProcess(bare.identity);
      }
    });

    test('says nothing when the server lacks nothing', async () => {
      const shared = await testTemporal();
      await shared.close();
      await find({ ...environment(), TEMPORAL_ADDRESS: shared.address });

      expect(said).toEqual([]);
    });

    test('takes the namespace from the environment, and says so when the server does not have it', async () => {
      const shared = await testTemporal();
      await shared.close();
      const env = { ...environment(), TEMPORAL_ADDRESS: shared.address, TEMPORAL_NAMESPACE: 'absent' };

      await expect(find(env)).rejects.toThrow(TemporalUnreachableError);
      await expect(find(env)).rejects.toThrow(/namespace absent/);
    });

    test('starts no server when that one does not answer', async () => {
      await expect(find({ ...environment(), TEMPORAL_ADDRESS: '127.0.0.1:1' })).rejects.toThrow(
        /127\.0\.0\.1:1 \(TEMPORAL_ADDRESS\)/,
      );
      expect(existsSync(noteFile())).toBe(false);
    });
  });

  describe('in production', () => {
    test('starts no server, in words that say what to set', async () => {
      await expect(find({ ...environment(), NODE_ENV: 'production' })).rejects.toThrow(TemporalRequiredError);
      await expect(find({ ...environment(), NODE_ENV: 'production' })).rejects.toThrow(/Set TEMPORAL_ADDRESS/);
    });

    test('starts one when that is what is wanted', async () => {
      expect((await find({ ...environment(), NODE_ENV: 'production', PROXBOX_TEMPORAL: 'embedded' })).started).toBe(true);
    });
  });
});

async function gapsOf(address: string) {
  const connection = await Connection.connect({ address });
  try {
    return await findGaps(connection, 'default');
  } finally {
    await connection.close();
  }
}

async function startWorkflow(address: string, workflowId: string): Promise<void> {
  const connection = await Connection.connect({ address });
  await closeGaps(connection, 'default');
  await connection.workflowService.startWorkflowExecution({
    namespace: 'default',
    workflowId,
    workflowType: { name: 'nobodyServesThis' },
    taskQueue: { name: 'nobody-polls-this' },
    requestId: workflowId,
  });
  await connection.close();
}
