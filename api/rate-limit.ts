import type { RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Identity } from './auth/identity';
import { Problem } from './errors';

const WINDOW_MS = 60_000;

/**
 * Lets each caller send so many requests a minute to this process; 0 means that nobody counts. Whoever is not known is counted by address,
 * of IPv6 by network.
 */
export function limitRequests(perMinute: number): RequestHandler {
  if (perMinute === 0) return (_req, _res, next) => next();
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    validate: false,
    keyGenerator: (req, res) => callerKey(res) ?? `address:${ipKeyGenerator(req.ip ?? '')}`,
    handler: (_req, _res, next) => next(new Problem('rate-limited', `This is more than ${perMinute} requests in a minute.`)),
  });
}

/** Undefined on routes for everybody. */
function callerKey({ locals }: Response): string | undefined {
  const { caller }: { caller?: Identity } = locals;
  return caller && `caller:${caller.userId ?? caller.name}`;
}
