import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildProgram, startProgram } from '../support/child-program';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { testTemporal, type TestTemporal } from '../support/temporal-env';

describe('the API as processes of their own', () => {
  let database: TestDatabase;
  let temporal: TestTemporal;
  let stateDir: string;
  const programs: ChildProgram[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    temporal = await testTemporal();
    stateDir = mkdtempSync(join(tmpdir(), 'proxbox-process-'));
  });
  afterAll(async () => {
    await Promise.all(programs.map(program => program.kill()));
    await temporal.close();
    await database.drop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  /** Starts one and reads what it prints until it listens. */
  const start = async (env: Record<string, string> = {}) => {
    const program = startProgram('api/main.ts', [], {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      PROXBOX_STATE_DIR: stateDir,
      PROXBOX_API_PORT: '0',
      PROXBOX_LOG_LEVEL: 'info',
      ...env,
    });
    programs.push(program);
    const lines: string[] = [];
    let url: string | undefined;
    while (url === undefined) {
      lines.push(await program.nextLine());
      url = /"API: (http:[^"]+)"/.exec(lines.at(-1) ?? '')?.[1];
    }
    return { program, url, lines };
  };

  test('that start together print one token in all, serve with it, and end cleanly on SIGTERM', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    const keys = [...one.lines, ...two.lines].flatMap(line => /^ +API token +(pbx_\S+)$/.exec(line)?.[1] ?? []);
    expect(keys).toHaveLength(1);

    const headers = { authorization: `Bearer ${keys[0]}`, 'content-type': 'application/json' };
    const credentials = { read: { kind: 'token', principal: 'proxbox@pve!sync', secret: 'canary' } };
    const body = JSON.stringify({ name: 'Berlin', url: 'https://pve.example.com', credentials });
    expect((await fetch(`${one.url}/endpoints`, { method: 'POST', headers, body })).status).toBe(201);
    expect(await (await fetch(`${two.url}/endpoints`, { headers })).json()).toMatchObject({ items: [{ name: 'Berlin' }] });

    for (const { program } of [one, two]) {
      const ended = once(program.process, 'exit');
      program.process.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    }
  });

  test('that cannot start say why in words, and end with an error', async () => {
    await expect(start({ PROXBOX_API_PORT: 'eighty' })).rejects.toThrow(/PROXBOX_API_PORT/);
    const child = programs.at(-1)?.process;
    if (child?.exitCode === null) await once(child, 'exit');
    expect(child?.exitCode).toBe(1);
  });
});
