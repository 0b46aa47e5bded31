import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Secret } from '../config/secret';
import { readKeyFile, readOrCreateKeyFile } from './key-file';
import { SecretAlteredError, WrongEncryptionKeyError } from './secret-errors';

/** Where a ciphertext stands. It opens nowhere else, so that no secret can be moved to another row. */
export interface SecretPlace {
  table: string;
  /** Primary key of the row; parts of a compound key are joined by `/`. */
  row: string;
  column: string;
}

export interface Sealed {
  /** Names the key without giving anything of it away. */
  keyId: string;
  /** Nonce (12 bytes), tag (16 bytes), encrypted text. */
  ciphertext: Buffer;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts secrets at rest with AES-256-GCM under one 32-byte key; what earlier keys encrypted opens under those. */
export class SecretBox {
  readonly keyId: string;
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #key: Buffer;

  constructor(key: Secret<Buffer>, earlier: readonly Secret<Buffer>[] = []) {
    this.#key = key.reveal();
    this.keyId = keyIdOf(this.#key);
    this.#keys = new Map([...earlier, key].map(each => [keyIdOf(each.reveal()), each.reveal()]));
  }

  seal(plain: string, place: SecretPlace): Sealed {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(bound(place));
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return { keyId: this.keyId, ciphertext: Buffer.concat([nonce, cipher.getAuthTag(), body]) };
  }

  /** @throws WrongEncryptionKeyError, SecretAlteredError */
  open({ keyId, ciphertext }: Sealed, place: SecretPlace): string {
    const key = this.#keys.get(keyId);
    if (key === undefined) throw new WrongEncryptionKeyError(keyId, this.keyId);
    const nonce = ciphertext.subarray(0, NONCE_BYTES);
    const tag = ciphertext.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound(place)).setAuthTag(tag);
      return decipher.update(ciphertext.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      throw new SecretAlteredError(`${place.table}.${place.column} of ${place.row}`, keyId);
    }
  }
}

export interface KeySource {
  /** The key made from `PROXBOX_ENCRYPTION_KEY`; undefined means the key file. */
  encryptionKey: Secret<Buffer> | undefined;
  /** The key made from `PROXBOX_ENCRYPTION_KEY_PREVIOUS`. */
  previousEncryptionKey?: Secret<Buffer> | undefined;
  stateDir: string;
}

/**
 * The box under the configured key, else under the one in `<stateDir>/encryption.key`, which the first start writes. Secrets that were encrypted under
 * the previous key open, too: the configured one, the one in `encryption.key.previous`, and the key file's when a key is configured now.
 * @throws KeyFileError
 */
export async function openSecretBox({ encryptionKey, previousEncryptionKey, stateDir }: KeySource): Promise<SecretBox> {
  const earlier = [previousEncryptionKey, await readKeyFile(stateDir, 'encryption.key.previous')];
  if (encryptionKey === undefined) return new SecretBox(await readOrCreateKeyFile(stateDir), earlier.filter(isGiven));
  return new SecretBox(encryptionKey, [...earlier, await readKeyFile(stateDir, 'encryption.key')].filter(isGiven));
}

const isGiven = <T>(value: T | undefined): value is T => value !== undefined;

/** Names a key without giving anything of it away. */
const keyIdOf = (key: Buffer): string => createHash('sha256').update('proxbox key id\0').update(key).digest('hex').slice(0, 16);

const bound = ({ table, row, column }: SecretPlace): Buffer => Buffer.from(JSON.stringify([table, row, column]), 'utf8');
