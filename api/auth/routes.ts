import type { Request, Response, Router } from 'express';
import { inTransaction } from '../../database/queryable';
import { deleteSession, deleteSessionsOf } from '../../database/repositories/people/sessions';
import { findPasswordOwner, setPasswordHash } from '../../database/repositories/people/users';
import { permissions } from '../../domain/people/permissions';
import type { ApiDependencies } from '../dependencies';
import { Problem } from '../errors';
import { pageOf } from '../paging';
import { bodyOf, idOf } from '../validate';
import { attempt, userKey } from './attempts';
import { dropSessionCookie, setSessionCookie } from './cookie';
import { linkUser } from '../people/change-users';
import { guardedRoutes } from './guarded-routes';
import type { Identity } from './identity';
import { proveNetBoxUser } from './netbox-link/prove';
import { netboxProofSchema, type NetBoxProofView } from './netbox-link/schema';
import { hashPassword, verifyPassword } from './passwords';
import { refuseOtherSites } from './same-origin';
import {
  type MeView,
  passwordChangeSchema,
  type SignedInView,
  signInSchema,
  type TokenCreate,
  tokenCreateSchema,
  type TokenListView,
} from './schema';
import { signIn } from './sign-in';
import { endToken, makeToken, viewTokens } from './token-answers';

/** Signing in and out, and what people do about themselves. */
export function authRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database } = dependencies;

  on('POST /auth/login', async (req, res) => {
    refuseOtherSites(req);
    const { username, password, next } = bodyOf(req, signInSchema);
    const session = await signIn(database, res.locals.audit, {
      username,
      password,
      address: req.ip,
      userAgent: req.get('user-agent'),
    });
    setSessionCookie(req, res, session.id, session.expiresAt);
    const answer: SignedInView = { csrfToken: session.csrfToken, expiresAt: session.expiresAt.toISOString() };
    answerPageOr(req, res, ownPage(next), () => res.json(answer));
  });

  on('POST /auth/logout', async (req, res) => {
    const { credential, userId } = res.locals.caller;
    if (credential.how === 'session') {
      await deleteSession(database, credential.idHash);
      await res.locals.audit.event({ action: 'session.sign-out', object: { type: 'user', id: userId } }, 'succeeded');
    }
    dropSessionCookie(req, res);
    answerPageOr(req, res, '/', () => res.status(204).end());
  });

  on('GET /auth/me', (_req, res) => {
    res.json(viewIdentity(res.locals.caller));
  });

  on('PUT /auth/password', async (req, res) => {
    const { userId, credential } = personOf(res);
    const { oldPassword, newPassword } = bodyOf(req, passwordChangeSchema);
    const owner = await findPasswordOwner(database, { id: userId });
    const right = await attempt(database, [userKey(owner?.username ?? '')], () =>
      verifyPassword(oldPassword.reveal(), owner?.passwordHash),
    );
    const effect = { action: 'user.set-password', object: { type: 'user', id: userId } } as const;
    if (!right) {
      await res.locals.audit.event(effect, 'refused');
      const detail = 'This is not your password.';
      throw new Problem('invalid-body', detail, { errors: [{ pointer: '/oldPassword', detail }] });
    }
    const hash = await hashPassword(newPassword.reveal());
    await res.locals.audit.effect(effect, () =>
      inTransaction(database, async db => {
        await setPasswordHash(db, userId, hash);
        await deleteSessionsOf(db, userId, credential.how === 'session' ? credential.idHash : null);
      }),
    );
    res.status(204).end();
  });

  on('GET /auth/tokens', async (req, res) => {
    const tokens: TokenListView = pageOf(req, res, await viewTokens(database, personOf(res).userId));
    res.json(tokens);
  });

  on('POST /auth/tokens', async (req, res) => {
    const person = personOf(res);
    const wanted = withinBounds(person, bodyOf(req, tokenCreateSchema));
    res.status(201).json(await makeToken(database, res.locals.audit, person.userId, person.userId, wanted));
  });

  on('DELETE /auth/tokens/:tokenId', async (req, res) => {
    await endToken(database, res.locals.audit, personOf(res).userId, idOf(req, 'token', 'tokenId'));
    res.status(204).end();
  });

  on('POST /auth/netbox-link', async (req, res) => {
    const { userId } = personOf(res);
    const { username, password } = bodyOf(req, netboxProofSchema);
    const person = { userId, netboxUsername: username, password };
    const answer: NetBoxProofView = { netboxUsername: await proveNetBoxUser(dependencies, res.locals, person) };
    res.json(answer);
  });

  on('DELETE /auth/netbox-link', async (_req, res) => {
    await linkUser(database, res.locals.audit, personOf(res).userId, '*', null);
    res.status(204).end();
  });

  return router;
}

/** The caller of a route that is for persons. */
function personOf(res: Response): Identity & { userId: string } {
  const { caller } = res.locals;
  const { userId } = caller;
  if (userId === null) throw new Problem('not-a-person', 'This is about a person.');
  return { ...caller, userId };
}

/** A token that ends makes none that lives longer. */
function withinBounds({ credential }: Identity, wanted: TokenCreate): TokenCreate {
  const end = credential.how === 'token' ? credential.expiresAt : null;
  if (end === null || (wanted.expiresAt !== null && wanted.expiresAt <= end)) return wanted;
  const detail = `The token that you use ends at ${end.toISOString()}: the new one cannot live longer. Sign in to make one that does.`;
  throw new Problem('invalid-body', detail, { errors: [{ pointer: '/expiresAt', detail }] });
}

function viewIdentity({ kind, userId, username, how, endpointsWith, credential }: Identity): MeView {
  return {
    kind,
    userId,
    username,
    how,
    permissions: permissions.flatMap((permission): MeView['permissions'] => {
      const where = endpointsWith(permission);
      if (where === 'all') return [{ permission, endpoints: null }];
      return where.length === 0 ? [] : [{ permission, endpoints: [...where] }];
    }),
    csrfToken: credential.how === 'session' ? credential.csrfToken : null,
  };
}

/** Forms go on to a page; programs get the answer. */
function answerPageOr(req: Request, res: Response, page: string, answer: () => unknown): void {
  if (req.is('application/x-www-form-urlencoded')) res.redirect(303, page);
  else answer();
}

/** A path of this service: what a link from elsewhere asks for must not lead elsewhere. */
export function ownPage(wanted: string | undefined): string {
  const base = 'http://own.invalid';
  if (wanted === undefined || !wanted.startsWith('/') || !URL.canParse(wanted, base)) return '/';
  const url = new URL(wanted, base);
  return url.origin === base && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/';
}
