import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../config/secret';
import { putCredential, readCredential } from '../../database/repositories/credentials';
import { rotateSecrets } from '../../database/rotate-secrets';
import { sealedTables } from '../../database/sealed-columns';
import { openSecretBox, SecretBox } from '../../database/secrets';
import { runScript } from '../scripts/support/script';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const key = () => new Secret(randomBytes(32));
const secretOf = (id: string): string => `secret of ${id}`;

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

/** Endpoints, each with a secret in the box. */
async function seed(box: SecretBox, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const id of ids) {
    await database.pool.query('insert into endpoint (id, name, url) values ($1, $2, $3)', [id, id, 'https://pve:8006']);
    await putCredential(database.pool, box, id, 'read', {
      kind: 'token',
      principal: 'a@pve!b',
      secret: new Secret(secretOf(id)),
    });
  }
  return ids;
}

const opens = async (box: SecretBox, ids: readonly string[]): Promise<void> => {
  for (const id of ids) expect((await readCredential(database.pool, box, id))?.secret.reveal()).toBe(secretOf(id));
};

test('every secret is under the new key afterwards, and the old one is needed no more', async () => {
  const [before, after] = [key(), key()];
  const ids = await seed(new SecretBox(before), 250);

  const report = await rotateSecrets(database.pool, new SecretBox(after, [before]));

  expect(report).toEqual({ rotated: 250, unreadable: [], current: 250 });
  await opens(new SecretBox(after), ids);
  expect((await rotateSecrets(database.pool, new SecretBox(after))).rotated).toBe(0);
});

test('a crash in the middle leaves every secret readable with both keys, and the next start does the rest', async () => {
  const [before, after] = [key(), key()];
  const ids = await seed(new SecretBox(before), 250);
  const both = new SecretBox(after, [before]);

  const crash = (): never => {
    throw new Error('crash');
  };
  await expect(rotateSecrets(database.pool, both, { progress: crash })).rejects.toThrow('crash');
  const { rows } = await database.pool.query<{ n: number }>(
    'select count(*)::int as n from endpoint_credential where key_id = $1 group by key_id',
    [both.keyId],
  );
  expect(rows).toEqual([{ n: 100 }]);
  await opens(both, ids);
  await opens(new SecretBox(before, [after]), ids);

  expect(await rotateSecrets(database.pool, both)).toEqual({ rotated: 150, unreadable: [], current: 250 });
  await opens(new SecretBox(after), ids);
});

test('a secret that no key opens is named, and keeps no other from being encrypted anew', async () => {
  const [lost, before, after] = [key(), key(), key()];
  const [gone] = await seed(new SecretBox(lost), 1);
  const ids = await seed(new SecretBox(before), 3);

  const report = await rotateSecrets(database.pool, new SecretBox(after, [before]));

  expect(report).toMatchObject({ rotated: 3, current: 3 });
  expect(report.unreadable).toEqual([{ place: `endpoint_credential ${gone}/read`, keyId: new SecretBox(lost).keyId }]);
  await opens(new SecretBox(after), ids);
});

test('every table with a ciphertext is encrypted anew', async () => {
  const { rows } = await database.pool.query<{ table: string }>(
    `select c.table_name as table from information_schema.columns c
       join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and c.column_name = 'ciphertext' and t.table_type = 'BASE TABLE'`,
  );
  expect(rows.map(row => row.table).sort()).toEqual(sealedTables.map(({ table }) => table).sort());
});

describe('the key', () => {
  let stateDir: string;
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'proxbox-rotate-'));
  });
  afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

  test('of the key file opens what it encrypted after a key was configured, and after it was moved aside', async () => {
    const ids = await seed(await openSecretBox({ encryptionKey: undefined, stateDir }), 2);
    await opens(await openSecretBox({ encryptionKey: key(), stateDir }), ids);

    renameSync(join(stateDir, 'encryption.key'), join(stateDir, 'encryption.key.previous'));
    const box = await openSecretBox({ encryptionKey: undefined, stateDir });
    await opens(box, ids);
    expect((await rotateSecrets(database.pool, box)).rotated).toBe(2);
  });

  test('is changed by the command, which says what it did', async () => {
    const environment = { DATABASE_URL: database.url, PROXBOX_STATE_DIR: stateDir };
    const ids = await seed(await openSecretBox({ encryptionKey: undefined, stateDir }), 2);

    const ended = await runScript('scripts/secrets-rotate.ts', [], { ...environment, PROXBOX_ENCRYPTION_KEY: 'a new long key' });
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out.join('\n')).toMatch(/2 secrets encrypted anew, 2 are under key [0-9a-f]{16} now/);
    await expect(opens(await openSecretBox({ encryptionKey: undefined, stateDir }), ids)).rejects.toThrow(/encrypted with key/);

    const wrong = await runScript('scripts/secrets-rotate.ts', [], { ...environment, PROXBOX_ENCRYPTION_KEY: 'yet another key' });
    expect(wrong.code).toBe(1);
    expect(wrong.err).toMatch(/open under no key that is given.*\n.*endpoint_credential/);
  });
});
