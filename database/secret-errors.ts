/** A stored secret was encrypted with another key. Start with the key that encrypted it, or enter the secret again. */
export class WrongEncryptionKeyError extends Error {
  override readonly name = 'WrongEncryptionKeyError';

  constructor(
    readonly keyId: string,
    readonly ownKeyId: string,
  ) {
    super(
      `This secret was encrypted with key ${keyId}, but this process has key ${ownKeyId}. ` +
        'Set PROXBOX_ENCRYPTION_KEY (or restore encryption.key in the state folder) to the key that encrypted it, or enter the secret again.',
    );
  }
}

/** A stored secret does not open under its own key: it was altered, or copied from another row. Enter the secret again. */
export class SecretAlteredError extends Error {
  override readonly name = 'SecretAlteredError';

  constructor(place: string, keyId: string) {
    super(
      `The secret in ${place} was altered or belongs to another row (key ${keyId} does not open it). Enter the secret again.`,
    );
  }
}

/** The key file cannot be used: others may read it, or it holds no key. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}
