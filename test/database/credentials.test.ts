import { randomBytes, randomUUID } from 'node:crypto';
import { Secret } from '../../config/secret';
import { SecretAlteredError, WrongEncryptionKeyError } from '../../database/secret-errors';
import { SecretBox } from '../../database/secrets';
import { putCredential, readCredential, summariseCredentials, writeCredential } from '../../database/repositories/credentials';
import { insertEndpoint } from '../../database/repositories/endpoints';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

describe('credentials of an endpoint', () => {
  const secrets = new SecretBox(new Secret(randomBytes(32)));
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const endpoint = async (allowWrites: boolean): Promise<string> => {
    const id = randomUUID();
    const nothing = { siteSlug: null, netboxClusterName: null, netboxVrf: null, policy: {} };
    await insertEndpoint(database.pool, id, {
      name: id,
      url: 'https://pve.example.com:8006',
      tls: { mode: 'verify' },
      enabled: true,
      allowWrites,
      ...nothing,
    });
    const token = (secret: string) => ({ kind: 'token' as const, principal: 'proxbox@pve!sync', secret: new Secret(secret) });
    await putCredential(database.pool, secrets, id, 'read', token('read-canary'));
    await putCredential(database.pool, secrets, id, 'write', token('write-canary'));
    return id;
  };

  test('are read apart, each with its own secret', async () => {
    const id = await endpoint(true);
    expect((await readCredential(database.pool, secrets, id))?.secret.reveal()).toBe('read-canary');
    expect((await writeCredential(database.pool, secrets, id))?.secret.reveal()).toBe('write-canary');
  });

  test('give no write credential while the endpoint allows no writes, though one is stored', async () => {
    const id = await endpoint(false);
    expect(await writeCredential(database.pool, secrets, id)).toBeUndefined();
    expect((await readCredential(database.pool, secrets, id))?.principal).toBe('proxbox@pve!sync');
  });

  test('are replaced when they are entered again', async () => {
    const id = await endpoint(true);
    await putCredential(database.pool, secrets, id, 'read', {
      kind: 'password',
      principal: 'root@pam',
      secret: new Secret('new'),
    });
    const { kind, principal, secret } = (await readCredential(database.pool, secrets, id)) ?? {};
    expect([kind, principal, secret?.reveal()]).toEqual(['password', 'root@pam', 'new']);
  });

  test('do not exist for an endpoint that does not', async () => {
    expect(await readCredential(database.pool, secrets, randomUUID())).toBeUndefined();
  });

  test('stand nowhere in clear, neither in the rows nor in their summary', async () => {
    const id = await endpoint(true);
    const { rows } = await database.pool.query<{ all: string }>(
      `select row_to_json(c)::text || encode(c.ciphertext, 'escape') as all from endpoint_credential c where endpoint_id = $1`,
      [id],
    );
    expect(rows.map(row => row.all).join()).not.toContain('canary');
    expect(JSON.stringify(await summariseCredentials(database.pool, [id]))).not.toContain('canary');
  });

  test('do not open after the write secret was copied over the read secret', async () => {
    const id = await endpoint(true);
    await database.pool.query(
      `update endpoint_credential r set ciphertext = w.ciphertext from endpoint_credential w
        where r.endpoint_id = $1 and r.purpose = 'read' and w.endpoint_id = $1 and w.purpose = 'write'`,
      [id],
    );
    await expect(readCredential(database.pool, secrets, id)).rejects.toThrow(SecretAlteredError);
  });

  test('name the key that they need when the process has another', async () => {
    const id = await endpoint(true);
    const other = new SecretBox(new Secret(randomBytes(32)));
    const reading = readCredential(database.pool, other, id);
    await expect(reading).rejects.toThrow(WrongEncryptionKeyError);
    await expect(reading).rejects.toThrow(secrets.keyId);
  });
});
