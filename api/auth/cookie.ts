import type { CookieOptions, Request, Response } from 'express';

const NAME = 'proxbox_session';

/** Of somebody on their way to the sign-in provider and back. */
const OIDC_NAME = 'proxbox_oidc';

/** The session that a browser sends along; undefined without one. */
export const sessionCookieOf = (req: Request): string | undefined => cookieOf(req, NAME);

export const oidcCookieOf = (req: Request): string | undefined => cookieOf(req, OIDC_NAME);

function cookieOf(req: Request, name: string): string | undefined {
  const pairs = (req.get('cookie') ?? '').split(';').map(pair => pair.trim());
  const value = pairs.find(pair => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value === undefined || value === '' ? undefined : value;
}

/** For ten minutes, which is what the way takes at most. */
export function setOidcCookie(req: Request, res: Response, value: string): void {
  res.cookie(OIDC_NAME, value, { ...options(req), maxAge: 600_000 });
}

export function dropOidcCookie(req: Request, res: Response): void {
  res.clearCookie(OIDC_NAME, options(req));
}

export function setSessionCookie(req: Request, res: Response, value: string, expires: Date): void {
  res.cookie(NAME, value, { ...options(req), expires });
}

export function dropSessionCookie(req: Request, res: Response): void {
  res.clearCookie(NAME, options(req));
}

/** No script reads it, and no other site's form sends it. */
const options = (req: Request): CookieOptions => ({ httpOnly: true, sameSite: 'lax', secure: req.secure, path: '/' });
