import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { ApiLog } from './dependencies';

/** Gives every request an id, or keeps the caller's, and answers with it. */
export const nameRequests: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id');
  res.locals.requestId = given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
  res.set('X-Request-Id', res.locals.requestId);
  next();
};

/** One line per answered request: who asked for what. No query, header or body, since those may hold what is secret. */
export function logRequests(log: ApiLog): RequestHandler {
  return (req, res, next) => {
    const began = performance.now();
    const { method, path } = req;
    res.on('finish', () => {
      const ms = Math.round(performance.now() - began);
      const { requestId, caller } = res.locals;
      log.info({ requestId, caller: caller?.name, method, path, status: res.statusCode, ms }, 'request');
    });
    next();
  };
}
