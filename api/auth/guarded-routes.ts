import express, { type RequestHandler, Router } from 'express';
import type { Queryable } from '../../database/queryable';
import type { ApiDependencies } from '../dependencies';
import { idempotent } from '../idempotency/idempotent';
import type { Authenticate } from './authenticate';
import { authorize } from './authorize';
import { type Access, routeAccess, type RouteMethod, type RouteName } from './route-access';
import { requireOwnPage } from './same-origin';

/** Routes, each behind what was declared for it; there is no other way to add one. */
export interface GuardedRoutes {
  router: Router;
  on(route: RouteName, handler: RequestHandler): void;
}

const json = express.json({ limit: '256kb', type: ['application/json', 'application/*+json'] });
const raw = express.raw({ limit: '1mb', type: () => true });
const form = express.urlencoded({ limit: '256kb', extended: false });

type Needs = Pick<ApiDependencies, 'authenticate' | 'database' | 'limitRequests' | 'log' | 'secrets'>;

/** A body is read last, when it is known that the caller may send one. */
export function guardedRoutes(needs: Needs): GuardedRoutes {
  const { authenticate, database, limitRequests } = needs;
  const router = Router();
  return {
    router,
    on(route, handler) {
      const [method, path] = route.split(' ') as [RouteMethod, string];
      const access: Access = routeAccess[route];
      const known = access.who !== 'everybody';
      const guards = known ? [identify(authenticate), limitRequests, admit(database, access)] : [limitRequests];
      if (access.form) guards.push(form);
      if (known) guards.push(ownPagesOnly);
      if (access.raw) guards.push(raw);
      else if (takesBody(method)) guards.push(json);
      router[methods[method]](path, ...guards, known && method === 'POST' ? idempotent(needs, handler) : handler);
    },
  };
}

const methods = {
  GET: 'get',
  POST: 'post',
  PUT: 'put',
  PATCH: 'patch',
  DELETE: 'delete',
} as const satisfies Record<RouteMethod, string>;

const takesBody = (method: RouteMethod): boolean => method !== 'GET' && method !== 'DELETE';

/** Notes who asks, or answers 401. */
export function identify(authenticate: Authenticate): RequestHandler {
  return async (req, res, next) => {
    res.locals.caller = await authenticate(req);
    next();
  };
}

function admit(database: Queryable, access: Access): RequestHandler {
  return async (req, res, next) => {
    await authorize(database, access, res.locals.caller, req);
    next();
  };
}

const ownPagesOnly: RequestHandler = (req, res, next) => {
  requireOwnPage(req, res.locals.caller);
  next();
};
