import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { NewToken } from '../../database/repositories/people/tokens';

/** A token that was just made: what is stored, and the only copy of what is not. */
export interface MintedToken {
  row: NewToken;
  secret: string;
}

export interface TokenWish extends Pick<NewToken, 'userId' | 'createdBy' | 'name'> {
  permissions?: readonly string[] | null;
  expiresAt?: Date | null;
}

/** `pbx_<prefix>_<secret>`: people tell it by its prefix, and its 256 random bits are stored as a hash only. */
export function mintToken({ permissions = null, expiresAt = null, ...wish }: TokenWish): MintedToken {
  const prefix = randomBytes(4).toString('hex');
  const secret = `pbx_${prefix}_${randomBytes(32).toString('base64url')}`;
  return { row: { ...wish, id: randomUUID(), prefix, hash: hashOf(secret), permissions, expiresAt }, secret };
}

/** What stands in the database for a secret that has too many bits to be guessed. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest();
