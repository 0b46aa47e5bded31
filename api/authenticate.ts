import type { Request, RequestHandler } from 'express';
import type { Authenticator } from './api-keys';
import { Problem } from './errors';

/** Lets only requests with a valid key through, and notes whose it is. */
export function requireApiKey(authenticate: Authenticator): RequestHandler {
  return async (req, res, next) => {
    const key = presentedKey(req);
    const caller = key === undefined ? undefined : await authenticate(key);
    if (caller === undefined) throw refusal(key !== undefined);
    res.locals.caller = caller;
    next();
  };
}

function presentedKey(req: Request): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '')?.[1];
  return bearer ?? req.get('x-proxbox-api-key');
}

function refusal(presented: boolean): Problem {
  const detail = presented
    ? 'This API key is not known. When the key is lost, start the API with a new one in PROXBOX_API_KEY.'
    : 'Send the API key as "Authorization: Bearer <key>", or in the header X-Proxbox-API-Key.';
  const error = presented ? ', error="invalid_token"' : '';
  return new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': `Bearer realm="proxbox"${error}` } });
}
