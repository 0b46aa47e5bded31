import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../config/secret';
import { openSecretBox, SecretBox } from '../../database/secrets';
import { KeyFileError, SecretAlteredError, WrongEncryptionKeyError } from '../../database/secret-errors';

const place = { table: 'endpoint_credential', row: '1/read', column: 'ciphertext' };
const newBox = () => new SecretBox(new Secret(randomBytes(32)));

describe('a stored secret', () => {
  test('opens under the key and at the place that it was sealed for', () => {
    const box = newBox();
    expect(box.open(box.seal('geheim ✓', place), place)).toBe('geheim ✓');
  });

  test('is encrypted differently each time', () => {
    const box = newBox();
    expect(box.seal('same', place).ciphertext.equals(box.seal('same', place).ciphertext)).toBe(false);
  });

  test('says which key it needs when another key is set', () => {
    const [box, other] = [newBox(), newBox()];
    const sealed = box.seal('canary', place);
    expect(() => other.open(sealed, place)).toThrow(WrongEncryptionKeyError);
    expect(() => other.open(sealed, place)).toThrow(box.keyId);
  });

  test.each([
    ['table', { ...place, table: 'api_key' }],
    ['row', { ...place, row: '1/write' }],
    ['column', { ...place, column: 'principal' }],
  ])('does not open in another %s', (_what, elsewhere) => {
    const box = newBox();
    expect(() => box.open(box.seal('canary', place), elsewhere)).toThrow(SecretAlteredError);
  });

  test('does not open when any byte was changed or cut off', () => {
    const box = newBox();
    const { keyId, ciphertext } = box.seal('canary', place);
    for (let at = 0; at < ciphertext.length; at += 1) {
      const altered = Buffer.from(ciphertext);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => box.open({ keyId, ciphertext: altered }, place)).toThrow(SecretAlteredError);
      expect(() => box.open({ keyId, ciphertext: ciphertext.subarray(0, at) }, place)).toThrow(SecretAlteredError);
    }
  });

  test('is not given away by the box or by its errors', () => {
    const key = randomBytes(32);
    const box = new SecretBox(new Secret(key));
    expect(JSON.stringify(box)).not.toContain(key.toString('hex'));
    expect(createHash('sha256').update(key).digest('hex').startsWith(box.keyId)).toBe(false);
  });
});

describe('the key file', () => {
  let stateDir: string;
  let file: string;
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'proxbox-key-'));
    file = join(stateDir, 'encryption.key');
  });
  afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

  const open = () => openSecretBox({ encryptionKey: undefined, stateDir });

  test('is written by the first start for its owner alone, and used by the next', async () => {
    const first = await open();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const next = await open();
    expect(next.open(first.seal('x', place), place)).toBe('x');
  });

  test('is made in a folder that does not exist yet', async () => {
    stateDir = join(stateDir, 'a', 'b');
    await open();
    expect(statSync(join(stateDir, 'encryption.key')).mode & 0o777).toBe(0o600);
  });

  test('is the same for all that start together, and nothing is left beside it', async () => {
    const boxes = await Promise.all(Array.from({ length: 20 }, open));
    expect(new Set(boxes.map(({ keyId }) => keyId)).size).toBe(1);
    expect(readdirSync(stateDir)).toEqual(['encryption.key']);
  });

  test('is refused, with what to do, when others may read it', async () => {
    await open();
    chmodSync(file, 0o640);
    await expect(open()).rejects.toThrow(/0640.*chmod 600/);
  });

  test('is refused when it holds no key, and is left as it is', async () => {
    writeFileSync(file, 'canary', { mode: 0o600 });
    await expect(open()).rejects.toThrow(KeyFileError);
    await expect(open()).rejects.not.toThrow(/canary/);
    expect(readFileSync(file, 'utf8')).toBe('canary');
  });

  test('is not made when the environment has the key', async () => {
    const encryptionKey = new Secret(randomBytes(32));
    const [one, two] = [await openSecretBox({ encryptionKey, stateDir }), await openSecretBox({ encryptionKey, stateDir })];
    expect(two.open(one.seal('x', place), place)).toBe('x');
    expect(readdirSync(stateDir)).toEqual([]);
  });
});
