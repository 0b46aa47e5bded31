import { randomBytes } from 'node:crypto';
import type { Secret } from '../../config/secret';
import { insertSession } from '../../database/repositories/people/sessions';
import { findPasswordOwner } from '../../database/repositories/people/users';
import type { AuditActor } from '../../domain/audit/record';
import { usernamePattern } from '../../domain/people/names';
import { nobody } from '../audit/audit-requests';
import type { Auditor, Effect } from '../audit/auditor';
import type { ApiDatabase } from '../dependencies';
import { Problem } from '../errors';
import { addressKey, attempt, userKey } from './attempts';
import { verifyPassword } from './passwords';
import { hashOf } from './tokens';

const SESSION_MS = 12 * 60 * 60 * 1_000;
const LONGEST_USER_AGENT = 300;

export interface SignInRequest {
  username: string;
  password: Secret<string>;
  /** IP address that the request came from. */
  address: string | undefined;
  userAgent: string | undefined;
}

export interface NewSession {
  /** For the cookie; stored as its hash only. */
  id: string;
  csrfToken: string;
  expiresAt: Date;
}

/**
 * A session for whoever knows the password of an enabled user. Who is unknown, disabled, or wrong about the password gets the same answer
 * after the same time.
 * @throws Problem `sign-in-failed`, `locked-out`
 */
export async function signIn(
  database: ApiDatabase,
  audit: Auditor,
  { username, password, address, userAgent }: SignInRequest,
): Promise<NewSession> {
  const owner = usernamePattern.test(username) ? await findPasswordOwner(database, { username }) : undefined;
  const known = await attempt(database, [addressKey(address), userKey(username)], async () => {
    const right = await verifyPassword(password.reveal(), owner?.passwordHash);
    return right && owner?.enabled === true;
  });
  if (!known || owner === undefined) {
    await audit.event(signInOf(owner, address), 'refused', nobody);
    throw new Problem('sign-in-failed', 'There is no such user with this password. An administrator can set a new one.', {
      headers: { 'WWW-Authenticate': 'Bearer realm="proxbox"' },
    });
  }
  const actor: AuditActor = { ...nobody, kind: 'user', id: owner.id, name: owner.username, authenticatedBy: 'password' };
  await audit.event(signInOf(owner, address), 'succeeded', actor);
  return openSession(database, owner.id, userAgent);
}

/** A name that is no user's is not kept: people type passwords into the wrong field. */
const signInOf = (owner: { id: string; username: string } | undefined, address: string | undefined): Effect => ({
  action: 'session.sign-in',
  object: { type: 'user', id: owner?.id ?? null },
  detail: { username: owner?.username ?? null, address },
});

/** A session for a person who proved who they are. */
export async function openSession(database: ApiDatabase, userId: string, userAgent: string | undefined): Promise<NewSession> {
  const id = randomBytes(32).toString('base64url');
  const csrfToken = randomBytes(32).toString('base64url');
  const expiresAt = new Date(Date.now() + SESSION_MS);
  await insertSession(database, {
    idHash: hashOf(id),
    userId,
    csrfSecret: csrfToken,
    userAgent: userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
    expiresAt,
  });
  return { id, csrfToken, expiresAt };
}
