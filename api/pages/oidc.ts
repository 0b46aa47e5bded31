import type { Request } from 'express';
import { z } from 'zod';
import { insertOidcSignIn, takeOidcSignIn } from '../../database/repositories/people/oidc';
import { dropOidcCookie, oidcCookieOf, setOidcCookie, setSessionCookie } from '../auth/cookie';
import { signInExternal } from '../auth/oidc/sign-in';
import { ownPage } from '../auth/routes';
import { hashOf } from '../auth/tokens';
import type { ApiDependencies } from '../dependencies';
import { Problem } from '../errors';
import type { GuardedPages } from './guarded-pages';

const stateSchema = z.string().min(1).max(200);

/** The way to the sign-in provider, and back. */
export function oidcPages({ on }: GuardedPages, { database, log, oidc }: ApiDependencies): void {
  const configured = (): NonNullable<typeof oidc> => {
    if (oidc === undefined) throw new Problem('not-found', 'Signing in elsewhere is not configured here.');
    return oidc;
  };

  on('GET /ui/sign-in/oidc', async (req, res) => {
    const { url, state, cookie } = await configured().provider.depart();
    const next = typeof req.query['next'] === 'string' ? ownPage(req.query['next']) : '/ui';
    await insertOidcSignIn(database, { stateHash: hashOf(state), cookieHash: hashOf(cookie), next });
    setOidcCookie(req, res, cookie);
    res.redirect(303, url.href);
  });

  on('GET /ui/sign-in/oidc/callback', async (req, res) => {
    const { provider, config } = configured();
    const [state, cookie] = [stateSchema.safeParse(req.query['state']), oidcCookieOf(req)];
    dropOidcCookie(req, res);
    // Taken before the provider is asked: an answer is good once, whatever comes of it.
    const begun =
      state.success && cookie !== undefined
        ? await takeOidcSignIn(database, { stateHash: hashOf(state.data), cookieHash: hashOf(cookie) })
        : undefined;
    if (begun === undefined || !state.success || cookie === undefined) {
      throw new Problem(
        'sign-in-refused',
        'This sign-in was not begun in this browser, took too long, or was used already. Begin again.',
      );
    }
    const person = await provider.arrive(queryOf(req), state.data, cookie);
    const session = await signInExternal({ database, log, config }, res.locals.audit, person, {
      address: req.ip,
      userAgent: req.get('user-agent'),
    });
    setSessionCookie(req, res, session.id, session.expiresAt);
    res.redirect(303, begun.next);
  });
}

const queryOf = (req: Request): string => req.originalUrl.split('?')[1] ?? '';
