import express, { type RequestHandler, Router } from 'express';
import type { Queryable } from '../../database/queryable';
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
const form = express.urlencoded({ limit: '256kb', extended: false });

/** A body is read last, when it is known that the caller may send one. */
export function guardedRoutes({ authenticate, database }: { authenticate: Authenticate; database: Queryable }): GuardedRoutes {
  const router = Router();
  return {
    router,
    on(route, handler) {
      const [method, path] = route.split(' ') as [RouteMethod, string];
      const access: Access = routeAccess[route];
      const guards: RequestHandler[] = [];
      if (access.who !== 'everybody') guards.push(identify(authenticate), admit(database, access));
      if (access.form) guards.push(form);
      if (access.who !== 'everybody') guards.push(ownPagesOnly);
      router[methods[method]](path, ...guards, json, handler);
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
