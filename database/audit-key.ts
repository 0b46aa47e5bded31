import { createHash, createHmac } from 'node:crypto';
import type { Secret } from '../config/secret';
import { readKeyFile, readOrCreateKeyFile } from './key-file';
import { KeyFileError } from './secret-errors';

/** Signs audit rows with HMAC-SHA256. The key is never in the database, so that who can change rows there cannot sign them. */
export class AuditKey {
  /** Names the key without giving anything of it away. */
  readonly keyId: string;
  readonly #key: Buffer;

  constructor(key: Secret<Buffer>) {
    this.#key = key.reveal();
    this.keyId = createHash('sha256').update('proxbox audit key id\0').update(this.#key).digest('hex').slice(0, 16);
  }

  /** In hex. */
  sign(text: string): string {
    return createHmac('sha256', this.#key).update(text, 'utf8').digest('hex');
  }
}

export interface AuditKeySource {
  /** The key made from `PROXBOX_AUDIT_KEY`; undefined means the key file. */
  auditKey: Secret<Buffer> | undefined;
  stateDir: string;
}

/**
 * The configured key, else the one in `<stateDir>/audit.key`, which the first start writes. All processes on one database need the same.
 * @throws KeyFileError
 */
export async function openAuditKey({ auditKey, stateDir }: AuditKeySource): Promise<AuditKey> {
  return new AuditKey(auditKey ?? (await readOrCreateKeyFile(stateDir, 'audit.key')));
}

/**
 * The key that the log was written under, for whoever only reads it: none is made.
 * @throws KeyFileError
 */
export async function findAuditKey({ auditKey, stateDir }: AuditKeySource): Promise<AuditKey> {
  const key = auditKey ?? (await readKeyFile(stateDir, 'audit.key'));
  if (key !== undefined) return new AuditKey(key);
  throw new KeyFileError(
    `There is no audit.key in ${stateDir}, and PROXBOX_AUDIT_KEY is not set. Set one of them to the key of the processes that write the log.`,
  );
}
