import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type RunningNetBox, startNetBoxSimulator } from '../../simulators/netbox/server';
import { seedChanges, seedFindings, seedRun } from '../api/support/seed';
import { startSyncWorld, type SyncWorld } from '../support/sync-world';
import { findSchemathesis } from './schemathesis';

/** Every operation of the OpenAPI document, tried with thousands of requests that fit it and that do not, as an administrator. */

const ADMINISTRATOR = { username: 'fuzzer', password: 'correct horse battery' };
const FUZZ_MS = 600_000;

const reportView = z.looseObject({ test_cases: z.looseObject({ generated: z.number() }) });

let netbox: RunningNetBox;
let world: SyncWorld;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'proxbox-fuzz-'));
  netbox = await startNetBoxSimulator();
  world = await startSyncWorld(netbox, {
    PROXBOX_ADMIN_USER: ADMINISTRATOR.username,
    PROXBOX_ADMIN_PASSWORD: ADMINISTRATOR.password,
    PROXBOX_API_REQUESTS_PER_MINUTE: '0',
  });
  await seed();
}, 120_000);
afterAll(async () => {
  await world.stop();
  await netbox.close();
  rmSync(folder, { recursive: true, force: true });
});

async function seed(): Promise<void> {
  const { pool } = world.database;
  const { id } = await world.api<{ id: string }>('POST', '/endpoints', {
    name: 'site-a',
    url: 'https://pve.example.com',
    credentials: { read: { kind: 'token', principal: 'proxbox@pve!sync', secret: 'secret' } },
  });
  const run = await seedRun(pool, { endpoint_id: id, state: 'completed' });
  await seedChanges(pool, run, [{}, { state: 'refused' }]);
  await seedFindings(pool, run, [{}]);
}

/** A token that the administrator made: it may do everything, what is for persons included. */
async function signIn(): Promise<string> {
  const signedIn = await fetch(`${world.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMINISTRATOR),
  });
  const { csrfToken } = z.looseObject({ csrfToken: z.string() }).parse(await signedIn.json());
  const made = await fetch(`${world.url}/auth/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '',
      'x-csrf-token': csrfToken,
      origin: world.url,
    },
    body: JSON.stringify({ name: 'fuzz' }),
  });
  return z.looseObject({ token: z.string() }).parse(await made.json()).token;
}

describe('the API answers nothing that its document does not tell, and never fails', () => {
  /** Fails with what the fuzzer says, if it found anything. Gives the number of requests. */
  async function fuzz(args: readonly string[]): Promise<number> {
    const schemathesis = await findSchemathesis();
    if (schemathesis === undefined) {
      console.warn('Skipped: the fuzzer needs Python 3.10 or later with its venv module (Debian: python3-venv).');
      return Infinity;
    }
    const report = join(folder, 'report.json');
    const found = await schemathesis.run(
      [
        `${world.url}/openapi.json`,
        '--no-color',
        ...['--seed', '1', '--continue-on-failure', '--report', 'json', '--report-json-path', report],
        ...args,
      ],
      folder,
    );
    if (found.exitCode !== 0) throw new Error(found.output);
    return reportView.parse(JSON.parse(readFileSync(report, 'utf8'))).test_cases.generated;
  }

  const works = async (authorization: string): Promise<boolean> =>
    (await fetch(`${world.url}/auth/me`, { headers: { authorization } })).status === 200;

  test(
    'to a person, about themselves',
    async () => {
      await world.startWorker();
      const authorization = `Bearer ${await signIn()}`;
      const requests = await fuzz([
        '--header',
        `Authorization: ${authorization}`,
        '--include-tag',
        'Who asks',
        '--exclude-operation-id',
        'revokeMyToken',
      ]);
      await world.stopWorker();
      expect(requests).toBeGreaterThan(200);
      expect(await works(authorization)).toBe(true);
    },
    FUZZ_MS,
  );

  test(
    'to who may do everything',
    async () => {
      const requests = await fuzz(['--header', `Authorization: Bearer ${world.key}`]);
      expect(requests).toBeGreaterThan(2_000);
    },
    FUZZ_MS,
  );
});
