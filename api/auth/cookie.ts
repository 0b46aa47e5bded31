import type { CookieOptions, Request, Response } from 'express';

const NAME = 'proxbox_session';

/** The session that a browser sends along; undefined without one. */
export function sessionCookieOf(req: Request): string | undefined {
  const pairs = (req.get('cookie') ?? '').split(';').map(pair => pair.trim());
  const value = pairs.find(pair => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1);
  return value === undefined || value === '' ? undefined : value;
}

export function setSessionCookie(req: Request, res: Response, value: string, expires: Date): void {
  res.cookie(NAME, value, { ...options(req), expires });
}

export function dropSessionCookie(req: Request, res: Response): void {
  res.clearCookie(NAME, options(req));
}

/** No script reads it, and no other site's form sends it. */
const options = (req: Request): CookieOptions => ({ httpOnly: true, sameSite: 'lax', secure: req.secure, path: '/' });
