import { ipKeyGenerator } from 'express-rate-limit';
import { inTransaction } from '../../database/queryable';
import { clearFailures, secondsLocked, takeAttempt } from '../../database/repositories/people/login-failures';
import type { ApiDatabase } from '../dependencies';
import { Problem } from '../errors';
import { hashOf } from './tokens';

/** What failures are counted by. */
export const userKey = (username: string): Buffer => hashOf(`user:${username.toLowerCase()}`);
/** Of IPv6 the network counts: whoever has one address has all of it. */
export const addressKey = (address: string | undefined): Buffer => hashOf(`address:${address ? ipKeyGenerator(address) : ''}`);

/**
 * Checks a password, unless one of the keys is locked after too many failures. An attempt counts as failed until it has succeeded, so that
 * many at once do not get around the count.
 * @throws Problem `locked-out` with the time to wait.
 */
export async function attempt(database: ApiDatabase, keys: readonly Buffer[], check: () => Promise<boolean>): Promise<boolean> {
  for (const key of keys) {
    const allowed = await inTransaction(database, db => takeAttempt(db, key));
    if (!allowed) throw lockedOut(await secondsLocked(database, key));
  }
  const succeeded = await check();
  if (succeeded) await clearFailures(database, keys);
  return succeeded;
}

const lockedOut = (seconds: number): Problem =>
  new Problem('locked-out', `There were too many failures. Try again in ${Math.ceil(seconds / 60)} minutes.`, {
    headers: { 'Retry-After': String(Math.max(seconds, 1)) },
  });
