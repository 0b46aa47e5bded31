import express, { type RequestHandler, Router } from 'express';
import type { Queryable } from '../../database/queryable';
import type { Authenticate } from '../auth/authenticate';
import { authorize } from '../auth/authorize';
import type { Access } from '../auth/route-access';
import { requireOwnPage } from '../auth/same-origin';
import { Problem } from '../errors';
import { pageAccess, type PageName } from './access';

/** Pages, each behind what was declared for it; there is no other way to add one. */
export interface GuardedPages {
  router: Router;
  on(page: PageName, handler: RequestHandler): void;
}

const form = express.urlencoded({ limit: '256kb', extended: false });

/** Pages are for people who signed in: a token opens none, so that what is about a session holds everywhere. */
export function guardedPages({ authenticate, database }: { authenticate: Authenticate; database: Queryable }): GuardedPages {
  const router = Router();
  return {
    router,
    on(page, handler) {
      const [method, path] = page.split(' ') as ['GET' | 'POST', string];
      const access: Access = pageAccess[page];
      const guards = access.who === 'everybody' ? [form] : [admit(authenticate, database, access), form, ownPagesOnly];
      if (method === 'GET') router.get(path, ...guards, handler);
      else router.post(path, ...guards, handler);
    },
  };
}

function admit(authenticate: Authenticate, database: Queryable, access: Access): RequestHandler {
  return async (req, res, next) => {
    const caller = await authenticate(req);
    if (caller.credential.how !== 'session') throw new Problem('unauthenticated', 'Sign in: a token opens no page.');
    res.locals.caller = caller;
    await authorize(database, access, caller, req);
    next();
  };
}

const ownPagesOnly: RequestHandler = (req, res, next) => {
  requireOwnPage(req, res.locals.caller);
  next();
};
