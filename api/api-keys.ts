import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../config/secret';
import type { Queryable } from '../database/queryable';
import { type ApiKeyRow, insertFirstApiKey, listApiKeys } from '../database/repositories/api-keys';
import type { Caller } from './locals';

/** Who a key belongs to; undefined when it is nobody's. */
export type Authenticator = (key: string) => Promise<Caller | undefined>;

/** Keys of the database, and the one of the environment: that one is valid for as long as it is set, and is stored nowhere. */
export function createAuthenticator(db: Queryable, environmentKey: Secret<string> | undefined): Authenticator {
  const fromEnvironment = environmentKey === undefined ? [] : [{ label: 'environment', hash: hashOf(environmentKey.reveal()) }];
  return async key => {
    const hash = hashOf(key);
    const match = [...fromEnvironment, ...(await listApiKeys(db))].filter(row => sameHash(row, hash))[0];
    return match && { name: `api-key:${match.label}` };
  };
}

/**
 * Makes a key for a database that has none. Of processes that start together one gets the key, to show it once; the others, and every
 * later start, get undefined.
 */
export async function makeFirstApiKey(db: Queryable): Promise<string | undefined> {
  const key = `proxbox_${randomBytes(32).toString('base64url')}`;
  return (await insertFirstApiKey(db, { label: 'first-start', hash: hashOf(key) })) ? key : undefined;
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key, 'utf8').digest();

const sameHash = ({ hash }: ApiKeyRow, other: Buffer): boolean => hash.length === other.length && timingSafeEqual(hash, other);
