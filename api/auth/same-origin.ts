import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { Problem } from '../errors';
import type { Identity } from './identity';
import { hashOf } from './tokens';

/** Name of the form field that holds the token against forged requests; in a header it is `X-CSRF-Token`. */
const FIELD = '_csrf';

/**
 * Refuses a change that a browser sends along with its session, unless a page of ours made it. Tokens are not sent by browsers on their own,
 * so that this is no matter for them. Reads the form of the request, and takes the token out of it.
 */
export function requireOwnPage(req: Request, caller: Identity): void {
  if (caller.credential.how !== 'session' || req.method === 'GET' || req.method === 'HEAD') return;
  if (originOf(req) !== 'own') throw new Problem('csrf-failed', 'This change was sent by a page of another site, or by none.');
  const given = req.get('x-csrf-token') ?? takeField(req);
  if (given === undefined || !timingSafeEqual(hashOf(given), hashOf(caller.credential.csrfToken))) {
    throw new Problem(
      'csrf-failed',
      'Send the csrfToken of GET /auth/me along, as X-CSRF-Token. Load the page again if you see one.',
    );
  }
}

/** Refuses what a browser says comes from another site. Programs, which say nothing, pass. */
export function refuseOtherSites(req: Request): void {
  if (originOf(req) === 'foreign') throw new Problem('csrf-failed', 'This was sent by a page of another site.');
}

/** Where a browser says that a request comes from. Schemes are not compared: a proxy in front may speak https for us. */
function originOf(req: Request): 'own' | 'foreign' | 'untold' {
  const site = req.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' ? 'own' : 'foreign';
  const origin = req.get('origin') ?? req.get('referer');
  if (origin === undefined) return 'untold';
  return URL.canParse(origin) && new URL(origin).host === req.host ? 'own' : 'foreign';
}

function takeField(req: Request): string | undefined {
  const body: unknown = req.body;
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, FIELD);
  Reflect.deleteProperty(body, FIELD);
  return typeof value === 'string' ? value : undefined;
}
