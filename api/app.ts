import express, { type Express } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { auditRequests } from './audit/audit-requests';
import { auditRoutes } from './audit/routes';
import { authRoutes } from './auth/routes';
import { identify } from './auth/guarded-routes';
import type { ApiDependencies } from './dependencies';
import { deletionRoutes } from './deletion/routes';
import { endpointRoutes } from './endpoints/routes';
import { measureRequests } from './metrics/request-metrics';
import { notificationRoutes } from './notifications/routes';
import { intentRoutes } from './intent/routes';
import { pageRoutes } from './pages/routes';
import { proxboxRoutes } from './proxbox/routes';
import { roleRoutes } from './people/role-routes';
import { userRoutes } from './people/user-routes';
import { answerProblems, noSuchRoute } from './problem-json';
import { logRequests, nameRequests } from './request-id';
import { runRoutes } from './runs/routes';
import { scheduleRoutes } from './schedules/routes';
import { settingRoutes } from './settings/routes';
import { systemRoutes } from './system/routes';

/** The HTTP interface. Each route is guarded by what was declared for it, and a path that is no route is told to those only who are signed in. Answers carry an ETag only where one can be used in If-Match, and nothing is cached on the way. */
export function createApp(dependencies: ApiDependencies): Express {
  const app = express();
  app.set('etag', false);
  app.set('trust proxy', [...dependencies.trustedProxies]);

  if (dependencies.metrics !== undefined) app.use(measureRequests(dependencies.metrics));
  if (dependencies.tracing !== undefined) app.use(dependencies.tracing.traceRequests);
  app.use(nameRequests, logRequests(dependencies.log), auditRequests(dependencies), helmet(helmetOptions));
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  app.use(systemRoutes(dependencies));
  app.use(authRoutes(dependencies));
  app.use(endpointRoutes(dependencies));
  app.use(runRoutes(dependencies));
  app.use(proxboxRoutes(dependencies));
  app.use(userRoutes(dependencies));
  app.use(roleRoutes(dependencies));
  app.use(settingRoutes(dependencies));
  app.use(scheduleRoutes(dependencies));
  app.use(intentRoutes(dependencies));
  app.use(deletionRoutes(dependencies));
  app.use(notificationRoutes(dependencies));
  app.use(auditRoutes(dependencies));
  app.use(pageRoutes(dependencies));

  app.use(identify(dependencies.authenticate), noSuchRoute, answerProblems(dependencies.log));
  return app;
}

/** With no referrer at all, browsers do not say either that a form comes from a page of ours. */
const helmetOptions: HelmetOptions = { referrerPolicy: { policy: 'same-origin' } };
