import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { ApiLog } from './dependencies';
import { traceparentAfter } from './trace-context';

/** Gives every request an id and a place in a trace, or keeps the caller's, and answers with both. */
export const nameRequests: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id');
  res.locals.requestId = given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
  res.locals.traceparent = traceparentAfter(req.get('traceparent'));
  res.set({ 'X-Request-Id': res.locals.requestId, traceparent: res.locals.traceparent });
  next();
};

/** One line per answered request: who asked for what. No query, header or body, since those may hold what is secret. */
export function logRequests(log: ApiLog): RequestHandler {
  return (req, res, next) => {
    const began = performance.now();
    const { method, path } = req;
    res.on('finish', () => {
      const ms = Math.round(performance.now() - began);
      const { requestId, traceparent, caller } = res.locals;
      log.info({ requestId, traceparent, caller: caller?.name, method, path, status: res.statusCode, ms }, 'request');
    });
    next();
  };
}
