import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { Secret } from '../../config/secret';
import type { Queryable } from '../../database/queryable';
import { grantsOf } from '../../database/repositories/people/role-bindings';
import { findSessionHolder, noteSessionUse } from '../../database/repositories/people/sessions';
import { findTokenHolder, noteTokenUse } from '../../database/repositories/people/tokens';
import { Problem } from '../errors';
import { sessionCookieOf } from './cookie';
import { environmentIdentity, type Identity, sessionIdentity, tokenIdentity } from './identity';
import { hashOf } from './tokens';

/** Who a request comes from. Throws Problem `unauthenticated` for whoever is nobody, or not enabled any more. */
export type Authenticate = (req: Request) => Promise<Identity>;

/**
 * Everything is read anew for each request, so that what is taken away is gone at once. A token in a header counts before a cookie. The key
 * of the environment is valid for as long as it is set, and is stored nowhere.
 */
export function createAuthenticate(db: Queryable, environmentKey: Secret<string> | undefined): Authenticate {
  const environmentHash = environmentKey && hashOf(environmentKey.reveal());
  return async req => {
    const token = presentedToken(req);
    if (token !== undefined) {
      const hash = hashOf(token);
      if (environmentHash !== undefined && timingSafeEqual(hash, environmentHash)) return environmentIdentity;
      return byToken(db, hash);
    }
    const cookie = sessionCookieOf(req);
    if (cookie !== undefined) return bySession(db, hashOf(cookie));
    throw unauthenticated('Send an API token as "Authorization: Bearer <token>", or in the header X-Proxbox-API-Key.');
  };
}

/** `Authorization: Bearer`, or Proxbox's own header. */
function presentedToken(req: Request): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '')?.[1];
  return bearer ?? req.get('x-proxbox-api-key');
}

async function byToken(db: Queryable, hash: Buffer): Promise<Identity> {
  const holder = await findTokenHolder(db, hash);
  if (holder === undefined) {
    throw invalidToken('This API token is not known. When all are lost, start the API with a key in PROXBOX_API_KEY.');
  }
  if (holder.revoked) throw invalidToken('This API token was revoked. Make another one.');
  if (holder.expired) throw invalidToken('This API token has expired. Make another one.');
  if (!holder.enabled) throw invalidToken('The user of this API token is disabled. An administrator can enable them.');
  if (!holder.notedLately) await noteTokenUse(db, holder.tokenId);
  const { tokenId, own, permissions, expiresAt } = holder;
  return tokenIdentity(holder, { tokenId, own, permissions, expiresAt }, await grantsOf(db, holder.userId));
}

async function bySession(db: Queryable, idHash: Buffer): Promise<Identity> {
  const holder = await findSessionHolder(db, idHash);
  if (holder === undefined || !holder.enabled) throw unauthenticated('This session is over. Sign in again.');
  if (!holder.notedLately) await noteSessionUse(db, idHash);
  return sessionIdentity(holder, { idHash, csrfToken: holder.csrfSecret }, await grantsOf(db, holder.userId));
}

const unauthenticated = (detail: string): Problem =>
  new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer realm="proxbox"' } });

const invalidToken = (detail: string): Problem =>
  new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer realm="proxbox", error="invalid_token"' } });
